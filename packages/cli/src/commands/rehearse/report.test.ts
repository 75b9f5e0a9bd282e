import type { Report } from "@sysext-kiln/rehearsal";
import { expect, test } from "vitest";
import { formatReport } from "./report.ts";

const report: Report = {
  verdict: "not safe",
  extension: "etcd",
  from: "3.5.16",
  to: "3.6.16",
  systemd: "257",
  snapshot: {
    ...{ path: "backup\u001b.db", size: 1_500_000, keys: 10, revision: 12 },
    ...{ members: ["a1 one"], leases: 2, hasAuthentication: true },
  },
  checks: [
    { name: "stored members", result: "passed", details: ["a1 one"] },
    {
      name: "upgrade",
      result: "failed",
      details: ["versions: one runs 3.5.16.", "versions: two runs 3.5.16."],
    },
    { name: "write gap", result: "not reached", details: [] },
  ],
  ...{ upgraded: [], rolledBack: [], writes: undefined },
  notRehearsed: ["TLS"],
  seconds: 83,
};

test("a report shows each check with all that was found, and the verdict last", () => {
  expect(formatReport(report)).toBe(`etcd 3.5.16 -> 3.6.16, three members, systemd 257
backup\\u001b.db: 1.5 MB, keys: 10, leases: 2, with authentication

CHECK           RESULT       DETAILS
stored members  passed       a1 one
upgrade         failed       versions: one runs 3.5.16.
                             versions: two runs 3.5.16.
write gap       not reached

not rehearsed: TLS

not safe (1:23)`);
});
