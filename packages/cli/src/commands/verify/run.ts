import { formatBytes, runPhase } from "@sysext-kiln/machine";
import { openKeyring, openSource, unsignedReleases, verify as verifySource } from "@sysext-kiln/publisher";
import { z } from "zod";
import { formatTable, print } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { commonOptions } from "../../selection.ts";

const verifyOptions = commonOptions.extend({ key: z.string().optional() });

/** Verifies what is published in a directory, on GitHub, or at a base URL. */
export async function verify(where: string, given: unknown): Promise<void> {
  const options = verifyOptions.parse(given);
  const keyring = options.key === undefined ? undefined : await openKeyring(options.key);
  const files = await runPhase(openReporter(options), `verify ${where}`, (say) =>
    verifySource(openSource(where), { keyring, say }),
  );
  print(options, files, () => {
    const rows = files.map(({ folder, name, size }) => [`${folder}/${name}`, formatBytes(size)]);
    const signers = [...new Set(files.flatMap(({ signedBy }) => signedBy ?? []))];
    return [
      "",
      formatTable(["FILE", "SIZE"], rows),
      "",
      "Every file matches its manifest.",
      ...(keyring
        ? [
            ...unsignedNote(unsignedReleases(files)),
            `Signatures were verified: the update directory is signed by ${signers.join(" or ")}.`,
          ]
        : ["Signatures were not verified: that requires the public key, with --key FILE."]),
    ].join("\n");
  });
}

function unsignedNote(tags: readonly string[]): string[] {
  if (tags.length === 0) return [];
  return [`Not signed, probably because they were published before there was a key: ${tags.join(", ")}.`];
}
