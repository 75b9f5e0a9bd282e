import { hash } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import {
  configuredSigner,
  newKey,
  openKeyring,
  publishUpdateDirectory,
  verify,
  type Signer,
  type UpdateDirectoryOptions,
  type VerifiedFile,
} from "@sysext-kiln/publisher";
import { definitionOf } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { bytesOf, downloaded, latestTag, latestText, tagsOf } from "./published.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

/** A key, as a file and as a signer. */
export interface TestKey {
  /** The path of its public keyring. */
  path: string;
  signer: Signer;
}

/** The folders that hosts read once 3.5.30 is published. */
type Folder = "latest" | "permanent";

/** A release store for one extension, with the key that hosts trust and one that they do not. */
export interface SignedTestStore extends TestStore {
  trustedKey: TestKey;
  foreignKey: TestKey;
  /** Publishes a version and the update directory. @param signingKeys the fingerprints in `kiln.yaml` */
  publish(version: string, signer?: Signer, signingKeys?: readonly string[]): Promise<void>;
  /** Signs what the update directory offers, whoever has published it. */
  adopt(signer: Signer): Promise<void>;
  /** Publishes the update directory; returns whether it changed. */
  update(options?: UpdateDirectoryOptions): Promise<boolean>;
  /** Downloads a file of the update directory, or of the release of 3.5.30; returns its path. */
  download(folder: Folder, name: string): Promise<string>;
  read(folder: Folder, name: string): Promise<string>;
  damageIn(folder: Folder, name: string, bytes: string | Uint8Array | undefined): Promise<void>;
  /** The tags of the update directories. */
  updates(): Promise<string[]>;
  verifyWith(keyring: string | undefined, now?: Date): Promise<VerifiedFile[]>;
}

/** Every kind of release store, with keys. */
export const signedStoreKinds = storeKinds.map(([kind, open]): [string, () => Promise<SignedTestStore>] => [
  kind,
  async () => addKeys(await open()),
]);

const etcd = definitionOf("etcd");
const permanentTag = "etcd-v3.5.30";

function pathOf(folder: Folder, name: string): string {
  return folder === "latest"
    ? `releases/latest/download/${name}`
    : `releases/download/${permanentTag}/${name}`;
}

async function addKeys(storeUnderTest: TestStore): Promise<SignedTestStore> {
  const { store, folder, source } = storeUnderTest;
  return {
    ...storeUnderTest,
    trustedKey: await makeKey(folder, "trusted"),
    foreignKey: await makeKey(folder, "foreign"),
    publish: (version, signer, signingKeys) =>
      publishVersions(store, etcd, folder, [version], {
        signer,
        ...(signingKeys && { signingKeys: [...signingKeys] }),
      }),
    async adopt(signer) {
      const adoptedDirectory = hash("sha256", await latestText(storeUnderTest, "SHA256SUMS"));
      await publishUpdateDirectory(store, [etcd], { signer, adoptedDirectory });
    },
    update: (options) => publishUpdateDirectory(store, [etcd], options),
    download: (of, name) => downloaded(storeUnderTest, pathOf(of, name)),
    read: async (of, name) => (await bytesOf(storeUnderTest, pathOf(of, name))).toString("utf8"),
    async damageIn(of, name, bytes) {
      await storeUnderTest.damage(
        of === "latest" ? await latestTag(storeUnderTest) : permanentTag,
        name,
        bytes,
      );
    },
    updates: async () => (await tagsOf(storeUnderTest)).filter((tag) => tag.startsWith("updates-")),
    async verifyWith(path, now = new Date()) {
      const keyring = path === undefined ? undefined : await openKeyring(path);
      return verify(source, { keyring, now });
    },
  };
}

/** Makes a key in a folder. */
export async function makeKey(folder: string, name: string): Promise<TestKey> {
  const { privateKey, keyring } = await newKey(join(folder, `${name}.asc`), { name });
  const path = join(folder, `${name}.gpg`);
  await rename(keyring, path);
  const signer = await configuredSigner({
    signingKeyFile: privateKey,
    signingKey: undefined,
    signingPassphrase: undefined,
  });
  if (!signer) throw new Error("no signer");
  return { path, signer };
}
