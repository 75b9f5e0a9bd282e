export { rootPrefix } from "./administrator.ts";
export {
  mirrorOf,
  openArchive,
  type AptArchive,
  type ArchiveOptions,
  type DebianArchitecture,
} from "./apt/archive.ts";
export { machineAcquireSettings, minimumValidTime } from "./apt/configuration.ts";
export type { ArchiveFile, ArchivePackage } from "./apt/packages.ts";
export { bootstrapDebian, type BootstrapOptions } from "./bootstrap.ts";
export { digestOf } from "./digest.ts";
export { isAvailable } from "./availability.ts";
export {
  cachedDownload,
  download,
  type DownloadOptions,
  type PinnedFile,
  type RemoteFile,
} from "./download.ts";
export { ensureBaseImage } from "./engine/base-image.ts";
export type { Engine } from "./engine/engine.ts";
export { withEngine } from "./engine/with-engine.ts";
export { ensurePrograms, ensureProgramsFrom } from "./ensure-programs.ts";
export { formatBytes } from "./format-bytes.ts";
export { ensureKubernetesTool, kustomize, type KubernetesTool } from "./kubernetes-tools.ts";
export { machineArchitecture } from "./later-debian.ts";
export { withLock, type LockOptions } from "./lock.ts";
export { onEnding } from "./on-ending.ts";
export { programs, type Program, type ProgramTable } from "./programs.ts";
export { openRegularFile, readRegularFile } from "./regular-file.ts";
export { runPhase, type Phase, type Reporter } from "./reporter.ts";
export { run, tryRun, type Outcome, type RunOptions, type Say } from "./run.ts";
export { machinePrograms, type Bind as SandboxBind, type Root as SandboxRoot } from "./sandbox/root.ts";
export type { SandboxOptions } from "./sandbox/run-in-setup.ts";
export { runInSandbox } from "./sandbox/sandbox.ts";
export { cacheDirectory, parseSettings, settings, type Settings } from "./settings.ts";
export { syncToDisk } from "./sync.ts";
export { withWorkFolder, type WorkFolderOptions } from "./work-folder.ts";
