import { baseTree, hostSuites, whyNoHosts, type HostSuite } from "@sysext-kiln/booted-host";
import { beforeAll, describe } from "vitest";
import { refuse } from "../refuse.ts";

type Define = (suite: HostSuite) => void;

/**
 * Describes behaviours of a booted host, once for each systemd; `.concurrent` is for tests that have a host each, `.once`
 * for those that are the same on both. Where no host can be booted there is one skipped test that says why; in continuous
 * integration it fails, so that nobody relies on tests that never ran.
 */
export const describeOnHosts = Object.assign(
  (name: string, define: Define) => onEach(hostSuites, name, define),
  {
    concurrent: (name: string, define: Define) => onEach(hostSuites, name, define, true),
    once: (name: string, define: Define) => onEach(hostSuites.slice(0, 1), name, define),
  },
);

function onEach(suites: readonly HostSuite[], name: string, define: Define, concurrent = false): void {
  const reason = whyNoHosts();
  describe.each([...suites])(`${name} on %s`, { concurrent }, (suite) => {
    if (reason !== undefined) return refuse(`no host can be booted here: ${reason}`)();
    // Made here, however long that takes: a test's time is for what it tests.
    beforeAll(() => baseTree(suite, () => undefined));
    define(suite);
  });
}
