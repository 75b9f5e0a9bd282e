import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";
import { memberSettings, parseSettings, quotaSettings } from "./settings.ts";

const text = `# production
ETCD_NAME=cp1
ETCD_QUOTA_BACKEND_BYTES=8589934592
ETCD_PEER_TRUSTED_CA_FILE=/etc/etcd/pki/ca.crt
ETCD_CLIENT_CERT_AUTH=true
ETCD_DISCOVERY_SRV=example.org
ETCD_ENABLE_GRPC_GATEWAY=false
ETCD_ENABLE_V2=true
GOMAXPROCS=4
`;

describe("the variables of production", () => {
  test("are kept, and those that name its hosts and files have other values at the end", () => {
    const settings = parseSettings(text, "etcd.env");
    expect(settings.replaced).toEqual([
      "ETCD_NAME",
      "ETCD_PEER_TRUSTED_CA_FILE",
      "ETCD_CLIENT_CERT_AUTH",
      "ETCD_DISCOVERY_SRV",
      "ETCD_ENABLE_GRPC_GATEWAY",
    ]);
    const lines = memberSettings(settings, { ETCD_NAME: "one", ETCD_DATA_DIR: "/var/lib/etcd" });
    expect(lines.startsWith(`${text}\n`)).toBe(true);
    expect(lines.slice(text.length + 1).split("\n")).toEqual([
      "",
      "ETCD_NAME=one",
      "ETCD_PEER_TRUSTED_CA_FILE=",
      "ETCD_CLIENT_CERT_AUTH=",
      "ETCD_DISCOVERY_SRV=",
      "ETCD_ENABLE_GRPC_GATEWAY=",
      "ETCD_DATA_DIR=/var/lib/etcd",
      "",
    ]);
  });

  test.each([
    ["a configuration file, with which etcd ignores them", "ETCD_CONFIG_FILE=/etc/etcd/etcd.yaml\n"],
    ["no variable of etcd", "name: one\n"],
  ])("are refused with %s", (_, wrong) => {
    expect(() => parseSettings(wrong, "etcd.env")).toThrow(expect.objectContaining({ code: "usage" }));
  });
});

describe("the quota of a rehearsal", () => {
  const large = 3_000_000_000;

  test("is that of production", () => {
    expect(quotaSettings(parseSettings(text, "etcd.env"), large)).toEqual({});
  });

  test.each([undefined, "ETCD_NAME=one\n", "ETCD_QUOTA_BACKEND_BYTES=\n"])(
    "fits a large snapshot if the settings are %j",
    (settings) => {
      const user = settings === undefined ? undefined : parseSettings(settings, "etcd.env");
      expect(quotaSettings(user, large)).toEqual({ ETCD_QUOTA_BACKEND_BYTES: "6000000000" });
    },
  );

  test("is etcd's default for a small snapshot", () => {
    expect(quotaSettings(undefined, 1_000_000_000)).toEqual({});
  });
});

const hook = fileURLToPath(
  new URL(
    "../../../extensions/etcd/files/usr/lib/sysext-kiln/etcd/upgrade-check.d/settings.sh",
    import.meta.url,
  ),
);

/** What the upgrade check to 3.7 prints about settings. @param parse the hook's function that reads them */
function refusals(parse: string, input: string): Promise<string> {
  const script = `. "$1"; to=3.7; refuse() { echo "$2"; }; settings=$(${parse}); check_settings`;
  return run("sh", ["-c", script, "sh", hook], { input });
}

describe("the upgrade check", () => {
  test("refuses a setting of production once, and not the empty value it has in a rehearsal", async () => {
    const user = parseSettings("ETCD_DISCOVERY=https://discovery.example.org/1\n", "etcd.env");
    const lines = memberSettings(user, { ETCD_NAME: "one" });
    expect((await refusals("variables etcd.env", lines)).trim()).toBe(
      "etcd.env sets ETCD_DISCOVERY=https://discovery.example.org/1, which etcd 3.7 does not have",
    );
  });

  test("allows an empty variable, which etcd ignores, but not an empty flag", async () => {
    const empty = "ETCD_DISCOVERY=\nETCD_EXPERIMENTAL_CORRUPT_CHECK_TIME=''\n";
    expect(await refusals("variables etcd.env", empty)).toBe("");
    expect(await refusals("flags", "etcd\n--discovery=\n--name=one\n")).toContain(
      "ExecStart= of etcd.service sets ETCD_DISCOVERY=, which",
    );
  });
});
