import { fc, fuzz, mutatedText } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { formatIndex, parseIndex, type ReleaseIndex } from "./release-index.ts";

const digest = "0123456789abcdef".repeat(4);
const sample: ReleaseIndex = {
  number: 42,
  created: 1_764_502_748,
  expires: 1_767_094_748,
  repository: "https://github.com/acme/extensions",
  keys: [{ fingerprint: "ABCDEF0123456789".repeat(3).slice(0, 40), key: "bWFpbg==" }],
  retired: ["0123456789ABCDEF".repeat(3).slice(0, 40)],
  images: [
    { name: "etcd-3.5.30-x86-64.raw", sha256: digest, size: 1, tag: "etcd-v3.5.30", start: 0, rollout: 0 },
    {
      ...{ name: "etcd-3.5.31-x86-64.raw", sha256: digest, size: 20_533_248, tag: "etcd-v3.5.31" },
      ...{ start: 1_764_502_748, rollout: 172_800 },
      paused: { since: 1_764_510_000, reason: "slow: see #12" },
      withdrawn: "crashes",
    },
  ],
};
const texts = mutatedText([formatIndex(sample)], ["\n", " ", "image ", "paused ", "withdrawn ", "0", "-"]);

const time = fc.nat(2 ** 31 - 1);
const reason = fc.stringMatching(/^[!-~]([ -~]{0,198}[!-~])?$/);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const image = fc.record(
  {
    name: fc.stringMatching(/^[a-z][a-z0-9.-]{0,40}\.raw$/),
    sha256: hex(64),
    size: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    tag: fc.stringMatching(/^[!-~]{1,40}$/),
    start: time,
    rollout: time,
    paused: fc.record({ since: time, reason }),
    withdrawn: reason,
  },
  { requiredKeys: ["name", "sha256", "size", "tag", "start", "rollout"] },
);
const indexes = fc.record({
  number: fc.integer({ min: 1, max: 999_999_999 }),
  created: time,
  expires: optional(time),
  repository: fc.stringMatching(/^[!-~]{1,80}$/),
  keys: fc.array(
    fc.record({
      fingerprint: hex(40).map((text) => text.toUpperCase()),
      key: fc
        .uint8Array({ minLength: 1, maxLength: 300 })
        .map((bytes) => Buffer.from(bytes).toString("base64")),
    }),
    { maxLength: 3 },
  ),
  retired: fc.array(
    hex(40).map((text) => text.toUpperCase()),
    { maxLength: 3 },
  ),
  images: fc.uniqueArray(image, { selector: ({ name }) => name, maxLength: 10 }),
});

describe("an index", () => {
  fuzz("that is written is read again as it was", indexes, (index) => {
    const images = index.images.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    expect(parseIndex(formatIndex(index), "x")).toEqual({ ...index, images });
  });

  fuzz("from anywhere is refused, or valid in every field", texts, (text) => {
    let read: ReleaseIndex;
    try {
      read = parseIndex(text, "x");
    } catch (error) {
      expect(error).toMatchObject({ code: "document-invalid" });
      return;
    }
    expect(parseIndex(formatIndex(read), "x")).toEqual({
      ...read,
      images: read.images.toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    });
  });
});
