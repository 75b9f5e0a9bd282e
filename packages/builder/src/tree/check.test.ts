import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isKilnError } from "@sysext-kiln/error";
import { definitionSchema, nativeArchitecture, type Definition } from "@sysext-kiln/extension";
import { ensureTestPrograms, filesData, helloData, putFile } from "@sysext-kiln/testbed";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addExtensionRelease } from "./assemble.ts";
import { checkTree } from "./check.ts";
import { setModes } from "./entries.ts";

const native = nativeArchitecture();
const foreign = native === "arm64" ? "x86-64" : "arm64";

let tree: string;
beforeAll(() => ensureTestPrograms("file"));
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), "kiln-check-"));
  await put(
    "usr/lib/systemd/system/hello.service",
    "[Service]\nExecStart=-/usr/bin/hello --now\nExecReload=kill -HUP 1\n",
  );
  await put("usr/bin/hello");
  await copyFile(process.execPath, join(tree, "usr/bin/hello"));
  await addExtensionRelease(definition(), { architecture: native }, tree);
  await setModes(tree);
});
afterEach(() => rm(tree, { recursive: true }));

function definition(more: object = {}): Definition {
  return definitionSchema.parse({
    ...helloData(),
    static: false,
    hostPrograms: ["kill"],
    ...more,
  });
}

async function put(path: string, text = ""): Promise<void> {
  await putFile(join(tree, path), text, { mode: 0o644 });
  await chmod(dirname(join(tree, path)), 0o755);
}

/** The findings of the check. */
async function findings(of: Definition = definition(), architecture = native): Promise<string> {
  try {
    await checkTree(of, architecture, tree);
    return "none";
  } catch (error) {
    if (isKilnError(error, "tree-invalid")) return error.found;
    throw error;
  }
}

test("a valid tree passes", async () => {
  expect(await findings()).toBe("none");
});

describe("a tree is rejected that", () => {
  test.each(["usr/share/hello/a\nb", "usr/share/hello/a\u001b[2J"])(
    "has a control character in a name: %j",
    async (path) => {
      await put(path);
      await setModes(tree);
      expect(await findings()).toBe(`${JSON.stringify(path)}: a name with a control character`);
    },
  );

  test("has a line break in a link", async () => {
    await put("usr/share/hello/a\nb");
    await symlink("a\nb", join(tree, "usr/share/hello/link"));
    expect(await findings()).toContain('"usr/share/hello/link": a name with a control character');
  });

  test("has anything outside usr/", async () => {
    await put("etc/hello.conf");
    expect(await findings()).toMatch(/etc\/hello\.conf: outside usr/);
  });

  test("would hide the host's usr/sbin", async () => {
    await put("usr/sbin/hello");
    expect(await findings()).toMatch(/usr\/sbin: on hosts where it is a link/);
  });

  test.each(["usr/lib64", "usr/lib32", "usr/libx32", "usr/etc", "usr/tmp"])("has %s", async (path) => {
    await put(`${path}/hello`);
    expect(await findings()).toContain(`${path}: on `);
  });

  test("has files in usr/local without declaring it, or declares it without having any", async () => {
    const declared = definition({ hosts: { usrLocal: true } });
    expect(await findings(declared)).toMatch(/usr\/local: missing/);
    await put("usr/local/share/hello");
    expect(await findings()).toMatch(/usr\/local: on hosts where it is a link or a mount/);
    expect(await findings(declared)).toBe("none");
  });

  test("has a directory that only root can enter", async () => {
    await chmod(join(tree, "usr/bin"), 0o700);
    expect(await findings()).toMatch(/usr\/bin: mode 0700 where directories have 0755/);
  });

  test("contains a set-user-ID program", async () => {
    await chmod(join(tree, "usr/bin/hello"), 0o4755);
    expect(await findings()).toMatch(/usr\/bin\/hello: mode 4755/);
  });

  test.each(["/etc/passwd", "../../../../etc/passwd", "nothing", "/usr/bin/nothing"])(
    "contains a link to %s",
    async (target) => {
      await symlink(target, join(tree, "usr/bin/link"));
      expect(await findings()).toMatch(/usr\/bin\/link: a link to/);
    },
  );

  test("contains a file or a directory with a name that is not valid UTF-8", async () => {
    const path = Buffer.concat([Buffer.from(join(tree, "usr/bin/")), Buffer.from([0x80])]);
    await writeFile(path, "");
    expect(await findings()).toBe("usr/bin/\ufffd");
    await rm(path);
    await mkdir(path);
    await writeFile(Buffer.concat([path, Buffer.from("/inside")]), "");
    expect(await findings()).toBe("usr/bin/\ufffd");
  });

  test("starts a missing program", async () => {
    await rm(join(tree, "usr/bin/hello"));
    expect(await findings()).toMatch(/hello\.service: starts \/usr\/bin\/hello, which is neither/);
  });

  test("starts a program of the host that the definition does not list", async () => {
    expect(await findings(definition({ hostPrograms: [] }))).toMatch(/starts kill, which is neither/);
  });

  test("contains a unit that is too large", async () => {
    await put("usr/lib/systemd/system/large.service");
    await truncate(join(tree, "usr/lib/systemd/system/large.service"), 8_000_000_000);
    expect(await findings()).toMatch(/large\.service: 8000000000 bytes, more than any unit needs/);
  });

  test("upholds a missing unit", async () => {
    await put("usr/lib/systemd/system/multi-user.target.d/10-hello.conf", "[Unit]\nUpholds=other.service\n");
    expect(await findings()).toMatch(/upholds other\.service, which the image does not contain/);
  });

  test("contains programs for another architecture", async () => {
    expect(await findings(definition(), foreign)).toMatch(/usr\/bin\/hello: not for /);
  });

  test("contains a dynamic program although it must be static", async () => {
    expect(await findings(definition({ static: true }))).toMatch(/usr\/bin\/hello: not static but ELF/);
  });
});

