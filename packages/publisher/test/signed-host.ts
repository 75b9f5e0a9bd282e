import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  configuredSigner,
  directorySource,
  newKey,
  openKeyring,
  publishRelease,
  publishUpdateDirectory,
  verify,
  type Signer,
  type UpdateDirectoryOptions,
  type VerifiedFile,
} from "@sysext-kiln/publisher";
import { directoryHost, type ReleaseHost } from "@sysext-kiln/release-host";
import { definitionOf, imagesOf } from "./images.ts";

/** A key on the disk, and what signs with it. */
export interface TestKey {
  /** Its public keyring. */
  path: string;
  signer: Signer;
}

/** A directory of releases of one extension, and two keys. */
export interface SignedHost extends AsyncDisposable {
  folder: string;
  root: string;
  host: ReleaseHost;
  ours: TestKey;
  strangers: TestKey;
  /** Publishes a version and the update directory. */
  publish(version: string, signer?: Signer): Promise<void>;
  /** Publishes the update directory; tells whether it is another one then. */
  update(options?: UpdateDirectoryOptions): Promise<boolean>;
  /** A file of the update directory. */
  latest(name: string): string;
  /** A file of the release of 3.5.30. */
  permanent(name: string): string;
  /** The tags of the update directories. */
  updates(): Promise<string[]>;
  verifyWith(keyring: string | undefined, now?: Date): Promise<VerifiedFile[]>;
}

const etcd = definitionOf("etcd");

export async function openSignedHost(): Promise<SignedHost> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-signed-"));
  const root = join(folder, "public");
  const host = directoryHost(root);
  return {
    folder,
    root,
    host,
    ours: await makeKey(folder, "ours"),
    strangers: await makeKey(folder, "strangers"),
    async publish(version, signer) {
      const images = await imagesOf(etcd, version, join(folder, "images"));
      await publishRelease(host, etcd, images, { signer });
      await publishUpdateDirectory(host, [etcd], { signer });
    },
    update: (options) => publishUpdateDirectory(host, [etcd], options),
    latest: (name) => join(root, "releases/latest/download", name),
    permanent: (name) => join(root, "releases/download/etcd-v3.5.30", name),
    async updates() {
      const tags = await readdir(join(root, "releases/download"));
      return tags.filter((tag) => tag.startsWith("updates-")).toSorted();
    },
    async verifyWith(path, now = new Date()) {
      const keyring = path === undefined ? undefined : await openKeyring(path);
      return verify(directorySource(root), { keyring, now });
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

async function makeKey(folder: string, name: string): Promise<TestKey> {
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
