import { existsSync, globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { createProgram } from "../src/program.ts";
import { root } from "./paths.ts";

const pages = globSync("{*.md,{docs,deploy,extensions,examples,packages,.github}/**/*.md}", {
  cwd: root,
  exclude: (name) => /(^|\/)(node_modules|dist)(\/|$)/.test(name),
});

/** The anchor of a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

/** The broken links of a page to files and headings of this repository, with the reasons. */
async function brokenLinks(page: string): Promise<string[]> {
  const text = (await readFile(join(root, page), "utf8")).replaceAll(/^```.*?^```$/gms, "");
  const links = [...text.matchAll(/\]\((?<target>[^)\s]+)\)/g)].map(({ groups }) => groups?.["target"] ?? "");
  const broken = await Promise.all(
    links
      .filter((link) => !/^[a-z]+:/.test(link))
      .map(async (link) => {
        const [path = "", anchor] = link.split("#");
        const file = path === "" ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(file)) return [`${page}: ${link} leads to no file`];
        if (anchor === undefined) return [];
        const headings = (await readFile(file, "utf8")).matchAll(/^#+ (?<heading>.+)$/gm);
        const anchors = [...headings].map(({ groups }) => anchorOf(groups?.["heading"] ?? ""));
        return anchors.includes(anchor)
          ? []
          : [`${page}: ${relative(root, file)} has no heading for #${anchor}`];
      }),
  );
  return broken.flat();
}

test("pages are found", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "docs/architecture.md", "packages/builder/README.md"]),
  );
});

test.each(pages)("%s has no broken link within the repository", async (page) => {
  expect(await brokenLinks(page)).toEqual([]);
});

test.each(pages)("%s names no path that does not exist", async (page) => {
  const text = await readFile(join(root, page), "utf8");
  const named = [...text.matchAll(/`(?<path>(?:packages|docs|deploy|examples|\.github)\/[\w./@-]+)`/g)]
    .map(({ groups }) => groups?.["path"] ?? "")
    .filter((path) => !path.includes("NAME"));
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test("every command of kiln that a page or the changelog names exists", async () => {
  const commands = createProgram().commands.map((command) => command.name());
  const texts = await Promise.all(pages.map((page) => readFile(join(root, page), "utf8")));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/(?:`|\.\/)kiln (?<command>[a-z][a-z-]*)/g)].map(
      ({ groups }) => groups?.["command"] ?? "",
    ),
  );
  expect(named).toContain("cache");
  expect([...new Set(named)].filter((name) => !commands.includes(name))).toEqual([]);
});
