import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDirectory, downloadModules, ensureGoToolchain, makeOnce, runGo } from "@sysext-kiln/machine";

const version = "1.37.2";
const toolchain = "go1.26.11";
const say = () => undefined;

/**
 * The path of a kube-apiserver. It is compiled from its module once, which takes ten minutes of two processors, and stays in the
 * cache. The go command verifies every module against the checksum database.
 */
export async function ensureKubeApiServer(): Promise<string> {
  const path = cacheDirectory("kubernetes", `kube-apiserver-${version}`);
  await mkdir(dirname(path), { recursive: true });
  return makeOnce(path, compile);
}

async function compile(unfinished: string): Promise<void> {
  const { folder: root } = await ensureGoToolchain(toolchain, { say });
  const program = join(root, "bin/go");
  const [kubernetes] = await downloadModules([`k8s.io/kubernetes@v${version}`], { say, program });
  await using work = await mkdtempDisposable(join(dirname(unfinished), "compile-"));
  await writeFile(join(work.path, "go.mod"), mainModule(await readFile(kubernetes?.goMod ?? "", "utf8")));
  const options = ["-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", unfinished];
  await runGo(["build", ...options, "k8s.io/kubernetes/cmd/kube-apiserver"], {
    say,
    program,
    cwd: work.path,
    env: { CGO_ENABLED: "0", GOCACHE: join(work.path, "cache"), GOTMPDIR: work.path },
  });
}

/**
 * A module that requires Kubernetes. The module itself cannot be built, because its parts are folders of its repository that its
 * archive does not have; they are published as modules of their own, whose versions begin with 0 instead of 1.
 */
function mainModule(goMod: string): string {
  const parts = [...goMod.matchAll(/^\t(k8s\.io\/[\w-]+) => \.\/staging\/src\/k8s\.io\/[\w-]+$/gm)];
  const replacements = parts.map(
    ([, part]) => `replace ${part} => ${part} v0.${version.replace(/^1\./, "")}`,
  );
  const [language = ""] = /^go .*$/m.exec(goMod) ?? [];
  const lines = [
    "module kiln.test/kube-apiserver",
    language,
    `require k8s.io/kubernetes v${version}`,
    ...replacements,
  ];
  return `${lines.join("\n")}\n`;
}
