import { expect, test } from "vitest";
import { refusalsIn } from "./moves.ts";

test("the reasons of an upgrade check are read from kiln-host's log", () => {
  const log = `etcd: downloaded etcd-3.6.16-x86-64.raw
etcd: restart lock, acquire: status 0 
etcd: upgrade check from 3.5.16 to 3.6.16: status 1 versions: one runs 3.5.16. Update it.
versions: two runs 3.5.16. Update it.
etcd: restart lock, release: status 0 
etcd: etcd-3.6.16-x86-64.raw waits: versions: one runs 3.5.16. Update it.
`;
  expect(refusalsIn(log)).toEqual([
    "versions: one runs 3.5.16. Update it.",
    "versions: two runs 3.5.16. Update it.",
  ]);
});

test("a check that allows the move has none", () => {
  const log =
    "etcd: upgrade check from 3.5.30 to 3.6.16: status 0 snapshot: /var/lib/x.db\netcd: switching\n";
  expect(refusalsIn(log)).toEqual([]);
});
