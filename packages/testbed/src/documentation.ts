import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** A fenced block of a page. */
export interface Example {
  /** The page, and the heading above the block. */
  where: string;
  /** The words after the fence: the language and further words about the block. */
  info: readonly string[];
  text: string;
}

/** Every fenced block of the repository's pages. */
export async function readExamples(): Promise<Example[]> {
  const pages = ["README.md", "CONTRIBUTING.md", "deploy/container/README.md"];
  for (const folder of ["docs", "extensions"]) {
    const names = await readdir(join(repository, folder), { recursive: true });
    pages.push(...names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name)));
  }
  const examples = await Promise.all(
    pages.map(async (page) =>
      examplesOf(page, await readFile(join(repository, page), "utf8").catch(() => "")),
    ),
  );
  return examples.flat();
}

function examplesOf(page: string, text: string): Example[] {
  const headings = [...text.matchAll(/^#+ (?<heading>.+)$/gm)];
  return [...text.matchAll(/^```(?<info>[^\n]*)\n(?<block>.*?)^```$/gms)].map((match) => {
    const heading = headings.findLast(({ index }) => index < match.index)?.groups?.["heading"];
    return {
      where: `${page}, ${heading ?? "its beginning"}`,
      info: (match.groups?.["info"] ?? "").split(" "),
      text: match.groups?.["block"] ?? "",
    };
  });
}
