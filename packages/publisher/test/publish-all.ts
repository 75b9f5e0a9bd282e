/** What the tests of kills run as a process of its own. */
import { settings } from "@sysext-kiln/machine";
import { configuredSigner } from "@sysext-kiln/publisher";
import { openReleaseHost } from "@sysext-kiln/release-host";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";

const [to = "", folder = "", ...versions] = process.argv.slice(2);
const signer = await configuredSigner(settings());
await publishVersions(openReleaseHost(to), hello, folder, versions, { signer });
