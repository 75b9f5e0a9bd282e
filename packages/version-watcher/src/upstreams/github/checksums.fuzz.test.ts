import { fuzz, mutatedText, outcomeOf } from "@sysext-kiln/fuzz";
import { expect } from "vitest";
import { listedDigest } from "./checksums.ts";

const digest = "0123456789abcdef".repeat(4);
const name = "etcd-v3.5.30-linux-amd64.tar.gz";
const asset = {
  id: 1,
  name,
  state: "uploaded",
  size: 1,
  url: "https://api.example/1",
  browser_download_url: `https://example/${name}`,
  digest: `sha256:${digest}`,
};
const lists = mutatedText(
  [`${digest}  ${name}\n${"f".repeat(64)}  other\n`, `${digest} *${name}\r\n`],
  [digest, name, "  ", " *", `${digest}  ${name}\n`, "F".repeat(64)],
);

fuzz("a list of checksums has the digest that GitHub computed, or is rejected", lists, async (text) => {
  const outcome = await outcomeOf(["manifest-invalid", "digest-mismatch"], () =>
    listedDigest(text, asset, "SHA256SUMS"),
  );
  if (outcome.accepted) expect(outcome.value).toBe(digest);
});
