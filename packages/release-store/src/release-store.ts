/** A file of a release. */
export interface Asset {
  /** The store's own handle. */
  id: string;
  name: string;
  /** In bytes. */
  size: number;
  /** Lower-case hex; undefined where the store does not know it without reading the file. */
  sha256: string | undefined;
  /** False for what an upload that died left behind. */
  complete: boolean;
}

/** What is published under one tag, or is about to be. */
export interface Release {
  /** The store's own handle. */
  id: string;
  tag: string;
  /** Markdown for people; the publisher keeps a line for machines in it. */
  notes: string;
  /** A draft is invisible to hosts. */
  draft: boolean;
  /** When a publisher began a draft, or went on with it last; undefined for every other release. */
  begunAt: Date | undefined;
  /** Whether `releases/latest/download/` leads here. */
  latest: boolean;
  assets: Asset[];
}

/** Where releases are kept. A published asset's bytes never change: there is no call that could. */
export interface ReleaseStore {
  /** For messages: which store this is. */
  readonly name: string;
  /** Where hosts find it: what `assetPath` stands below; undefined where that is up to somebody's web server. */
  readonly baseUrl: string | undefined;
  /** Every release and draft, in no particular order. */
  list(): Promise<Release[]>;
  /** The text of a small asset. */
  readText(release: Release, assetName: string): Promise<string>;
  /** A path on this machine at which an asset of a published release is, with the digest that it has there. */
  fileOf(release: Release, asset: Pick<Asset, "name"> & { sha256: string }): Promise<string>;
  /** The draft of a tag: the one that an earlier run left, or a new one. */
  draft(tag: string, notes: string): Promise<Release>;
  /** Adds a file to a draft; where the draft has it under that name, replaces it. */
  upload(draft: Release, assetName: string, path: string, onBytes?: (sent: number) => void): Promise<void>;
  /** Adds an asset of a published release, with the digest that it has there, to a draft. */
  copy(draft: Release, asset: Pick<Asset, "name"> & { sha256: string }, from: Release): Promise<void>;
  /** What the store holds now, with digests of the stored bytes. */
  readBack(release: Release): Promise<Asset[]>;
  /** Takes an asset out of a draft. */
  removeAsset(draft: Release, asset: Asset): Promise<void>;
  /**
   * Shows a draft to hosts, whole, in one step.
   * @throws KilnError `release-conflict` where something was published under its tag before, which stays as it is;
   * `store-busy` where another publisher has taken the draft over
   */
  publish(draft: Release, options: { latest: boolean }): Promise<void>;
  /** Lets `releases/latest/download/` lead to a published release, in one step. */
  makeLatest(release: Release): Promise<void>;
  /** Waits until the latest release answers where hosts look for it. */
  untilServed(latest: Release): Promise<void>;
  /** Removes a release or a draft. A draft that another publisher shows meanwhile stays. */
  remove(release: Release): Promise<void>;
  /**
   * Runs work while no other publisher of this store does, where the store has a way to know. In any case nothing that is
   * published is ever harmed by two at the same time: the one who comes second fails with `release-conflict` or
   * `store-busy`.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}
