import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms, listen } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "./paths.ts";

/** Needs no interface, so that checking it needs no permissions. */
const valid = `global_defs {
    router_id test
}
virtual_server 192.0.2.1 443 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 192.0.2.2 443 {
        SSL_GET {
            url {
                path /
                status_code 200
            }
        }
    }
}
`;

let folder: string;
let emulator: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-arm64-"));
  const found = await ensureTestPrograms("qemu-aarch64-static", "unsquashfs", "openssl");
  emulator = found["qemu-aarch64-static"];
  await run(process.execPath, [main, "build", "keepalived", "--arch", "arm64", "--output", folder]);
  const image = (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "";
  await run("unsquashfs", ["-no-progress", "-quiet", "-dest", join(folder, "tree"), join(folder, image)]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("keepalived for arm64 prints its version", async () => {
  expect((await keepalived("--version")).stderr).toMatch(/^Keepalived v\d+\.\d+\.\d+ /);
});

test("keepalived for arm64 accepts a valid configuration", async () => {
  expect(await check(valid)).toMatchObject({ status: 0, stderr: "" });
});

test("keepalived for arm64 refuses an invalid configuration, and names the line", async () => {
  const { status, stderr } = await check(valid.replace("443 {", "70000 {"));
  expect(status).toBe(5);
  expect(stderr).toContain("Line 4");
});

test("keepalived for arm64 makes requests over TLS", async () => {
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key];
  await run("openssl", ["req", "-x509", ...curve, "-subj", "/CN=localhost", "-out", certificate]);
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) =>
    response.end("hello\n"),
  );
  const port = String(await listen(server));
  const { stdout } = await keepalived("--genhash", "-S", "-s", "127.0.0.1", "-p", port, "-u", "/");
  await new Promise((resolve) => server.close(resolve));
  expect(stdout).toBe(createHash("md5").update("hello\n").digest("hex"));
});

function keepalived(...args: string[]) {
  return tryRun(emulator, [join(folder, "tree/usr/bin/keepalived"), ...args], { timeoutMs: 60_000 });
}

async function check(configuration: string) {
  const file = join(folder, `${createHash("md5").update(configuration).digest("hex")}.conf`);
  await writeFile(file, configuration);
  return keepalived("--config-test", `--use-file=${file}`);
}
