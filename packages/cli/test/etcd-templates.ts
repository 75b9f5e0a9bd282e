import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { root } from "./paths.ts";

const extension = join(root, "extensions/etcd");

/** What an operator renders for a host, by the name of the result. */
const templates = {
  "etcd.env": "files/usr/share/etcd/etcd.env.j2",
  "etcdctl.sh": "files/usr/share/etcd/etcdctl.sh.j2",
  "etcd.conf": "templates/sysupdate/etcd.conf.j2",
  "etcd-sysext.bu": "templates/butane/etcd-sysext.bu.j2",
};

export type Variables = Readonly<Record<string, string | number>>;

/** Renders etcd's templates with Ansible for each host of an inventory, into a folder of the host's name. */
export async function renderTemplates(
  folder: string,
  hosts: Readonly<Record<string, Variables>>,
): Promise<void> {
  const programs = await ensureTestPrograms("ansible-playbook");
  for (const name of Object.keys(hosts)) await mkdir(join(folder, name), { recursive: true });
  const inventory = { all: { hosts, vars: { ansible_connection: "local" } } };
  const tasks = Object.entries(templates).map(([result, source]) => ({
    name: result,
    template: {
      src: join(extension, source),
      dest: `${folder}/{{ inventory_hostname }}/${result}`,
      mode: "0644",
    },
  }));
  const files = { inventory: join(folder, "inventory.json"), playbook: join(folder, "playbook.json") };
  await writeFile(files.inventory, JSON.stringify(inventory));
  await writeFile(files.playbook, JSON.stringify([{ hosts: "all", gather_facts: false, tasks }]));
  await run(programs["ansible-playbook"], ["--inventory", files.inventory, files.playbook], {
    env: { ANSIBLE_HOME: join(folder, "ansible"), ANSIBLE_REMOTE_TMP: join(folder, "ansible/tmp") },
  });
}
