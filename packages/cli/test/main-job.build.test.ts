import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures, nativeArchitecture, spellings, type Architecture } from "@sysext-kiln/extension";
import { run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeTree } from "./folder-contents.ts";
import { main } from "./paths.ts";

const features = [
  "LVS",
  "VRRP",
  "VRRP_AUTH",
  "VRRP_VMAC",
  "NFTABLES",
  "REGEX",
  "JSON",
  "BFD",
  "SYSTEMD_NOTIFY",
];

let folder: string;
let first: Outcome;

function kiln(...args: string[]): Promise<Outcome> {
  return tryRun(process.execPath, [main, ...args], { cwd: folder });
}

beforeAll(async () => {
  const needs = ["unsquashfs", "file", "ip", "qemu-aarch64-static", "qemu-x86_64-static"] as const;
  await ensureTestPrograms(...needs);
  folder = await mkdtemp(join(tmpdir(), "kiln-main-job-"));
  first = await kiln("release", "etcd", "keepalived", "--from", "debian", "--to", "public");
});
afterAll(() => rm(folder, { recursive: true }));

const releases = () => join(folder, "public/releases/download");

/** The folders of an extension's permanent releases. */
async function releasesOf(name: string): Promise<string[]> {
  return (await readdir(releases()))
    .filter((tag) => tag.startsWith(`${name}-v`))
    .map((tag) => join(releases(), tag));
}

/** The image of an extension that was just published, for one architecture. */
async function imageOf(name: string, architecture: Architecture): Promise<string> {
  const [release = ""] = await releasesOf(name);
  const image = (await readdir(release)).find((file) => file.endsWith(`-${architecture}.raw`));
  return join(release, image ?? "");
}

