/** What outlives the jobs of a run, or the run: kept by GitHub, not by a runner. */
export interface RunStore {
  /** The folder of each artifact of this run, by name. */
  artifacts: Map<string, string>;
  /** The folder of each entry of the cache, by key, the newest last; it outlives the run. */
  cache: Map<string, string>;
  /** What was attested, by file name. */
  attestations: Map<string, string>;
  /** Makes a folder that lives as long as the runner. */
  newFolder: () => Promise<string>;
  /** Puts the repository's files into a workspace. */
  checkOut: (workspace: string) => Promise<void>;
}
