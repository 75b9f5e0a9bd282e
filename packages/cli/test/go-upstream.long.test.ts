import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseBuildRecord, type BuildRecord } from "@sysext-kiln/builder";
import { ensureGoToolchain, moduleCache, run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { ensureTestPrograms, startGoProxy, type GoProxy } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { main } from "./paths.ts";

// A real compiler, from the machine's own proxy and verified by its checksum database, builds modules of the
// test's proxy, which has a checksum database of its own.
const toolchain = "go1.26.11";
const platform = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";

let folder: string;
let proxy: GoProxy;
let go: string;
beforeAll(async () => {
  await ensureTestPrograms("unsquashfs", "mksquashfs", "bwrap", "file", "qemu-aarch64-static");
  folder = await mkdtemp(join(tmpdir(), "kiln-go-build-"));
  proxy = await startGoProxy();
  const { folder: root, sum } = await ensureGoToolchain(toolchain, { say: () => undefined });
  go = join(root, "bin/go");
  const at = join(moduleCache(), "cache/download/golang.org/toolchain/@v");
  proxy.addToolchain(toolchain, { platform, zip: join(at, `v0.0.1-${toolchain}.${platform}.zip`), sum });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

let number = 0;
let module: string;
/** Variables for kiln besides those of the proxy. */
let variables: Record<string, string>;
beforeEach(() => {
  variables = {};
  module = `example.com/hello${number++}`;
});

/** Publishes a version of the test's module. */
function publish(version: string, goMod: string, files: Readonly<Record<string, string>>, of = module): void {
  proxy.publish(of, version, { "go.mod": `module ${of}\n\ngo 1.26\n${goMod}`, ...files });
}

/** Runs `kiln build` for hello, whose upstream has these keys besides its module. */
async function build(upstream: object, ...args: readonly string[]): Promise<Outcome> {
  const definition = {
    name: "hello",
    summary: "prints a greeting",
    license: "MIT",
    asset: "hello-{version}-{arch}.raw",
    upstreams: { go: { module, programs: { "usr/bin/hello": "." }, ...upstream } },
    static: true,
    smoke: [{ run: ["/usr/bin/hello"], expect: ["hello {version}"] }],
  };
  const path = join(folder, "extensions/hello/extension.yaml");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, stringify(definition));
  return tryRun(
    process.execPath,
    [
      main,
      "--extensions",
      join(folder, "extensions"),
      "build",
      "hello",
      "--output",
      join(folder, "out"),
      ...args,
    ],
    { cwd: folder, env: { ...proxy.environment, ...variables, KILN_CACHE_DIR: join(folder, "cache") } },
  );
}

const greeting = (text: string) =>
  `package main\n\nimport "fmt"\n\nvar version string\n\nfunc main() { fmt.Println(${text}, version) }\n`;
const hello = { "main.go": greeting('"hello"') };
const ldflags = ["-X main.version={version}"];

async function recordOf(name: string): Promise<BuildRecord> {
  const path = join(folder, "out", `${name}.build.json`);
  return parseBuildRecord(await readFile(path, "utf8"), path, "build it");
}

test("programs of a module are built for both architectures, identically, and the record lists their modules", async () => {
  publish("v1.5.0", "", { "text.go": 'package text\n\nconst Text = "hello"\n' }, `${module}/text`);
  publish("v0.9.0", "", { "fork.go": 'package other\n\nconst Mark = ""\n' }, `${module}/fork`);
  const replacements = [
    `require ${module}/text v1.5.0`,
    "require example.org/other v1.0.0",
    `replace ${module}/text => ./text`,
    `replace example.org/other => ${module}/fork v0.9.0`,
    "",
  ].join("\n");
  publish("v1.0.0", replacements, {
    "main.go": greeting("text.Text + other.Mark").replace(
      'import "fmt"',
      `import (\n\t"fmt"\n\t"${module}/text"\n\tother "example.org/other"\n)`,
    ),
    LICENSE: "MIT\n",
  });
  const outcome = await build({ ldflags, take: { LICENSE: "usr/share/licenses/hello/LICENSE" } }, "--twice");
  expect(outcome.stderr + outcome.stdout).toContain("both builds are identical");

  for (const architecture of ["x86-64", "arm64"]) {
    const name = `hello-1.0.0-${architecture}`;
    const record = await recordOf(name);
    const tree = join(folder, `tree-${architecture}`);
    await run("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, join(folder, "out", `${name}.raw`)]);
    const info = await run(go, ["version", "-m", join(tree, "usr/bin/hello")]);
    // Lines of `mod`, `dep` and `=>` name a module, its version and its digest.
    const listed = [...info.matchAll(/^\t(?:mod|dep|=>)\t(\S+)\t(\S+)\t(h1:\S+)$/gm)].map(
      ([, ...words]) => words,
    );
    expect(
      record.modules?.map(({ module: path, version, sum, replacedBy }) => [
        ...(replacedBy?.split(" ") ?? [path, version]),
        sum,
      ]),
    ).toEqual(expect.arrayContaining(listed));
    expect(record.modules).toHaveLength(listed.length);
    expect(record.modules?.map(({ version, replacedBy }) => replacedBy ?? version)).toEqual([
      "v1.0.0",
      "v1.5.0",
      `${module}/fork v0.9.0`,
    ]);
    expect(record.tools[toolchain]).toMatch(/^h1:/);
    expect(info).toMatch(new RegExp(`: ${toolchain}\n`));
    expect(await readFile(join(tree, "usr/share/licenses/hello/LICENSE"), "utf8")).toBe("MIT\n");
  }
});

test("a private module in a git repository is built, also if it needs a newer Go than this machine's", async () => {
  const repositories = join(folder, "repositories");
  const repository = join(repositories, "hello.git");
  await mkdir(repository, { recursive: true });
  module = "git.private.test/hello.git";
  await writeFile(join(repository, "go.mod"), `module ${module}\n\ngo ${toolchain.slice(2)}\n`);
  await writeFile(join(repository, "main.go"), hello["main.go"]);
  const git = (...args: string[]) =>
    run("git", ["-c", "user.name=kiln", "-c", "user.email=kiln@example.org", ...args], { cwd: repository });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "first");
  await git("tag", "v1.0.0");
  variables = {
    GOPRIVATE: "git.private.test",
    GONOPROXY: "git.private.test",
    GONOSUMDB: "git.private.test",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.file://${repositories}/.insteadOf`,
    GIT_CONFIG_VALUE_0: "https://git.private.test/",
  };
  const outcome = await build({ ldflags }, "--arch", "x86-64");
  expect(outcome).toMatchObject({ status: 0 });
  const { inputs, modules } = await recordOf("hello-1.0.0-x86-64");
  expect(inputs).toMatchObject([{ module, toolchain, origin: { kind: "go", proxy: "direct" } }]);
  expect(modules).toMatchObject([{ module, version: "v1.0.0" }]);
});

test("modules that go.mod requires in no version are taken at the one that the definition names", async () => {
  publish("v0.2.3", "", { "text.go": 'package text\n\nconst Text = "hello"\n' }, `${module}/staging`);
  publish("v1.2.3", `require ${module}/staging v0.0.0\n\nreplace ${module}/staging => ./staging/src\n`, {
    "main.go": greeting("text.Text").replace('import "fmt"', `import "fmt"\nimport text "${module}/staging"`),
  });
  expect((await build({ ldflags }, "--arch", "x86-64")).stderr).toMatch(
    /build-failed.*staging in a version that is published[^]*v0\.0\.0, replaced by the folder \.\/staging\/src[^]*"localModules"/,
  );
  const outcome = await build({ ldflags, localModules: "v0.{minor}.{patch}" }, "--arch", "x86-64");
  expect(outcome.stderr).toBe("");
  expect((await recordOf("hello-1.2.3-x86-64")).modules?.map(({ replacedBy }) => replacedBy)).toContain(
    `${module}/staging v0.2.3`,
  );
});

describe("the build fails with a clear error", () => {
  test("if a module that is needed has other files than the checksum database knows", async () => {
    const text = { "text.go": 'package text\n\nconst Text = "hello"\n' };
    publish("v1.0.0", "", text, `${module}/text`);
    proxy.publish(`${module}/text`, "v1.0.0", {
      "go.mod": `module ${module}/text\n\ngo 1.26\n`,
      "evil.go": "package text\n",
    });
    publish("v1.0.0", `require ${module}/text v1.0.0\n`, {
      "main.go": greeting("text.Text").replace('import "fmt"', `import "fmt"\nimport "${module}/text"`),
    });
    expect((await build({ ldflags }, "--arch", "x86-64")).stderr).toMatch(
      /digest-mismatch[^]*checksum mismatch/,
    );
  });

  test("if a program cannot be compiled", async () => {
    publish("v1.0.0", "", { "main.go": "package main\n\nfunc main() { missing() }\n" });
    expect((await build({}, "--arch", "x86-64")).stderr).toMatch(
      /build-failed.*go build to compile example\.com[^]*main\.go:3:15: undefined: missing/,
    );
  });

  test("if a module imports another one that its go.mod does not name", async () => {
    publish("v1.0.0", "", { "text.go": "package text\n" }, `${module}/text`);
    publish("v1.0.0", "", { "main.go": `package main\n\nimport _ "${module}/text"\n\nfunc main() {}\n` });
    expect((await build({}, "--arch", "x86-64")).stderr).toMatch(
      /build-failed.*to name all modules that its programs import[^]*hello\d+\/text v1\.0\.0/,
    );
  });

  test("if a package is not in the module", async () => {
    publish("v1.0.0", "", hello);
    expect(
      (await build({ programs: { "usr/bin/hello": "./cmd/hello" } }, "--arch", "x86-64")).stderr,
    ).toMatch(/build-failed[^]*does not contain package example\.com\/hello\d+\/cmd\/hello/);
  });

  test("if the package is not a program", async () => {
    publish("v1.0.0", "", { "text.go": "package text\n" });
    expect((await build({}, "--arch", "x86-64")).stderr).toMatch(/build-failed.*to be a program/);
  });
});
