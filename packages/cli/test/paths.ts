import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of this repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The folder of this repository's extensions. */
export const extensions = join(root, "extensions");

/** The file with which Node runs kiln. */
export const main = join(root, "packages/cli/src/main.ts");
