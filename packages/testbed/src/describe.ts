import { type HostSuite, suiteOfSystemd, type SystemdVersion, whyNoHosts } from "@sysext-kiln/booted-host";
import { describe, expect, test } from "vitest";
import { chosenSystemds } from "./host/chosen-systemds.ts";

type Define = (suite: HostSuite) => void;

/**
 * Describes the behavior of a booted host, once for each chosen version of systemd. `.concurrent` is for
 * tests that each boot their own host, `.once` for behavior that does not depend on systemd. If no host can
 * be booted, there is one skipped test that says why; in continuous integration it fails, so that nobody
 * relies on tests that never ran.
 */
export const describeOnHosts = Object.assign(
  (name: string, define: Define) => onEach(chosenSystemds(), name, define),
  {
    concurrent: (name: string, define: Define) => onEach(chosenSystemds(), name, define, true),
    once: (name: string, define: Define) => onEach(chosenSystemds().slice(0, 1), name, define),
  },
);

function onEach(systemds: readonly SystemdVersion[], name: string, define: Define, concurrent = false): void {
  const reason = whyNoHosts();
  describe.each([...systemds])(`${name} on systemd %s`, { concurrent }, (systemd) => {
    if (reason !== undefined) return refuse(`no host can be booted here: ${reason}`)();
    define(suiteOfSystemd[systemd]);
  });
}

/**
 * Describes the behavior of networks in tests that run concurrently, because the networks are independent. If
 * no network can be made, there is one skipped test that says why; in continuous integration it fails.
 */
export function describeNetworks(name: string, define: () => void): void {
  const reason = whyNoNetworks();
  const body = reason === undefined ? define : refuse(`no network can be made here: ${reason}`);
  // oxlint-disable-next-line vitest/valid-describe-callback -- one of two functions
  describe.concurrent.each([name])("%s", body);
}

/**
 * Describes the behavior of a program that the usual archives do not have: a variable names a folder with its
 * sources. Without it, there is one skipped test that says so; in continuous integration it fails. Networks
 * are opened, too.
 */
export function describeWithSource(variable: string, name: string, define: (folder: string) => void): void {
  const { [variable]: folder = "" } = process.env;
  const reason = folder === "" ? `${variable} names no folder with the sources` : whyNoNetworks();
  describe.each([name])("%s", () => (reason === undefined ? define(folder) : refuse(reason)()));
}

function whyNoNetworks(): string | undefined {
  if (process.platform !== "linux")
    return "networks are Linux namespaces, and this machine runs something else";
  if (process.getuid?.() !== 0) return "making a network needs root (run the tests with sudo)";
  return undefined;
}

/**
 * Replaces tests that cannot run here: one skipped test that says why, and a failed one in continuous
 * integration.
 */
function refuse(reason: string): () => void {
  const { CI = "" } = process.env;
  const mayBeSkipped = ["", "0", "false"].includes(CI);
  return () => {
    // oxlint-disable-next-line vitest/valid-title -- the title is the reason
    test.skipIf(mayBeSkipped)(reason, () => expect.fail(reason));
  };
}
