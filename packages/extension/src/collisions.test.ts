import { expect, test } from "vitest";
import { refuseCollisions } from "./collisions.ts";

const etcd = { name: "etcd", asset: "etcd-{version}-{arch}.raw" };

test("extensions with names of their own stand side by side", () => {
  const keepalived = { name: "keepalived", asset: "keepalived-v{version}-{arch}.raw" };
  expect(() => refuseCollisions([etcd, keepalived])).not.toThrow();
});

test.each([
  { name: "etcd-defrag", asset: "etcd-defrag-{version}-{arch}.raw" },
  { name: "etcd-3-tools", asset: "etcd-3-tools-{version}-{arch}.raw" },
  { name: "etcd", asset: "etcd-v{version}-{arch}.raw" },
])("$asset is refused beside etcd's, in either order", (other) => {
  expect(() => refuseCollisions([etcd, other])).toThrow(/no other extension's assets/);
  expect(() => refuseCollisions([other, etcd])).toThrow(/no other extension's assets/);
});
