export { directoryStore } from "./directory/directory-store.ts";
export { githubStore, type GitHubStoreOptions } from "./github/github-store.ts";
export { notesRecord, type NotesRecord } from "./notes-record.ts";
export {
  formatRecords,
  isRecordsName,
  offeredReleases,
  parseRecords,
  policyDigest,
  recordsName,
  type OfferedRecords,
  type OfferedReleases,
} from "./offered-releases.ts";
export { openReleaseStore, type OpenReleaseStoreOptions } from "./open-release-store.ts";
export {
  formatReleaseRecord,
  lastRevision,
  parseReleaseRecord,
  publishedVersions,
  selectedVersions,
  releaseRecordOf,
  type PublishedVersion,
  type ReleaseRecord,
} from "./release-record.ts";
export type { Asset, Release, ReleaseStore } from "./release-store.ts";