describe("what a tree has for kiln-host", () => {
  const folder = "usr/lib/sysext-kiln/hello";

  test("may be its hooks, and the parts that they source", async () => {
    await put(`${folder}/extension.conf`, "NAME=hello\n");
    await put(`${folder}/upgrade-check`, '. "${0%/*}/upgrade-check.d/members.sh"\n');
    await put(`${folder}/upgrade-check.d/members.sh`, "members=\n");
    await put(`${folder}/hooks.d/socket.sh`, "socket=/run/hello\n");
    await put(`${folder}/health`, '. "${0%/*}/hooks.d/socket.sh"\n[ -e "$socket" ]\n');
    await put(`${folder}/restart-lock`, "case $1 in acquire) ;; esac\n");
    await setModes(tree);
    expect(await findings()).toBe("none");
  });

  test("cannot be a hook of another name, which would never run", async () => {
    await put(`${folder}/healthcheck`, "true\n");
    await put(`${folder}/health.d/README`, "true\n");
    const found = await findings();
    expect(found).toMatch(/hello\/healthcheck: not a hook, which are health, restart-lock, upgrade-check/);
    expect(found).toMatch(/hello\/health\.d\/README: not a hook/);
  });

  test("cannot be a hook that is no shell program", async () => {
    await put(`${folder}/health`, "if true; then\n");
    expect(await findings()).toMatch(/hello\/health: not a shell program: .*[Ss]yntax error/);
    await rm(join(tree, folder, "health"));
    await symlink("../../../bin/hello", join(tree, folder, "health"));
    expect(await findings()).toMatch(/hello\/health: not a regular file/);
  });

  test("cannot be a hook if there is no service that it is for", async () => {
    await put(`${folder}/health`, "true\n");
    expect(await findings(definition({ hosts: {} }))).toMatch(/health: hosts\.service names no service/);
  });

  test("is never in the folder of another extension", async () => {
    await put("usr/lib/sysext-kiln/etcd/health", "true\n");
    await put("usr/lib/sysext-kiln/kiln-host/kiln-host", "true\n");
    expect(await findings()).toMatch(/sysext-kiln\/etcd: only the extension of that name.*kiln-host: only/);
  });

  test("never changes the units that start kiln-host, except for those that its own releases tune", async () => {
    const own = definition({ name: "kiln-host", asset: "kiln-host-{version}-{arch}.raw" });
    await put("usr/lib/systemd/system/kiln-host.timer.d/more-often.conf", "[Timer]\n");
    expect(await findings()).toMatch(
      /kiln-host\.timer\.d\/more-often\.conf: only kiln-host may change its units/,
    );
    expect(await findings(own)).toBe("none");
    await put("usr/lib/systemd/system/kiln-host-recovery.timer.d/never.conf", "[Timer]\n");
    expect(await findings(own)).toMatch(/never\.conf: no image may change this unit/);
  });

  test("is a whole program in kiln-host itself", async () => {
    await put("usr/lib/sysext-kiln/kiln-host/kiln-host", "true\n");
    await put("usr/lib/sysext-kiln/kiln-host/system.sh", "true\n");
    expect(await findings(definition({ name: "kiln-host", asset: "kiln-host-{version}-{arch}.raw" }))).toBe(
      "none",
    );
  });
});

test("an extension of files cannot have a compiled program", async () => {
  const files = definitionSchema.parse({ ...filesData(), hostPrograms: ["kill"] });
  expect(await findings(files)).toMatch(/usr\/bin\/hello: a compiled program, which an extension of files/);
});

test("the program that reads upstream's programs runs in the sandbox, without this machine's PATH", async () => {
  const bin = await mkdtemp(join(tmpdir(), "kiln-check-bin-"));
  await writeFile(join(bin, "file"), `#!/bin/sh\necho ran >'${bin}/ran'`, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"]}`);
  try {
    expect(await findings()).toBe("none");
    expect(await readdir(bin)).toEqual(["file"]);
  } finally {
    vi.unstubAllEnvs();
    await rm(bin, { recursive: true });
  }
});

describe("a link to the host's own files", () => {
  const links = { "usr/libexec/hello/plugins": "/var/lib/hello/plugins" };

  test("is accepted where the definition declares it", async () => {
    await put("usr/libexec/hello/README");
    await symlink("/var/lib/hello/plugins", join(tree, "usr/libexec/hello/plugins"));
    expect(await findings()).toMatch(/plugins: a link to \/var\/.* does not contain and "links" in/);
    expect(await findings(definition({ links }))).toBe("none");
  });

  test("is rejected if it has another target than the declared one", async () => {
    await put("usr/libexec/hello/README");
    await symlink("/etc/shadow", join(tree, "usr/libexec/hello/plugins"));
    expect(await findings(definition({ links }))).toMatch(/plugins: a link to \/etc\/shadow/);
  });

  test("is not one to a missing file below /usr, whatever the definition says", async () => {
    await symlink("/usr/bin/missing", join(tree, "usr/bin/link"));
    expect(await findings(definition({ links: { "usr/bin/link": "/usr/bin/missing" } }))).toMatch(
      /link: a link to \/usr\/bin\/missing, which the image does not contain/,
    );
  });
});

test("links that stay inside the tree are accepted, relative or absolute", async () => {
  await symlink("hello", join(tree, "usr/bin/relative"));
  await symlink("/usr/bin/hello", join(tree, "usr/bin/absolute"));
  expect(await findings()).toBe("none");
});
