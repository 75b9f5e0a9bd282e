import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import type { Plugin } from "rolldown";

/** A text that is read from a path beside the source. */
const readText = /\breadFileSync\(new URL\("(\.[^"]+)", import\.meta\.url\), "utf8"\)/g;

/** Any other path beside the source, except a file of the bundle itself. */
const otherPath = /\bnew URL\((?!"[\w-]+\.js",)[^)]*import\.meta\.url/;

/**
 * Puts the text of a file into a bundle if one of our sources reads it from a path beside its own. The bundle
 * is in another folder, so every other path beside a source is an error.
 */
export const inlineTexts: Plugin = {
  name: "inline-texts",
  async transform(code, id) {
    const isOurs = isAbsolute(id) && !id.includes("/node_modules/");
    if (!isOurs || !code.includes("import.meta")) return undefined;
    let result = code;
    for (const [expression, path = ""] of code.matchAll(readText)) {
      const text = JSON.stringify(await readFile(join(dirname(id), path), "utf8"));
      result = result.replace(expression, () => text);
    }
    if (otherPath.test(result)) throw new Error(`${id} uses a path that does not exist beside its bundle`);
    return { code: result };
  },
};
