import { describe, expect, test } from "vitest";
import { notRehearsed } from "./not-rehearsed.ts";

function version(upstream: string) {
  return { version: { upstream, revision: 1 } };
}

const [from, to] = [version("3.5.30"), version("3.6.16")];
const everything = {
  ...{ from, to, series: { from: "3.5", to: "3.6" } },
  settings: { text: "ETCD_NAME=cp1\n", replaced: ["ETCD_NAME", "ETCD_CERT_FILE"] },
  cluster: ["a1"],
};

describe("what a rehearsal does not cover", () => {
  test("always includes what a snapshot does not contain, with the command that checks it on a host", () => {
    expect(notRehearsed({ ...everything, data: { keys: 5 } })).toEqual([
      "the v2 store, which no snapshot contains: run `sudo sh /usr/lib/sysext-kiln/etcd/upgrade-check 3.5.30 3.6.16 no-snapshot` on each host",
      "whether each host's data folder is where its settings say: the same command checks it",
      "TLS, and the network between the members",
      "the values of ETCD_NAME, ETCD_CERT_FILE",
      "flags and variables in drop-ins of etcd.service",
      "the data of production: --snapshot FILE",
    ]);
  });

  test("is the log from 3.6 to 3.7, which cannot read entries of 3.5", () => {
    const series = { from: "3.6", to: "3.7" };
    expect(notRehearsed({ ...everything, series, data: { keys: 5 } })[0]).toMatch(/^the log, which no snap/);
  });

  test("includes the settings of production if none are given", () => {
    const known = notRehearsed({ ...everything, settings: undefined, data: { keys: 5 } });
    expect(known).toContain("the settings of production: --env FILE");
  });
});
