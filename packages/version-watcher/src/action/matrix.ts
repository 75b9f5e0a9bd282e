import { type Architecture, type Extension, imageName, type Plan } from "@sysext-kiln/extension";

/** One job of the matrix. */
export interface MatrixEntry {
  /** The image's file name, which says which of the plan's orders it is. */
  image: string;
  architecture: Architecture;
}

/** A job for each image of a plan. */
export function matrixOf(extensions: readonly Extension[], { builds }: Plan): MatrixEntry[] {
  return builds.map(({ extension: name, version, architecture }) => {
    const extension = extensions.find(({ definition }) => definition.name === name);
    if (!extension) throw new Error(`the plan names ${name}, which is not an extension`);
    return { image: imageName(extension.definition, version, architecture), architecture };
  });
}
