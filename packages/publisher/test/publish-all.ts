/** What the test of kills runs as a process of its own. */
import { settings } from "@sysext-kiln/machine";
import { configuredSigner } from "@sysext-kiln/publisher";
import { publishVersions } from "./publish-versions.ts";

const [root = "", images = "", ...versions] = process.argv.slice(2);
await publishVersions(root, images, versions, await configuredSigner(settings()));
