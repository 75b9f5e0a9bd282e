import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { describeNetworks, startProcess } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeDocumentationRoot, validConfigurations } from "./documentation-root.ts";

/** Runs keepalived in the root file system $1, on a network of its own; further arguments are keepalived's. */
const script = `
ip link set lo up
ip link add eth0 type veth peer name peer0
ip link set peer0 up
ip link set eth0 up
ip address add 192.0.2.1/24 dev eth0
mount -t proc proc "$1/proc"
mount --bind /dev "$1/dev"
root=$1
shift
exec chroot "$root" /usr/bin/keepalived --use-file=/etc/keepalived/keepalived.conf --dont-fork "$@"`;

describeNetworks("a running keepalived", () => {
  let folder: string;
  let root: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kiln-reload-"));
    root = await makeDocumentationRoot(folder);
    for (const name of ["dev", "proc", "run", "tmp"]) await mkdir(join(root, name), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Writes an example, with a name that keepalived shows once it uses it. */
  async function configure(text: string, name: string): Promise<void> {
    const named = `${text}\nglobal_defs {\n    router_id ${name}\n}\n`;
    await writeFile(join(root, "etc/keepalived/keepalived.conf"), named, { mode: 0o600 });
  }

  test("uses each example of the documentation after a reload, without a new process", async () => {
    // Without IPVS in the kernel, keepalived ends if it balances load, as the page says: VRRP alone is tested then.
    await tryRun("modprobe", ["ip_vs"]);
    const balances = existsSync("/proc/net/ip_vs");
    const [first] = validConfigurations;
    await configure(first?.text ?? "", "start");
    const options = ["--log-console", ...(balances ? [] : ["--vrrp"])];
    const args = ["--net", "--mount", "sh", "-euc", script, "sh", root, ...options];
    const keepalived = startProcess("unshare", args, { all: true, reject: false });
    const pid = keepalived.pid ?? 0;
    try {
      /** What keepalived's part for VRRP or for balancing writes about its configuration. */
      const dump = async (part: "keepalived" | "keepalived_check") => {
        const file = join(root, "tmp", `${part}.data`);
        await rm(file, { force: true });
        process.kill(pid, "SIGUSR1");
        await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
        return readFile(file, "utf8");
      };
      const children = () => readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
      await expect.poll(async () => (await readFile(`/proc/${pid}/comm`, "utf8")).trim()).toBe("keepalived");
      await expect.poll(children, { timeout: 10_000 }).not.toBe("");
      const [vrrp = ""] = (await children()).split(" ");
      for (const [index, { where, text }] of validConfigurations.entries()) {
        await configure(text, `example-${index}`);
        process.kill(pid, "SIGHUP");
        const hasServer = balances && text.includes("virtual_server");
        const used = async () => {
          const data = await dump("keepalived");
          return {
            where,
            id: /Router ID = (\S+)/.exec(data)?.[1],
            instances: namesIn(data, " VRRP Instance ="),
            balances: hasServer && (await dump("keepalived_check")).includes(" VS VIP = "),
            sameProcess: (await children()).split(" ").includes(vrrp),
          };
        };
        await expect.poll(used, { timeout: 20_000 }).toEqual({
          where,
          id: `example-${index}`,
          instances: namesIn(text, "vrrp_instance"),
          balances: hasServer,
          sameProcess: true,
        });
      }
    } finally {
      keepalived.kill("SIGTERM");
      await keepalived;
    }
  });
});

/** The words that follow others at the start of lines. */
function namesIn(text: string, start: string): string[] {
  return [...text.matchAll(new RegExp(`^${start} (\\S+)`, "gm"))].map(([, name]) => name ?? "");
}
