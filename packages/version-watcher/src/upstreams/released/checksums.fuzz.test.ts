import { fuzz, mutatedText, outcomeOf } from "@sysext-kiln/fuzz";
import { expect } from "vitest";
import { digestIn } from "./checksum-list.ts";

const digest = "0123456789abcdef".repeat(4);
const name = "etcd-v3.5.30-linux-amd64.tar.gz";
const lists = mutatedText(
  [
    `${digest}  ${name}\n${"f".repeat(64)}  other\n`,
    `${digest} *${name}\r\n`,
    `SHA256 (${name}) = ${digest}\n`,
    `${digest}  ./dist/${name}\n`,
    digest,
  ],
  [digest, name, "  ", " *", `${digest}  ${name}\n`, "F".repeat(64), "./", "SHA256 (", ") = ", "<html>"],
);

fuzz("a list of checksums has one digest of a file, none, or is rejected", lists, async (text) => {
  const outcome = await outcomeOf(["manifest-invalid"], () => digestIn(text, name, "SHA256SUMS", true));
  if (outcome.accepted && outcome.value !== undefined) expect(text.toLowerCase()).toContain(outcome.value);
});
