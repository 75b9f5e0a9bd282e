export { rootPrefix, runAsRoot } from "./run-as-root.ts";
export {
  mirrorOf,
  openArchive,
  type AptArchive,
  type ArchiveOptions,
  type DebianArchitecture,
} from "./apt/archive.ts";
export { machineAcquireSettings, minimumValidTime } from "./apt/configuration.ts";
export type { ArchiveFile, ArchivePackage } from "./apt/packages.ts";
export { bootstrapDebian, makeOnce, type BootstrapOptions } from "./bootstrap.ts";
export {
  cachedDownload,
  download,
  type DownloadOptions,
  type PinnedFile,
  type RemoteFile,
} from "./download.ts";
export { keptAnswers } from "./kept-answers.ts";
export {
  forbidden,
  isAvailable,
  readRemoteDocument,
  readRemoteHead,
  type DocumentOptions,
  type RemoteDocument,
  type RemoteHead,
} from "./remote-document.ts";
export { ensureBaseImage } from "./engine/base-image.ts";
export { engineLock } from "./engine/own-engine.ts";
export { withEngine, type Engine } from "./engine/engine.ts";
export { writeTar, type TarOptions } from "./tar.ts";
export { ensurePrograms, ensureProgramsFrom } from "./ensure-programs.ts";
export {
  digestOf,
  makeFolder,
  makeWritableFolder,
  openRegularFile,
  readRegularFile,
  replaceFile,
  syncToDisk,
} from "./files.ts";
export { bootstrapGo, goEnvironment, isMatchedBy, moduleCache, runGo, type GoOptions } from "./go/go.ts";
export { downloadModules, parseGoJson, type DownloadedModule } from "./go/modules.ts";
export { ensureGoToolchain, toolchainModule, type GoToolchain } from "./go/toolchain.ts";
export { ensureKubernetesTool, kustomize, type KubernetesTool } from "./kubernetes-tools.ts";
export { machineArchitecture } from "./later-debian.ts";
export { withLock, type LockOptions } from "./lock.ts";
export { programs, type Program, type ProgramTable } from "./programs.ts";
export { formatBytes, runPhase, stepsOf, type Phase, type Reporter, type Say } from "./reporter.ts";
export { run, tryRun, type Outcome, type RunOptions } from "./run.ts";
export { machinePrograms, type Bind as SandboxBind, type Root as SandboxRoot } from "./sandbox/root.ts";
export type { SandboxOptions } from "./sandbox/run-in-setup.ts";
export { runInSandbox } from "./sandbox/sandbox.ts";
export { cacheDirectory, parseSettings, settings, type GoSettings, type Settings } from "./settings.ts";
export { onTermination, withWorkFolder, type WorkFolderOptions } from "./work-folder.ts";
