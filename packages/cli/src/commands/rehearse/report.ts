import { oneLine } from "@sysext-kiln/error";
import { formatBytes } from "@sysext-kiln/machine";
import type { Report } from "@sysext-kiln/rehearsal";
import { formatDuration, formatTable } from "../../output/print.ts";

/** A report for people. */
export function formatReport(report: Report): string {
  const { extension, from, to, systemd, checks, notRehearsed, verdict, seconds } = report;
  const rows = checks.flatMap(({ name, result, details }) => {
    const [first = "", ...others] = details;
    return [[name, result, first], ...others.map((detail) => ["", "", detail])];
  });
  return [
    `${extension} ${from} -> ${to}, three members, systemd ${systemd}`,
    describeSnapshot(report),
    "",
    formatTable(["CHECK", "RESULT", "DETAILS"], rows),
    "",
    ...notRehearsed.map((what) => `not rehearsed: ${oneLine(what)}`),
    "",
    `${verdict} (${formatDuration(seconds * 1000)})`,
  ].join("\n");
}

function describeSnapshot({ snapshot }: Report): string {
  const { path, size, keys, leases, hasAuthentication } = snapshot;
  const parts = [
    `${path === undefined ? "a generated snapshot" : oneLine(path)}: ${formatBytes(size)}`,
    ...(keys === undefined ? [] : [`keys: ${keys}`]),
    `leases: ${leases}`,
    ...(hasAuthentication ? ["with authentication"] : []),
  ];
  return parts.join(", ");
}
