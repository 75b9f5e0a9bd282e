export { formatManifest, manifestName, parseManifest, type ManifestEntry } from "./manifest.ts";
export { publishRelease } from "./publish-release.ts";
export { publishUpdateDirectory } from "./update-directory.ts";
export { directorySource, urlSource, type Source } from "./verify/source.ts";
export { verify, type VerifiedFile } from "./verify/verify.ts";
