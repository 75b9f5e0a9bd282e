import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definitionSchema, type Definition } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, helloData, putFile } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { moveEtc } from "./etc.ts";

let folder: string;
let tree: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-etc-"));
  tree = join(folder, "tree");
  await putFile(join(tree, "etc/hello/hello.conf"), "greeting = hello\n");
  await putFile(join(tree, "etc/hello/100% sure.conf"), "sure = yes\n");
  await symlink("hello.conf", join(tree, "etc/hello/default.conf"));
});
afterEach(() => rm(folder, { recursive: true }));

function definition(hosts: object): Definition {
  return definitionSchema.parse({ ...helloData(), hosts });
}

describe("what an image has below etc/", () => {
  test("is moved below usr/share, with a line for each file", async () => {
    await moveEtc(definition({}), tree);
    expect(await readdir(tree)).toEqual(["usr"]);
    expect(await readFile(join(tree, "usr/share/hello/etc/hello/hello.conf"), "utf8")).toBe(
      "greeting = hello\n",
    );
    expect(await readFile(join(tree, "usr/lib/tmpfiles.d/hello-etc.conf"), "utf8")).toBe(
      'C "/etc/hello/100%% sure.conf" - - - - /usr/share/hello/etc/hello/100%% sure.conf\n' +
        'L "/etc/hello/default.conf" - - - - hello.conf\n' +
        'C "/etc/hello/hello.conf" - - - - /usr/share/hello/etc/hello/hello.conf\n',
    );
    expect(await readdir(join(tree, "usr/lib"))).toEqual(["tmpfiles.d"]);
  });

  test("is copied before each service starts", async () => {
    await moveEtc(definition({ service: ["hello.service", "greeter.service"] }), tree);
    const units = join(tree, "usr/lib/systemd/system");
    expect(await readFile(join(units, "hello-etc.service"), "utf8")).toMatch(
      /^Before=hello\.service greeter\.service [^]*^ExecStart=systemd-tmpfiles --create \/usr\/lib\/tmpfiles\.d\/hello-etc\.conf$/m,
    );
    for (const service of ["hello", "greeter"]) {
      expect(await readFile(join(units, `${service}.service.d/10-hello-etc.conf`), "utf8")).toBe(
        "[Unit]\nRequires=hello-etc.service\nAfter=hello-etc.service\n",
      );
    }
  });

  test("does not replace what an operator has written on the host", async () => {
    await ensureTestPrograms("systemd-tmpfiles");
    await moveEtc(definition({}), tree);
    await putFile(join(tree, "etc/hello/hello.conf"), "greeting = good day\n");
    await run("systemd-tmpfiles", [`--root=${tree}`, "--create", "hello-etc.conf"]);
    expect(await readFile(join(tree, "etc/hello/hello.conf"), "utf8")).toBe("greeting = good day\n");
    expect(await readFile(join(tree, "etc/hello/100% sure.conf"), "utf8")).toBe("sure = yes\n");
    expect(await readFile(join(tree, "etc/hello/default.conf"), "utf8")).toBe("greeting = good day\n");
  });
});
