export { publishAll, type Published, type VersionImages } from "./publish-all.ts";
export { publishRelease, type PublishOptions } from "./publish-release.ts";
export {
  releaseImages,
  updateDirectoryImages,
  updateDirectoryIndex,
  updateDirectoryKeyring,
  type PublishedImage,
} from "./published-images.ts";
export { importKey, newKey, type KeyFiles, type NewKeyOptions } from "./signing/key-files.ts";
export { configuredNextKey, openKeyring, publicKeyring, type Keyring } from "./signing/keyring.ts";
export { configuredSigner, requireSigner, type Signer } from "./signing/signer.ts";
export { publishUpdateDirectory, type UpdateDirectoryOptions } from "./update-directory.ts";
export { directorySource, openSource, urlSource, type Source } from "./verify/source.ts";
export { unsignedReleases, verify, type VerifiedFile, type VerifyOptions } from "./verify/verify.ts";
