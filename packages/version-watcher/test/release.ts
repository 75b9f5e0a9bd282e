import type { BuildOrder } from "@sysext-kiln/extension";
import { formatReleaseRecord, type Release, releaseRecordOf } from "@sysext-kiln/release-store";
import type { DebianArchive } from "@sysext-kiln/version-watcher";

/** The published release of orders. */
export function releaseOf(orders: readonly BuildOrder[], id = "1"): Release {
  const [first] = orders;
  if (!first) throw new Error("nothing was ordered");
  const { upstream, revision } = first.version;
  return {
    id,
    tag: `${first.extension}-v${upstream}${revision === 1 ? "" : `-${revision}`}`,
    notes: formatReleaseRecord(releaseRecordOf(orders)),
    draft: false,
    begunAt: undefined,
    latest: false,
    prerelease: false,
    assets: [],
  };
}

/** The archive for an extension that needs nothing from Debian. */
export function noArchive(say: (line: string) => void): DebianArchive {
  return {
    say,
    warn: say,
    sources: () => Promise.reject(new Error("Debian's archive was asked")),
    binaries: () => Promise.reject(new Error("Debian's archive was asked")),
  };
}

export function noGo(): never {
  throw new Error("a Go module proxy was asked");
}
