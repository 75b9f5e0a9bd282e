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
import { bytesOf, downloaded, latestTag, places, tagsOf, type Place } from "./place.ts";
import { publishVersions } from "./publish-versions.ts";

/** A key on the disk, and what signs with it. */
export interface TestKey {
  /** Its public keyring. */
  path: string;
  signer: Signer;
}

/** The folders that hosts are offered once 3.5.30 is published. */
type Folder = "latest" | "permanent";

/** A place for releases of one extension, and two keys. */
export interface SignedPlace extends AsyncDisposable {
  place: Place;
  ours: TestKey;
  strangers: TestKey;
  /** Publishes a version and the update directory. */
  publish(version: string, signer?: Signer): Promise<void>;
  /** Publishes the update directory; tells whether it is another one then. */
  update(options?: UpdateDirectoryOptions): Promise<boolean>;
  /** Downloads a file of the update directory, or of the release of 3.5.30; gives its path. */
  download(folder: Folder, name: string): Promise<string>;
  read(folder: Folder, name: string): Promise<string>;
  damage(folder: Folder, name: string, bytes: string | Uint8Array | undefined): Promise<void>;
  /** The tags of the update directories. */
  updates(): Promise<string[]>;
  verifyWith(keyring: string | undefined, now?: Date): Promise<VerifiedFile[]>;
}

/** A signed place of every kind. */
export const signedPlaces = places.map(([kind, open]): [string, () => Promise<SignedPlace>] => [
  kind,
  async () => openSigned(await open()),
]);

const etcd = definitionOf("etcd");

function pathOf(folder: Folder, name: string): string {
  return folder === "latest" ? `releases/latest/download/${name}` : `releases/download/etcd-v3.5.30/${name}`;
}

async function openSigned(place: Place): Promise<SignedPlace> {
  const { store, folder, source } = place;
  return {
    place,
    ours: await makeKey(folder, "ours"),
    strangers: await makeKey(folder, "strangers"),
    publish: (version, signer) => publishVersions(store, etcd, folder, [version], signer ? { signer } : {}),
    update: (options) => publishUpdateDirectory(store, [etcd], options),
    download: (of, name) => downloaded(place, pathOf(of, name)),
    read: async (of, name) => (await bytesOf(place, pathOf(of, name))).toString("utf8"),
    async damage(of, name, bytes) {
      await place.damage(of === "latest" ? await latestTag(place) : "etcd-v3.5.30", name, bytes);
    },
    updates: async () => (await tagsOf(place)).filter((tag) => tag.startsWith("updates-")),
    async verifyWith(path, now = new Date()) {
      const keyring = path === undefined ? undefined : await openKeyring(path);
      return verify(source, { keyring, now });
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
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
