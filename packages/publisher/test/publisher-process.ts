// A publisher in its own process, for tests that kill it.
import { settings } from "@sysext-kiln/machine";
import { configuredSigner } from "@sysext-kiln/publisher";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";

const [to = "", folder = "", ...versions] = process.argv.slice(2);
const signer = await configuredSigner(settings());
await publishVersions(openReleaseStore(to), hello, folder, versions, { signer });
