import { describe } from "vitest";
import { refuse } from "../refuse.ts";

/**
 * Describes behaviours of networks, which run at the same time: they are independent. Where no network can be made there
 * is one skipped test that says why; in continuous integration it fails.
 */
export function describeNetworks(name: string, define: () => void): void {
  const reason = whyNoNetworks();
  const body = reason === undefined ? define : refuse(`no network can be made here: ${reason}`);
  // oxlint-disable-next-line vitest/valid-describe-callback -- one of two functions
  describe.concurrent.each([name])("%s", body);
}

function whyNoNetworks(): string | undefined {
  if (process.platform !== "linux")
    return "networks are Linux namespaces, and this machine runs something else";
  if (process.getuid?.() !== 0) return "making a network needs root (run the tests with sudo)";
  return undefined;
}
