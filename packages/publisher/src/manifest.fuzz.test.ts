import { fc, fuzz, mutatedText, outcomeOf } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { bestBeforeEntry, bestBeforeOf, splitBestBefore } from "./best-before.ts";
import { formatManifest, formatReleaseManifest, parseManifest, parseReleaseManifest } from "./manifest.ts";

const digest = "0123456789abcdef".repeat(4);
const entries = [
  { name: "etcd-3.5.30-x86-64.raw", sha256: digest },
  { name: "etcd-3.5.30-arm64.raw", sha256: "f".repeat(64) },
  bestBeforeEntry(30, new Date("2026-11-30")),
];
const samples = [
  formatManifest(entries),
  formatReleaseManifest(entries, { isForHosts: false }),
  `${digest} *etcd.raw\n`,
];
const manifests = mutatedText(samples, [`${digest}  `, `${digest}  a\n`, digest, "BEST-BEFORE-2026-02-30"]);

/**
 * Whether systemd-sysupdate accepts a manifest, by the rules of `resource_load_from_web`
 * (sysupdate-resource.c) in the strictest form that any version has.
 */
function isAcceptedBySystemd(bytes: Buffer): boolean {
  if (bytes.includes(0) || !Buffer.from(bytes.toString("utf8")).equals(bytes) || bytes.at(-1) !== 0x0a)
    return false;
  return bytes
    .toString("utf8")
    .slice(0, -1)
    .split("\n")
    .every((line) => {
      const name = line.slice(66);
      const isFileName = name !== "" && name !== "." && name !== ".." && !name.includes("/");
      const isUsual = Buffer.byteLength(name) <= 255 && !/\p{Cc}|\p{Noncharacter_Code_Point}/u.test(name);
      return /^[0-9a-fA-F]{64} [ *]/.test(line) && isFileName && isUsual;
    });
}

describe("a manifest from anywhere", () => {
  fuzz("is accepted only if systemd accepts it and all names are plain", manifests, async (text) => {
    const outcome = await outcomeOf(["manifest-invalid"], () => parseManifest(text, "a manifest"));
    if (!outcome.accepted) return;
    expect(isAcceptedBySystemd(Buffer.from(text))).toBe(true);
    for (const { name } of outcome.value) expect(name).toMatch(/^[!-.0-~]{1,255}$/);
    expect(parseManifest(formatManifest(outcome.value), "again")).toEqual(
      outcome.value.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    );
  });

  fuzz("is read in the same way with the comment that makes hosts refuse it", manifests, async (text) => {
    const parse = () => parseReleaseManifest(text, "a manifest");
    const outcome = await outcomeOf(["manifest-invalid"], parse);
    if (!outcome.accepted) return;
    const withComment = formatReleaseManifest(outcome.value, { isForHosts: false });
    expect(isAcceptedBySystemd(Buffer.from(withComment))).toBe(false);
    expect(parseReleaseManifest(withComment, "again")).toHaveLength(outcome.value.length);
  });

  fuzz("loses its best-before dates and nothing else", manifests, (text) => {
    const { images, dates } = splitBestBefore(text);
    expect(splitBestBefore(images)).toEqual({ images, dates: [] });
    expect(images.split("\n").length + dates.length).toBeGreaterThanOrEqual(text.split("\n").length);
  });
});

fuzz(
  "a best-before date is read as it was written",
  fc.record({
    days: fc.integer({ min: 2, max: 9999 }),
    now: fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }),
  }),
  ({ days, now }) => {
    const left = (bestBeforeOf(bestBeforeEntry(days, now).name)?.getTime() ?? 0) - now.getTime();
    expect(left).toBeGreaterThan((days - 1) * 86_400_000);
    expect(left).toBeLessThanOrEqual(days * 86_400_000);
  },
);