describe("the main job", () => {
  test("ends with a table of every image and its URL for hosts", () => {
    // A mirror may lack a version that it lists.
    expect(first.stderr.replaceAll(/^warning: skipping .+: the mirror lacks .+\n?/gm, "")).toBe("");
    expect(first.status).toBe(0);
    for (const architecture of architectures) {
      const end = `${architecture}\\.raw +\\d+\\.\\d MB +\\d+:\\d\\d +releases/download/`;
      expect(first.stdout).toMatch(new RegExp(`^etcd-\\d+\\.\\d+\\.\\d+-${end}etcd-v`, "m"));
      expect(first.stdout).toMatch(new RegExp(`^keepalived-v\\d+\\.\\d+\\.\\d+-${end}keepalived-v`, "m"));
    }
  });

  test("writes manifests that sha256sum accepts in every folder", async () => {
    const folders = [
      ...(await readdir(releases())).map((tag) => join(releases(), tag)),
      join(folder, "public/releases/latest/download"),
    ];
    expect(folders.length).toBeGreaterThanOrEqual(4);
    for (const cwd of folders)
      await run("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd });
  });

  test("records every input of every image, with its digest", async () => {
    for (const name of ["etcd", "keepalived"]) {
      const [release = ""] = await releasesOf(name);
      for (const file of (await readdir(release)).filter((one) => one.endsWith(".build.json"))) {
        const record: unknown = JSON.parse(await readFile(join(release, file), "utf8"));
        expect(record).toMatchObject({
          extension: name,
          upstream: "debian",
          inputs: expect.arrayContaining([
            expect.objectContaining({
              sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
              url: expect.any(String),
            }),
          ]),
          tools: { mksquashfs: expect.stringMatching(/^\d/) },
        });
      }
    }
  });

  test("finds nothing to do the second time, starts no container and changes nothing", async () => {
    const published = () => describeTree(join(folder, "public"));
    const before = await published();
    // An engine that does not answer: a run that wanted a container would fail.
    const second = await tryRun(process.execPath, [main, "release", "etcd", "keepalived", "--to", "public"], {
      cwd: folder,
      env: { DOCKER_HOST: `unix://${folder}/no-engine.sock` },
    });
    expect(second.status).toBe(0);
    expect(second.stdout).toMatch(/Nothing to do: public is up to date\.$/);
    expect(await published()).toEqual(before);
  });

  test("passes the verification that a host does", async () => {
    expect((await kiln("verify", "public")).status).toBe(0);
  });
});

describe.each([...architectures])("the images for %s", (architecture) => {
  const emulator = architecture === nativeArchitecture() ? [] : [spellings[architecture].emulator];

  /** Runs a program that needs nothing from the host. */
  function runProgram(program: string, ...args: string[]): Promise<Outcome> {
    const [command = "", ...rest] = [...emulator, program, ...args];
    return tryRun(command, rest);
  }

  /** The exit status of `keepalived -t` for a configuration, in a network with an interface eth0. */
  async function testConfiguration(text: string): Promise<number | undefined> {
    const program = join(await unpacked("keepalived"), "usr/bin/keepalived");
    const file = join(folder, "keepalived.conf");
    await writeFile(file, text);
    const command = [...emulator, program, "--config-test", "--use-file", file];
    const withInterface = 'ip link add eth0 type veth peer name peer0 && exec "$@"';
    return (await tryRun("unshare", ["--net", "sh", "-c", withInterface, "sh", ...command])).status;
  }

  async function unpacked(name: string): Promise<string> {
    const target = join(folder, `${name}-${architecture}`);
    await run("unsquashfs", [
      "-force",
      "-quiet",
      "-no-progress",
      "-dest",
      target,
      await imageOf(name, architecture),
    ]);
    return target;
  }

  test.each(["etcd", "keepalived"])("%s contains only files of root, below usr/", async (name) => {
    const listing = await run("unsquashfs", ["-lln", await imageOf(name, architecture)]);
    const entries = listing.split("\n").filter((line) => line.includes("squashfs-root/"));
    expect(entries.length).toBeGreaterThan(5);
    for (const entry of entries) expect(entry).toMatch(/^[-dl][rwx-]{9} 0\/0 .* squashfs-root\/usr(\/|$)/);
  });

  test("keepalived is static and has its features", async () => {
    const program = join(await unpacked("keepalived"), "usr/bin/keepalived");
    expect(await run("file", ["--brief", program])).toMatch(/static-pie linked/);
    const { stdout, stderr } = await runProgram(program, "--version");
    for (const feature of features)
      expect(`${stdout}${stderr}`).toMatch(new RegExp(`Config options:.* ${feature}\\b`));
  });

  test("keepalived accepts a valid configuration and refuses an invalid one", async () => {
    expect(await testConfiguration(kubernetesApi)).toBe(0);
    expect(await testConfiguration(kubernetesApi.replace("router_id 51", "router_id 256"))).not.toBe(0);
    expect(await testConfiguration(kubernetesApi.replace("eth0", "eth1"))).not.toBe(0);
  });

  test("etcd's programs print the release's version", async () => {
    const [release = ""] = await releasesOf("etcd");
    const version = release.replace(/.*etcd-v/, "");
    // They ran from the finished image, with an old C library, before it was published.
    const record = await readFile(join(release, `etcd-${version}-${architecture}.build.json`), "utf8");
    expect(record).toContain('"package": "libc6"');
    expect(await run("file", ["--brief", join(await unpacked("etcd"), "usr/local/bin/etcd")])).toContain(
      spellings[architecture].elf,
    );
  });
});

test("etcd's images are identical when everything is built twice without caches", async () => {
  const outcome = await kiln("build", "etcd", "--twice", "--output", "twice");
  expect(outcome.stderr).toBe("");
  expect(outcome.stdout).toMatch(/both builds are identical\.$/);
});

/** The address of a Kubernetes API server: each node checks its own server and lowers its priority. */
const kubernetesApi = `global_defs {
  router_id K8S_API_LB
  vrrp_higher_prio_send_advert true
  vrrp_garp_master_refresh 60
  enable_script_security
  script_user nobody
  vrrp_skip_check_adv_addr
}

vrrp_script check_apiserver {
  script "/bin/true"
  interval 3
  timeout 10
  fall 2
  rise 10
  weight -20
}

vrrp_instance kube_api_server {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass k8s_api
  }
  virtual_ipaddress {
    192.168.1.100/24 dev eth0
  }
  track_script {
    check_apiserver
  }
}
`;
