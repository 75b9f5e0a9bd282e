import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";

const folder = "../../../../extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host";
const images = fileURLToPath(new URL(`${folder}/images.sh`, import.meta.url));

const versions = [
  ...[
    "1",
    "1.0",
    "1.0.0",
    "1.0.0-2",
    "1.0.0-10",
    "1.0.0-rc.1",
    "1.0.1",
    "1.1",
    "1.01",
    "1.0.01",
    "10.0",
    "2.0",
  ],
  ...["3.5.9", "3.5.10", "3.6", "0.9", "0.10.1", "20261130", "1.0.0.0", "1.99999999999", "1.9999999999"],
];

test("versions have the order in which systemd sorts them", async () => {
  const { "systemd-analyze": analyzer } = await ensureTestPrograms("systemd-analyze");
  const script = `. ${images}
compares_newer() { ${analyzer} compare-versions "$1" gt "$2" >/dev/null; }
for a in $VERSIONS; do for b in $VERSIONS; do
  is_newer "$a" "$b"; ours=$?
  compares_newer "$a" "$b"; systemds=$?
  [ "$ours" = "$systemds" ] || echo "$a $b: $ours, and systemd $systemds"
done; done`;
  expect(await run("dash", ["-c", script], { env: { VERSIONS: versions.join(" ") } })).toBe("");
});
