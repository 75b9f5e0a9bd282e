import { hash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatIndex, indexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import { configuredSigner, type Signer } from "@sysext-kiln/publisher";
import type { HelloReleases } from "./hello-releases.ts";
import type { ReleaseServer } from "./release-server.ts";

/** The index of the latest update directory of a server. */
export async function indexIn(server: ReleaseServer): Promise<ReleaseIndex> {
  const folder = server.file(".");
  const name = (await readdir(folder)).find((one) => one.startsWith("kiln-index-")) ?? "";
  return parseIndex(await readFile(join(folder, name), "utf8"), name);
}

/** Replaces the index of the latest update directory, signed as the publisher would, or not at all. */
export async function replaceIndex(
  { signingKey }: Pick<HelloReleases, "signingKey">,
  server: ReleaseServer,
  change: (index: ReleaseIndex) => Partial<ReleaseIndex>,
  { signs = true } = {},
): Promise<void> {
  const index = await indexIn(server);
  const changed = { ...index, ...change(index) };
  const text = formatIndex(changed);
  await rm(server.file(indexName(index.number)));
  await writeFile(server.file(indexName(changed.number)), text);
  if (!signs) return;
  const signer = await signerOf(signingKey);
  const manifest = await readFile(server.file("SHA256SUMS"), "utf8");
  const lines = manifest.replace(/^.*kiln-index-.*\n/m, "");
  const sorted = `${lines}${hash("sha256", text)}  ${indexName(changed.number)}\n`;
  await writeFile(server.file("SHA256SUMS"), sorted);
  await writeFile(server.file("SHA256SUMS.gpg"), (await signer?.sign(sorted, new Date())) ?? "");
}

function signerOf(signingKeyFile: string): Promise<Signer | undefined> {
  return configuredSigner({ signingKey: undefined, signingKeyFile, signingPassphrase: undefined });
}
