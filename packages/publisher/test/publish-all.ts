/** Publishes versions and the update directory: what the test of kills runs as a process of its own. */
import { directoryHost } from "@sysext-kiln/release-host";
import { publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { definitionOf, imagesOf } from "./images.ts";

const [root = "", images = "", ...versions] = process.argv.slice(2);
const definition = definitionOf("hello");
const host = directoryHost(root);
for (const version of versions) {
  await publishRelease(host, definition, await imagesOf(definition, version, images));
  await publishUpdateDirectory(host, [definition]);
}
