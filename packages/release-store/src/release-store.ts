/** A file of a release. */
export interface Asset {
  /** The store's own handle. */
  id: string;
  name: string;
  /** In bytes. */
  size: number;
  /** Lower-case hex; undefined if the store does not know it without reading the file. */
  sha256: string | undefined;
  /** False for what an interrupted upload left behind. */
  complete: boolean;
}

/** What is published under one tag, or is being prepared as a draft. */
export interface Release {
  /** The store's own handle. */
  id: string;
  tag: string;
  /** Markdown for people; the publisher keeps a line for machines in it. */
  notes: string;
  /** Hosts cannot see a draft. */
  draft: boolean;
  /** When a publisher began or last continued a draft; undefined for every other release. */
  begunAt: Date | undefined;
  /** Whether `releases/latest/download/` leads to it. */
  latest: boolean;
  /** Whether somebody has marked it so that `releases/latest/download/` never leads to it. */
  prerelease: boolean;
  assets: readonly Asset[];
}

/** Where releases are kept. A published asset's bytes never change: there is no call that could. */
export interface ReleaseStore {
  /** For messages: which store this is. */
  name: string;
  /** The URL below which `assetPath` is found; undefined if that depends on somebody's web server. */
  baseUrl: string | undefined;
  /** The folder that it is; undefined if it is on another machine. */
  folder: string | undefined;
  /** How many assets a release can have. */
  maxAssets: number;
  /** How many requests it still accepts in this hour, as far as it has said; undefined if there is no limit. */
  remainingRequests(): number | undefined;
  /** Every release and draft, in no particular order. */
  list(): Promise<Release[]>;
  /**
   * The tags that begin in a certain way, whether they have a release or not: where releases are immutable, a
   * tag stays taken when its release is removed.
   */
  tagsBeginningWith(prefix: string): Promise<string[]>;
  /** The release that `releases/latest/download/` leads to; undefined if there is none. */
  latest(): Promise<Release | undefined>;
  /** The published release of a tag; undefined if there is none. */
  find(tag: string): Promise<Release | undefined>;
  /** The text of a small asset. */
  readText(release: Release, assetName: string): Promise<string>;
  /** The bytes of a small asset. */
  readBytes(release: Release, assetName: string): Promise<Buffer>;
  /** The path of an asset of a published release on this machine; its bytes have the given digest. */
  fileOf(release: Release, asset: Pick<Asset, "name"> & { sha256: string }): Promise<string>;
  /**
   * Opens the draft of a tag: the one that an earlier run left, or a new one.
   * @param known releases and drafts that were listed in this run, which saves listing them again
   */
  draft(tag: string, notes: string, known?: readonly Release[]): Promise<Release>;
  /** Adds a file to a draft, replacing any asset of that name. */
  upload(draft: Release, assetName: string, path: string, onBytes?: (sent: number) => void): Promise<void>;
  /** Adds an asset of a published release to a draft; its bytes have the given digest. */
  copy(draft: Release, asset: Pick<Asset, "name"> & { sha256: string }, from: Release): Promise<void>;
  /** The assets that the store has now, with the digests of the stored bytes. */
  readBack(release: Release): Promise<Asset[]>;
  /** Removes an asset from a draft. */
  removeAsset(draft: Release, asset: Asset): Promise<void>;
  /**
   * Publishes a draft completely, in one step.
   * @throws KilnError `release-conflict` if its tag was published before, which is left as it is; `busy` if
   * another publisher has taken the draft over
   */
  publish(draft: Release, options: { latest: boolean }): Promise<void>;
  /** Makes `releases/latest/download/` lead to a published release, in one step. */
  makeLatest(release: Release): Promise<void>;
  /** Replaces the notes of a published release. */
  editNotes(release: Release, notes: string): Promise<void>;
  /** Waits until the latest release can be downloaded where hosts look for it. */
  untilServed(latest: Release): Promise<void>;
  /** Removes a release or a draft. A draft that another publisher publishes in the meantime stays. */
  remove(release: Release): Promise<void>;
  /**
   * Runs work while no other publisher works on this store, if the store can tell. Two publishers at the same
   * time never harm what is published in any case: the second one fails with `release-conflict` or `busy`.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}
