import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { putFile } from "@sysext-kiln/testbed";
import { execa } from "execa";

const bootstrap = fileURLToPath(new URL("../src/frozen/bootstrap.sh", import.meta.url));

/** Programs that replace those of a host. A fake image is its program's text, which "mount" unpacks. */
const fakePrograms: Readonly<Record<string, string>> = {
  unshare: `shift
"$@"
status=$?
rm -rf "$KILN_HOST_ROOT/run/sysext-kiln/image/usr"
exit $status`,
  mount: `[ "$1" = -o ] || exit 0
[ ! -e "$KILN_HOST_ROOT/no-loop-device" ] && [ -s "$3" ] || exit 32
mkdir -p "$4/usr/lib/sysext-kiln/kiln-host" && cp "$3" "$4/usr/lib/sysext-kiln/kiln-host/kiln-host"`,
  systemctl: `[ "$1" = --version ] || { echo "$*" >>"$KILN_HOST_ROOT/systemctl"; exit; }
echo "systemd $(cat "$KILN_HOST_ROOT/systemd-version" 2>/dev/null || echo 257) (fake)"`,
};

/** What an image's program does; it always appends its version and its command to the file `ran`. */
export type Behavior = "completes" | "crashes" | "is invalid" | { script: string };

/** A folder in which the bootstrap finds what it finds on a host, and what it did there. */
export interface FakeHost extends AsyncDisposable {
  root: string;
  /** Puts an image into /opt/extensions/kiln-host. */
  addImage(version: string, behavior: Behavior): Promise<void>;
  /** Makes the link to an image, in /etc/extensions. */
  link(version: string): Promise<void>;
  /** Makes an image's program, which must have been copied or is copied now, the trial. */
  startTrial(version: string): Promise<void>;
  write(path: string, text: string): Promise<void>;
  /** The text of a file; empty if there is none. */
  read(path: string): Promise<string>;
  /** The version that a link leads to: `program/good`, `program/trial`, or the image in use. */
  version(link: "good" | "trial" | "linked"): Promise<string | undefined>;
  /**
   * Runs the bootstrap.
   * @returns its exit status, and the versions and commands of the programs that it ran
   */
  run(command?: "run" | "recover" | "boot"): Promise<{ status: number | undefined; ran: string[] }>;
  /** Starts the bootstrap, in a process group of its own. */
  start(environment?: Readonly<Record<string, string>>): ReturnType<typeof startBootstrap>;
}

export const imageOf = (version: string) => `kiln-host-${version}-x86-64.raw`;
const programs = "var/lib/sysext-kiln/program";

function programText(version: string, behavior: Behavior): string {
  const report = `echo "${version} $1" >>"$KILN_HOST_ROOT/ran"\n`;
  if (typeof behavior === "object") return `${report}${behavior.script}\n`;
  const texts = {
    completes: `${report}echo >"$KILN_HOST_ROOT/run/sysext-kiln/completed"\n`,
    crashes: `${report}exit 3\n`,
    "is invalid": `${report}if\n`,
  };
  return texts[behavior];
}

function startBootstrap(root: string, command: string, environment: Readonly<Record<string, string>> = {}) {
  const env = { KILN_HOST_ROOT: root, PATH: `${root}/bin:${process.env["PATH"]}`, ...environment };
  return execa("sh", [bootstrap, command], { env, detached: true, reject: false });
}

export async function openFakeHost(): Promise<FakeHost> {
  const root = await mkdtemp(join(tmpdir(), "kiln-bootstrap-"));
  const write = (path: string, text: string, mode?: number) =>
    putFile(join(root, path), text, mode === undefined ? {} : { mode });
  const read = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const writeProgram = (path: string, text: string) => write(path, `#!/bin/sh\n${text}\n`, 0o755);
  for (const [name, text] of Object.entries(fakePrograms)) await writeProgram(`bin/${name}`, text);
  await writeProgram("usr/lib/systemd/systemd-sysupdate", 'echo "$*" >>"$KILN_HOST_ROOT/sysupdate"');
  await write("etc/sysext-kiln/host.conf", "# settings\nRUN_SECONDS=20\nPROXY=\n");
  await mkdir(join(root, "etc/extensions"));
  return {
    root,
    write,
    read,
    start: (environment) => startBootstrap(root, "run", environment),
    addImage: (version, behavior) =>
      write(`opt/extensions/kiln-host/${imageOf(version)}`, programText(version, behavior)),
    async link(version) {
      const link = join(root, "etc/extensions/kiln-host.raw");
      await rm(link, { force: true });
      await symlink(`/opt/extensions/kiln-host/${imageOf(version)}`, link);
    },
    async startTrial(version) {
      const text = await read(`opt/extensions/kiln-host/${imageOf(version)}`);
      const digest = createHash("sha256").update(text).digest("hex");
      await write(`${programs}/${imageOf(version)}/kiln-host`, text);
      await write(`${programs}/${imageOf(version)}/SHA256SUMS`, `${digest}  kiln-host\n`);
      await rm(join(root, programs, "trial"), { force: true });
      await symlink(imageOf(version), join(root, programs, "trial"));
    },
    async version(link) {
      const path = link === "linked" ? "etc/extensions/kiln-host.raw" : `${programs}/${link}`;
      const target = await readlink(join(root, path)).catch(() => "");
      return /^kiln-host-(.*)-x86-64\.raw$/.exec(basename(target))?.[1];
    },
    async run(command = "run") {
      await rm(join(root, "ran"), { force: true });
      const { exitCode } = await startBootstrap(root, command);
      return { status: exitCode, ran: (await read("ran")).split("\n").filter((line) => line !== "") };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

/** A host whose program 1.0.0 is good, with an image 2.0.0 on trial. */
export async function tryNewProgram(
  host: FakeHost,
  behavior: Parameters<FakeHost["addImage"]>[1],
): Promise<void> {
  await host.addImage("1.0.0", "completes");
  await host.link("1.0.0");
  await host.run();
  await host.addImage("2.0.0", behavior);
  await host.startTrial("2.0.0");
  await host.link("2.0.0");
}
