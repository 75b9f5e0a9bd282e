import type { RehearsalOptions } from "./options.ts";

type Choices = Pick<RehearsalOptions, "series" | "settings" | "cluster" | "data"> & {
  from: Pick<RehearsalOptions["from"], "version">;
  to: Pick<RehearsalOptions["to"], "version">;
};

/** What is different in production, so that the verdict does not cover it. */
export function notRehearsed({ from, to, series, settings, cluster, data }: Choices): string[] {
  const versions = `${from.version.upstream} ${to.version.upstream}`;
  const check = `sudo sh /usr/lib/sysext-kiln/etcd/upgrade-check ${versions} no-snapshot`;
  const replaced = settings?.replaced.join(", ") ?? "";
  return [
    `${besidesTheDatabase(series.from)}, which no snapshot contains: run \`${check}\` on each host`,
    "whether each host's data folder is where its settings say: the same command checks it",
    "TLS, and the network between the members",
    ...(settings === undefined ? ["the settings of production: --env FILE"] : []),
    ...(replaced === "" ? [] : [`the values of ${replaced}`]),
    "flags and variables in drop-ins of etcd.service",
    ...("snapshot" in data ? [] : ["the data of production: --snapshot FILE"]),
    ...("snapshot" in data && cluster === undefined
      ? ["whether the stored members are those of the cluster: --member-list FILE"]
      : []),
  ];
}

/**
 * What a member stores besides the database of version 3, which is all that a snapshot contains. The upgrade
 * check refuses to move to 3.6 with keys in the v2 store, and to 3.7 with entries of 3.5 in the log; restoring
 * a snapshot creates both anew.
 */
function besidesTheDatabase(series: string): string {
  return series === "3.5" ? "the v2 store" : "the log";
}
