import type { Image } from "@sysext-kiln/builder";
import { releaseTag, type Definition } from "@sysext-kiln/extension";

/** The images of one version. */
export interface VersionImages {
  definition: Definition;
  tag: string;
  images: Image[];
  /** Whether there is an image for every architecture; a version is not published without. */
  isWhole: boolean;
}

/** Sorts images by the version that they are of. */
export function byVersion(definitions: readonly Definition[], images: readonly Image[]): VersionImages[] {
  return definitions.flatMap((definition) => {
    const own = images.filter(({ record }) => record.extension === definition.name);
    const versions = Map.groupBy(own, ({ record }) => releaseTag(definition, record.version));
    return [...versions].map(([tag, ofVersion]) => ({
      definition,
      tag,
      images: ofVersion,
      isWhole: definition.architectures.every((architecture) =>
        ofVersion.some(({ record }) => record.architecture === architecture),
      ),
    }));
  });
}
