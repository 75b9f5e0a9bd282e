import { describe, expect, test } from "vitest";
import { parsePeers, parseVirtualAddresses } from "./virtual-addresses.ts";

describe("virtual addresses", () => {
  test("may have their own prefix, a common one, or none", () => {
    expect(parseVirtualAddresses(["192.0.2.10/24", "192.0.2.11"], "25")).toEqual([
      { ip: "192.0.2.10", family: "ipv4", prefix: 24 },
      { ip: "192.0.2.11", family: "ipv4", prefix: 25 },
    ]);
    expect(parseVirtualAddresses(["192.0.2.10"], undefined)).toMatchObject([{ prefix: undefined }]);
  });

  test("are normalised", () => {
    expect(parseVirtualAddresses(["2001:0DB8:0:0::0010/64"], undefined)).toMatchObject([
      { ip: "2001:db8::10" },
    ]);
  });

  test.each([
    ["none", [], undefined, /--ip with an address.*found none/],
    ["a name", ["api.example.org"], undefined, /IP address.*"api.example.org"/],
    ["an empty one", [""], undefined, /IP address/],
    ["a loopback address", ["127.0.0.1"], undefined, /IP address/],
    ["a multicast address", ["ff02::12"], undefined, /IP address/],
    ["an IPv4 address in IPv6", ["::ffff:192.0.2.10"], undefined, /IP address/],
    ["an address with a zone", ["fe80::1%eth0"], undefined, /IP address/],
    ["two prefixes", ["192.0.2.10/24/24"], undefined, /IP address/],
    [
      "a prefix that is too long",
      ["192.0.2.10/33"],
      undefined,
      /prefix length from 1 to 32 for 192.0.2.10.*33/,
    ],
    ["a prefix of 0", ["2001:db8::1"], "0", /prefix length from 1 to 128/],
    ["a netmask", ["192.0.2.10/255.255.255.0"], undefined, /prefix length from 1 to 32.*255.255.255.0/],
    [
      "a network's own address",
      ["192.0.2.0/24"],
      undefined,
      /192\.0\.2\.0\/24.*the network or broadcast address/,
    ],
    ["a network's broadcast address", ["192.0.2.255"], "24", /the network or broadcast address/],
    ["one twice", ["2001:db8::1", "2001:db8:0::1"], undefined, /2001:db8::1 twice/],
    ["one prefix for both families", ["192.0.2.10", "2001:db8::1"], "24", /addresses of one family/],
  ])("are refused: %s", (_, texts, prefix, message) => {
    expect(() => parseVirtualAddresses(texts, prefix)).toThrow(message);
  });
});

const ipv4 = (count: number) =>
  Array.from({ length: count }, (_, index) => `10.0.${index >> 7}.${(index % 128) + 1}`);
const ipv6 = (count: number) =>
  Array.from({ length: count }, (_, index) => `2001:db8::${(index + 1).toString(16)}`);

describe("the number of virtual addresses", () => {
  test("is limited to what one advertisement can contain", () => {
    expect(parseVirtualAddresses(ipv4(255), undefined)).toHaveLength(255);
    expect(() => parseVirtualAddresses(ipv4(256), undefined)).toThrow(
      /at most 255 IPv4 addresses; found 256/,
    );
    expect(parseVirtualAddresses(ipv6(89), undefined)).toHaveLength(89);
    expect(() => parseVirtualAddresses(ipv6(90), undefined)).toThrow(/at most 89 IPv6 addresses; found 90/);
  });

  test("is not limited for IPv6 addresses that move with IPv4", () => {
    expect(parseVirtualAddresses([...ipv4(1), ...ipv6(200)], undefined)).toHaveLength(201);
  });
});

describe("peers", () => {
  const virtual = ["192.0.2.10"];

  test("are all nodes", () => {
    expect(parsePeers(["192.0.2.1", "192.0.2.2"], "ipv4", virtual)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test.each([
    ["of another family than VRRP's", ["192.0.2.1", "2001:db8::1"], /family that VRRP uses, IPv4/],
    ["a single one", ["192.0.2.1"], /all nodes, at least two/],
    ["with a prefix", ["192.0.2.1/24", "192.0.2.2"], /IP address/],
    ["listed twice", ["192.0.2.1", "192.0.2.2", "192.0.2.1"], /each address once; found 192\.0\.2\.1 twice/],
    [
      "a virtual address",
      ["192.0.2.1", "192.0.2.10"],
      /own addresses; found the virtual address 192\.0\.2\.10/,
    ],
  ])("are refused: %s", (_, texts, message) => {
    expect(() => parsePeers(texts, "ipv4", virtual)).toThrow(message);
  });
});
