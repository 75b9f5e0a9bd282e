// A publisher in its own process, for tests that kill it.
import { settings } from "@sysext-kiln/machine";
import { configuredSigner } from "@sysext-kiln/publisher";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";

const [to = "", folder = "", ...versions] = process.argv.slice(2);
const signer = await configuredSigner(settings());
// Fixed, because the index states it, and a test compares the contents; but a key signs nothing before it exists.
const now = signer ? new Date() : new Date("2026-01-01T00:00:00Z");
await publishVersions(openReleaseStore(to), hello, folder, versions, { signer, now });
