import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import type { Host } from "@sysext-kiln/booted-host";
import { configure, giveInterface } from "../test/host-services.ts";
import { disableTimer, statusOf } from "../test/kiln-host.ts";
import { bootProvisionedHost } from "../test/provisioned-host.ts";
import { serveDirectory } from "../test/serve.ts";
import { main } from "../test/paths.ts";
import type { Row } from "./measure.ts";

const names = ["etcd", "keepalived"] as const;

/**
 * What the scripts that hosts had before kiln-host called, for each extension, with nothing to do. The shell around it is
 * not counted.
 */
const before = `for name in ${names.join(" ")}; do
  for command in vacuum update; do
    unshare --mount true
    unshare --mount sh -euc 'mount -t tmpfs tmpfs /var/lib/systemd/sysupdate && exec "$@"' sh \\
      /usr/lib/systemd/systemd-sysupdate --definitions="/etc/sysupdate.$name.d" "$command"
  done
done`;

/** A run that asks the repository, and one between two such runs, of which there are 36 in six hours. */
const asking = "touch /run/sysext-kiln/update-now; /etc/sysext-kiln/bootstrap run";
const between = "/etc/sysext-kiln/bootstrap run";

/**
 * Compares the CPU time of kiln-host on a host with two extensions and nothing to do with that of the scripts before it.
 * @param releases the folder of a release store, with everything that a host needs
 */
export async function hostRunRows(releases: string): Promise<Row[]> {
  await using server = await serveDirectory(releases);
  const where = ["--base-url", server.baseUrl, "--arch", nativeArchitecture(), "--format", "ignition"];
  const ignition = await run(process.execPath, [main, "host-config", ...names, ...where]);
  await using host = await bootProvisionedHost({
    suite: "trixie",
    server,
    ignition: [ignition],
    prepare: async (root) => {
      await disableTimer(root);
      for (const name of names) await configure(root, name);
    },
  });
  await giveInterface(host);
  await host.write("/etc/profile.d/etcdctl.sh", "export ETCDCTL_ENDPOINTS=http://127.0.0.1:2379\n");
  await host.waitFor("all extensions to settle", async () => {
    await cpuSeconds(host, `${asking}; mkdir -p /var/lib/systemd/sysupdate`, 1);
    const states = await Promise.all(names.map((name) => statusOf(host, name)));
    return states.every(({ state }) => state === "settled");
  });
  const [scripts, due, tick] = [
    await cpuSeconds(host, before, 10),
    await cpuSeconds(host, asking, 10),
    await cpuSeconds(host, between, 10),
  ];
  return [
    {
      what: "CPU time of kiln-host with nothing to do / of the scripts before it",
      ratio: due / scripts,
      limit: 1,
    },
    {
      what: "CPU time of kiln-host when nothing is due / of these scripts",
      ratio: tick / scripts,
      limit: 0.5,
    },
  ];
}

/** The CPU time of a command in a host and of its children, in seconds, on average. */
async function cpuSeconds(host: Host, command: string, times: number): Promise<number> {
  const script = `for _ in ${"x ".repeat(times)}; do { ${command}; } >/dev/null 2>&1; done; times`;
  const { stdout } = await host.run(["bash", "-c", script]);
  // "0m0.004s 0m0.008s" of the shell, and of its children
  const seconds = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return seconds.reduce((sum, one) => sum + one, 0) / times;
}
