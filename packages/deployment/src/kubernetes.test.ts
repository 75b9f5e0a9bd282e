import { expect, test } from "vitest";
import { kubernetesDeployment, type KubernetesRequest } from "./kubernetes.ts";

const image = "ghcr.io/owner/keepalived:2.3.4";
const request: KubernetesRequest = { ip: ["192.0.2.10"], image };

test.each([
  ["IPv4", ["192.0.2.10"], 2],
  ["IPv4 and IPv6", ["2001:db8::10", "192.0.2.10"], 2],
  ["IPv6 alone", ["2001:db8::10"], 3],
])("%s gets a version of VRRP that supports it", (_, ip, vrrpVersion) => {
  expect(kubernetesDeployment({ ...request, ip })).toMatchObject({ vrrpVersion });
});

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
test.each([
  ["a tag", image, { newName: "ghcr.io/owner/keepalived", newTag: "2.3.4" }],
  ["a registry with a port", "localhost:5000/k:1", { newName: "localhost:5000/k", newTag: "1" }],
  ["a digest", `ghcr.io/o/k@${digest}`, { newName: "ghcr.io/o/k", digest }],
  ["a tag and a digest", `ghcr.io/o/k:2.3.4@${digest}`, { newName: "ghcr.io/o/k", digest }],
])("an image may be given with %s", (_, text, expected) => {
  expect(kubernetesDeployment({ ...request, image: text }).image).toEqual(expected);
});

test.each<[string, Partial<KubernetesRequest>, RegExp]>([
  ["router id 0", { vrid: "0" }, /--vrid to be a number from 1 to 255; found "0"/],
  ["router id 256", { vrid: "256" }, /--vrid to be a number from 1 to 255; found "256"/],
  ["a router id that is not a number", { vrid: "5e1" }, /--vrid/],
  ["the priority of an owner", { priority: "255" }, /--priority to be a number from 2 to 254/],
  ["a priority that the check cannot lower", { priority: "1" }, /--priority to be a number from 2 to 254/],
  [
    "an interface's name with a space",
    { interface: "eth0 eth1" },
    /name of a network interface.*"eth0 eth1"/,
  ],
  ["an interface's name with a comma", { interface: "eth0,24" }, /name of a network interface/],
  ["an interface's name that is too long", { interface: "a-very-long-name" }, /name of a network interface/],
  ["no image", { image: undefined }, /--image with the container.*found none/],
  ["an image without a tag", { image: "localhost:5000/keepalived" }, /a fixed tag or a digest/],
  ["an image with the tag latest", { image: "ghcr.io/owner/keepalived:latest" }, /a fixed tag or a digest/],
])("is refused: %s", (_, changes, message) => {
  expect(() => kubernetesDeployment({ ...request, ...changes })).toThrow(message);
});
