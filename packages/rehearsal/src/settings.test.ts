import { describe, expect, test } from "vitest";
import { memberSettings, parseSettings } from "./settings.ts";

const text = `# production
ETCD_NAME=cp1
ETCD_QUOTA_BACKEND_BYTES=8589934592
ETCD_PEER_TRUSTED_CA_FILE=/etc/etcd/pki/ca.crt
ETCD_CLIENT_CERT_AUTH=true
ETCD_DISCOVERY_SRV=example.org
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
    ]);
    const lines = memberSettings(settings, { ETCD_NAME: "one", ETCD_DATA_DIR: "/var/lib/etcd" });
    expect(lines.startsWith(`${text}\n`)).toBe(true);
    expect(lines.slice(text.length + 1).split("\n")).toEqual([
      "",
      "ETCD_NAME=one",
      "ETCD_PEER_TRUSTED_CA_FILE=",
      "ETCD_CLIENT_CERT_AUTH=",
      "ETCD_DISCOVERY_SRV=",
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
