export { withBareMachine, type BareMachine } from "./bare-machine/bare-machine.ts";
export { startProcess } from "./child-process.ts";
export { startArchive, type TestArchive } from "./debian/archive.ts";
export { makePackage, unpackDebianPackage, type PackageContents } from "./debian/package.ts";
export { describeNetworks, describeOnHosts, describeWithSource } from "./describe.ts";
export { readExamples, type Example } from "./documentation.ts";
export type { Fault, ReceivedRequest, InjectedFault, Target } from "./github/faults.ts";
export { putFile, tarArchive, withChecksums, zipArchive } from "./files.ts";
export { startGitHub, type GitHub, type RepositoryOptions, type TokenOptions } from "./github/github.ts";
export type { Repository } from "./github/repository.ts";
export { filesData, filesText, helloData, helloFolder, helloText } from "./hello.ts";
export { applyIgnition } from "./host/ignition.ts";
export { startGoProxy, type GoProxy, type ToolchainArchive } from "./go-proxy/go-proxy.ts";
export { listen } from "./listen.ts";
export { everyPrefix, somePrefixes, someSubsets, type Crash } from "./power-loss/crash.ts";
export { recordWrites, type MountedFolder, type Recording } from "./power-loss/record.ts";
export { openReplayer, type Replayer } from "./power-loss/replay.ts";
export { ensureTestPrograms } from "./programs.ts";
export { faultSeed, pick, seededRandom, type Random } from "./random.ts";
export { snapshotFile, type SnapshotContents } from "./snapshot-file.ts";
export { tinyProgram } from "./tiny-program.ts";
export { zipOf, type ZipMember } from "./zip.ts";
export { debugfs, makeDiskImage, rootPartition, type DiskImageOptions } from "./disk-image/disk-image.ts";
export { flatcarLayout, smallLayout, type LayoutPartition } from "./disk-image/flatcar-layout.ts";
export {
  containerOfEnvironment,
  execCommand,
  mountedConfiguration,
  mountedRunFolder,
  mountedContainerRuntime,
  renderingContainerRuntime,
  signalCommand,
  startAgainCommand,
  type UnpackedContainer,
} from "./vrrp/container.ts";
export { aloneAt, openElectedNetwork, type ElectedNetwork } from "./vrrp/election.ts";
export { answered, measureFailover, measureHeal, type Failover } from "./vrrp/failover.ts";
export { measureFlapping, type Flapping } from "./vrrp/flapping.ts";
export { openVrrpNetwork, type VrrpNetwork, type VrrpNetworkOptions } from "./vrrp/network.ts";
export type { VrrpNode } from "./vrrp/node.ts";
export type { HmacOptions, VrrpOptions } from "./vrrp/options.ts";
export { openSigner, type Signer } from "./signer.ts";
export { startWebServer, type WebPage, type WebServer } from "./web-server.ts";
export { programConfiguration, programRuntime, type Runtime } from "./vrrp/runtime.ts";
