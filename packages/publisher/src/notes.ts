import { formatImageVersion, type Definition } from "@sysext-kiln/extension";
import { formatReleaseRecord, releaseRecordOf } from "@sysext-kiln/release-store";
import type { Image } from "@sysext-kiln/builder";

/** The notes of a permanent release: what it is for people, and a line for the next watch. */
export function releaseNotes({ name, summary, homepage }: Definition, images: readonly Image[]): string {
  const [{ record } = { record: undefined }] = images;
  if (!record) return "";
  const rows = images.map(
    ({ record: { image, architecture } }) =>
      `| \`${image.name}\` | ${architecture} | ${image.size} | \`${image.sha256}\` |`,
  );
  return [
    `[${name}](${homepage}) ${formatImageVersion(record.version)}, ${summary}: system extension images.`,
    "",
    "| image | architecture | bytes | SHA-256 |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    `Built from upstream \`${record.upstream}\`; the \`build.json\` of an image lists what went into it.`,
    "",
    formatReleaseRecord(releaseRecordOf(images.map((image) => image.record))),
    "",
  ].join("\n");
}
