import { availableParallelism } from "node:os";
import { KilnError } from "@sysext-kiln/error";
import { type Architecture, type ModuleInput, spellings } from "@sysext-kiln/extension";
import { machinePrograms, moduleCache, runInSandbox, type Say } from "@sysext-kiln/machine";

/** Where the sandbox shows the toolchain, the fetched modules, the main module, and what is built. */
const at = {
  toolchain: "/toolchain",
  modules: "/modules",
  main: "/main",
  cache: "/cache",
  output: "/output",
};

const MiB = 1024 * 1024;

/** Enough for the largest programs, such as kubelet, on one processor. */
const limits = {
  // The go command and the linker reserve far more address space than they use.
  memory: 65_536 * MiB,
  processes: 2048,
  openFiles: 4096,
  fileSize: 8192 * MiB,
  scratch: 256 * MiB,
  seconds: 3 * 3600,
  output: 8 * MiB,
};

/** What programs are compiled with, whatever the machine has set. */
export function targetEnvironment(architecture: Architecture): Record<string, string> {
  return {
    CGO_ENABLED: "0",
    GOOS: "linux",
    GOARCH: spellings[architecture].debian,
    GOAMD64: "v1",
    GOARM64: "v8.0",
  };
}

export interface GoBuild {
  input: ModuleInput;
  architecture: Architecture;
  /** The folder of the toolchain. */
  toolchain: string;
  /** The folder of the main module. */
  main: string;
  /** The compiler's cache, which the modules of one image share. */
  cache: string;
  /** A folder for the programs, by their number, and for temporary files. */
  output: string;
}

/**
 * Compiles the programs of a module in the sandbox: without a network, and with the fetched modules as they
 * were verified. The result depends on nothing of the machine: paths are trimmed, and nothing that was
 * compiled for another image is used.
 * @throws KilnError `build-failed`
 */
export async function buildInSandbox(build: GoBuild, say: Say): Promise<void> {
  const { input, architecture } = build;
  const { tags, ldflags, programs } = input;
  for (const [index, [place, path]] of Object.entries(programs).entries()) {
    say(`compiling ${path} for ${architecture}`);
    const outcome = await run(build, [
      ...["build", "-mod=readonly", "-trimpath", "-buildvcs=false", `-p=${availableParallelism()}`],
      ...(tags.length > 0 ? [`-tags=${tags.join(",")}`] : []),
      `-ldflags=${["-s", "-w", ...ldflags].join(" ")}`,
      ...["-o", `${at.output}/${index}`, path],
    ]);
    if (outcome.status === 0) continue;
    throw new KilnError("build-failed", {
      expected: `go build to compile ${path} of ${input.module} ${input.version} for ${architecture}, as ${place}`,
      found: outcome.stderr.trim().split("\n").slice(0, 12).join("\n    ") || outcome.ending,
      next: "correct the upstream go in extension.yaml; programs that need C code, or tools that generate code, cannot be compiled this way",
    });
  }
}

/** What a program was built from, as it says itself: the JSON of `go version -m`. */
export async function readBuildInfo(build: GoBuild, index: number): Promise<string> {
  const outcome = await run(build, ["version", "-m", "-json", `${at.output}/${index}`]);
  if (outcome.status === 0) return outcome.stdout;
  throw new KilnError("build-failed", {
    expected: `go version -m to read what ${Object.values(build.input.programs)[index]} was built from`,
    found: outcome.summary,
    next: "choose a toolchain of a supported series of Go",
  });
}

function run({ toolchain, main, cache, output, architecture }: GoBuild, args: readonly string[]) {
  return runInSandbox(["sh", "-c", `cd ${at.main} && exec ${at.toolchain}/bin/go "$@"`, "go", ...args], {
    root: machinePrograms,
    readOnly: [
      { source: toolchain, target: at.toolchain },
      { source: moduleCache(), target: at.modules },
      { source: main, target: at.main },
    ],
    writable: [
      { source: cache, target: at.cache },
      { source: output, target: at.output },
    ],
    env: {
      ...targetEnvironment(architecture),
      GOROOT: at.toolchain,
      GOMODCACHE: at.modules,
      GOCACHE: at.cache,
      GOTMPDIR: at.output,
      GOPATH: "/tmp/go",
      HOME: "/tmp",
      GOPROXY: "off",
      GOSUMDB: "off",
      GOTOOLCHAIN: "local",
      GOTELEMETRY: "off",
      GOENV: "off",
      GOWORK: "off",
      GOFLAGS: "",
    },
    limits,
  });
}
