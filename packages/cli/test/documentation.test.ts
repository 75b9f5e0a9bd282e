import { readdir, readFile } from "node:fs/promises";
import { definitionSchema, repositorySettingsSchema } from "@sysext-kiln/extension";
import { helloData, readExamples } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const all = await readExamples();
const examples = all.filter(
  ({ where, info }) =>
    (where.startsWith("docs/extensions.md") || where.startsWith("docs/upstreams/")) && info[0] === "yaml",
);
const tried = new URL("../../../extensions/keepalived/try/etc/keepalived/keepalived.conf", import.meta.url);
/** The configurations that pages recommend, and the one of `kiln try`. */
const keepalived = [
  { where: "kiln try keepalived", text: await readFile(tried, "utf8") },
  ...all.filter(({ info, text }) => info.join(" ") === "conf" && text.includes("vrrp_instance")),
];

test("the pages about extensions show parts of definitions", () => {
  expect(examples.length).toBeGreaterThanOrEqual(15);
});

test.each(examples)("a definition accepts the part shown in $where", ({ text }) => {
  const { take, ...keys } = z.record(z.string(), z.unknown()).parse(parse(text));
  // What is taken belongs to an upstream.
  const upstreams = { debian: { suites: ["trixie"], packages: { hello: take } } };
  const part = { ...keys, ...(take !== undefined && { upstreams }) };
  expect(definitionSchema.safeParse({ ...helloData(), ...part }).error?.issues).toBeUndefined();
});

test("the page about extensions links every example by what its upstream publishes", async () => {
  const page = await readFile(new URL("../../../docs/extensions.md", import.meta.url), "utf8");
  const names = await readdir(new URL("../../../examples", import.meta.url));
  const tabled = [...page.matchAll(/^\| .* \| (?<examples>.*) \|$/gm)].map((row) => row.groups?.["examples"]);
  for (const name of names.filter((one) => one !== "hello")) expect(tabled.join(" ")).toContain(`[${name}]`);
});

const settings = await readFile(new URL("../../../docs/settings.md", import.meta.url), "utf8");

test("the page about kiln.yaml has exactly the keys that there are", () => {
  const listed = [...settings.matchAll(/^\| `(?<key>\w+)` /gm)].map(({ groups }) => groups?.["key"] ?? "");
  expect(listed.toSorted()).toEqual(Object.keys(repositorySettingsSchema.shape).toSorted());
});

test.each(all.filter(({ where, info }) => where.startsWith("docs/settings.md") && info[0] === "yaml"))(
  "kiln.yaml may be the one shown in $where",
  ({ text }) => {
    expect(repositorySettingsSchema.safeParse(parse(text)).error?.issues).toBeUndefined();
  },
);

test("the pages have configurations of keepalived", () => {
  expect(keepalived.length).toBeGreaterThanOrEqual(8);
});

test.each(keepalived)(
  "keepalived announces the address after two masters have met, in $where",
  ({ text }) => {
    expect(text).toMatch(/^ +vrrp_higher_prio_send_advert true$/m);
    expect(text).toMatch(/^ +vrrp_garp_master_refresh 60$/m);
  },
);

const checked = keepalived.filter(({ text }) => text.includes("weight -"));
test.each(checked)("a check that fails half of the time seldom moves the address, in $where", ({ text }) => {
  expect(text).toMatch(/^ +rise 10$/m);
});

const withIPv6 = keepalived.filter(({ text }) => text.includes("2001:db8::"));
test.each(withIPv6)("an IPv6 address is not the source of the host's own traffic, in $where", ({ text }) => {
  const lines = text.split("\n").filter((line) => line.includes("2001:db8::"));
  for (const line of lines) expect(line).toContain(" preferred_lft 0");
});
