export { withBareMachine, type BareMachine } from "./bare-machine/bare-machine.ts";
export { startArchive, type TestArchive } from "./debian/archive.ts";
export type { PackageContents } from "./debian/package.ts";
export { tinyProgram } from "./tiny-program.ts";
