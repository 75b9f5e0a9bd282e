import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

/** The folder of the extension `hello`, the smallest possible one, from which tests start. */
export const helloFolder = fileURLToPath(new URL("../../../examples/hello", import.meta.url));

const text = readFileSync(join(helloFolder, "extension.yaml"), "utf8");

/** Replaces texts, each of which must occur, so that a typo in a test does not go unnoticed. */
function replaceAll(before: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((sum, [from, to]) => {
    if (!sum.includes(from))
      throw new Error(`the definition of hello does not contain ${JSON.stringify(from)}`);
    return sum.replace(from, to);
  }, before);
}

/**
 * The text of hello's definition for a test archive, where the package `hello` has one static program.
 * @param replacements new texts by the texts in it that they replace
 */
export function helloText(replacements: Readonly<Record<string, string>> = {}): string {
  const ofArchive = replaceAll(text.replace(/^#.*\nhostLibraries:\n( .*\n)+/m, "static: true\n"), {
    "figlet:\n": "hello:\n",
    "usr/bin/figlet-figlet: ": "usr/bin/hello: ",
    "        usr/share/figlet/standard.flf: usr/share/figlet/standard.flf\n": "",
    "        usr/share/doc/figlet/copyright: usr/share/licenses/hello/copyright\n": "",
    "[/usr/bin/hello, -v]": "[/usr/bin/hello]",
    "Version: {version}": "hello {version}",
  });
  return replaceAll(ofArchive, replacements);
}

/** The definition of `hello` if it consists only of files, without a program and a service. */
export function filesText(version = "1.0.0"): string {
  return replaceAll(helloText({ "static: true\n": "" }).replace(/^upstreams:\n( .*\n)+/m, ""), {
    "hosts:\n  service: hello.service\n": `upstreams:\n  files:\n    version: ${version}\n`,
    'smoke:\n  - run: [/usr/bin/hello]\n    expect: ["hello {version}"]\n': "",
  });
}

/** The definition of `filesText` as data that is not yet validated. */
export function filesData(): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(parse(filesText()));
}

/** hello's definition as data that is not yet validated, for tests that add or replace parts of it. */
export function helloData(): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(parse(helloText()));
}
