/** Publishes versions and the update directory: what the test of kills runs as a process of its own. */
import { settings } from "@sysext-kiln/machine";
import { directoryHost } from "@sysext-kiln/release-host";
import { configuredSigner, publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { definitionOf, imagesOf } from "./images.ts";

const [root = "", images = "", ...versions] = process.argv.slice(2);
const definition = definitionOf("hello");
const host = directoryHost(root);
const signer = await configuredSigner(settings());
for (const version of versions) {
  await publishRelease(host, definition, await imagesOf(definition, version, images), { signer });
  await publishUpdateDirectory(host, [definition], { signer });
}
