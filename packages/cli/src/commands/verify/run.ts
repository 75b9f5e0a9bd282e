import { formatBytes } from "@sysext-kiln/machine";
import { openKeyring, openSource, unsignedReleases, verify as verifySource } from "@sysext-kiln/publisher";
import { z } from "zod";
import { print } from "../../output/print.ts";
import { formatTable } from "../../output/table.ts";
import { commonOptions } from "../../selection.ts";

const verifyOptions = commonOptions.extend({ key: z.string().optional() });

export async function verify(where: string, given: unknown): Promise<void> {
  const options = verifyOptions.parse(given);
  const keyring = options.key === undefined ? undefined : await openKeyring(options.key);
  const files = await verifySource(openSource(where), { keyring });
  print(options, files, () => {
    const rows = files.map(({ folder, name, size }) => [`${folder}/${name}`, formatBytes(size)]);
    const signers = [...new Set(files.flatMap(({ signedBy }) => signedBy ?? []))];
    return [
      formatTable(["FILE", "SIZE"], rows),
      "",
      "Every file is what its manifest says.",
      ...(keyring
        ? [
            ...unsignedNote(unsignedReleases(files)),
            `Signatures were checked: what hosts update to is signed by ${signers.join(" or ")}.`,
          ]
        : ["Signatures were not checked: --key FILE names the public key to check them with."]),
    ].join("\n");
  });
}

function unsignedNote(tags: readonly string[]): string[] {
  if (tags.length === 0) return [];
  return [`Without a signature, as if published before there was a key: ${tags.join(", ")}.`];
}
