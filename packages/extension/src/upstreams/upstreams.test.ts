import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../parse.ts";

const hello = await readFile(new URL("../../../../examples/hello/extension.yaml", import.meta.url), "utf8");

/** The definition of hello with these upstreams, as one line of YAML. @param more further keys of the file */
function parse(upstreams: string, more = "") {
  const text = hello.replace(/^upstreams:\n( .*\n)+/m, `upstreams: { ${upstreams} }\n${more}`);
  return parseDefinition(text, "extension.yaml");
}

const arch = "arch: { x86-64: amd64, arm64: arm64 }";
const github = (keys: string) => `github: { kind: releases, repository: acme/hello, ${keys} }`;
const http = (keys: string) =>
  `http: { versions: { html: { url: "https://a.org/", pattern: "x-{version}" } }, ${keys} }`;
const file = `url: "https://a.org/{version}/{arch}", ${arch}, to: usr/bin/hello`;
const source = "github: { kind: tags, repository: acme/tool }";

describe("a definition may have", () => {
  test.each<[string, string, string?]>([
    ["a program in place of an archive", github(`asset: "hello-{arch}", ${arch}, to: usr/bin/hello`)],
    [
      "an asset for each architecture, without names of these",
      github("asset: { x86-64: hello, arm64: hello-arm }, to: usr/bin/hello"),
    ],
    [
      "several assets, without names of the architectures if none is needed",
      github("files: [{ asset: a, to: usr/a }, { asset: b, take: { c: usr/c } }]"),
    ],
    [
      "a folder of an archive without some of its files",
      github('asset: a, take: { share/: { to: usr/share/, except: ["*.md"] } }'),
    ],
    ["one file that is taken into a folder", github("asset: a, take: { bin/a: usr/bin/ }")],
    [
      "an empty name of an architecture",
      github("asset: 'hello{arch}', arch: { x86-64: '', arm64: -a }, to: usr/a"),
    ],
    [
      "a list of checksums with a signature",
      http(`${file}, checksums: "{file}.sha256", signature: { file: "{file}.sig", keys: [a.asc] }`),
    ],
    [
      "a list without https, if it is signed",
      http(`${file}, checksums: "http://a.org/list", signature: { file: "{file}.sig", keys: [a.asc] }`),
    ],
    [
      "a further source",
      github(`asset: hello, to: usr/bin/hello`),
      `sources: { tool: { version: { series: "1.3" }, ${source} } }\n`,
    ],
  ])("%s", (_, upstreams, more) => {
    expect(() => parse(upstreams, more)).not.toThrow();
  });
});

describe("the error names the key and what is possible for", () => {
  test.each<[string, string, RegExp, string?]>([
    [
      "nothing that goes into the image",
      github("asset: hello"),
      /take" to be either take \(members of an archive\) or to/,
    ],
    [
      "an archive that is also a program",
      github("asset: hello, to: usr/a, take: { a: usr/b }"),
      /either take .* or to/,
    ],
    [
      "neither an asset nor files",
      github("to: usr/bin/hello"),
      /"upstreams\.github\.asset" to be the asset, or files/,
    ],
    [
      "files beside what goes into the image",
      github("files: [{ asset: a, to: usr/a }], to: usr/b"),
      /"upstreams\.github\.files" to be the only key that says what goes into the image/,
    ],
    [
      "an asset beside files",
      github("asset: a, files: [{ asset: a, to: usr/a }]"),
      /"upstreams\.github\.asset" to be the asset, or files/,
    ],
    [
      "a folder that becomes one file",
      github("asset: a, take: { share/: usr/share/a }"),
      /take\.share\/" to be a folder, such as usr\/share\/a\/, for what is in share\//,
    ],
    [
      "a file without some of its files",
      github("asset: a, take: { bin/a: { to: usr/bin/a, except: [b] } }"),
      /take\.bin\/a\.except" to be omitted: bin\/a is no folder/,
    ],
    [
      "a pattern in a folder",
      github("asset: a, take: { 'a*/': usr/a/ }"),
      /take\.a\*\/" to be a pattern with at most one \*/,
    ],
    [
      "two patterns in a name",
      github("asset: a, take: { 'a*b*': usr/a/ }"),
      /take\.a\*b\*" to be a pattern with at most one \*/,
    ],
    [
      "a pattern with any folders twice",
      github("asset: a, take: { '**/a/**/b': usr/a/ }"),
      /to be a pattern with at most one \* in each name and one \*\*/,
    ],
    [
      "replacements in several files",
      github("asset: a, take: { 'bin/*': { to: usr/bin/, replace: { a: b } } }"),
      /replace" to be omitted for several files/,
    ],
    ["the whole of /etc", github("asset: a, take: { a: etc }"), /take\.a" to be a path below usr\/ or etc\//],
    [
      "a program outside of usr/",
      github("asset: hello, to: opt/hello"),
      /"upstreams\.github\.to" to be a path below usr\//,
    ],
    [
      "a placeholder that there is not",
      github("asset: 'hello-{os}', to: usr/a"),
      /"upstreams\.github\.asset" to be a text such as/,
    ],
    [
      "a missing name of an architecture",
      github("asset: 'hello-{arch}', arch: { arm64: a }, to: usr/a"),
      /arch" to be what \{arch\} stands for on x86-64, in upstream's spelling, such as/,
    ],
    [
      "a missing name in a list of checksums",
      github("asset: hello, checksums: 'sums-{arch}', to: usr/a"),
      /arch" to be what \{arch\} stands for on x86-64 and on arm64/,
    ],
    [
      "digests in the definition that it does not have",
      github("asset: a, to: usr/a, checksums: definition"),
      /checksums" to be digests beside checksums: definition/,
    ],
    [
      "a signature that signs nothing",
      github("asset: a, to: usr/a, checksums: github, signature: { file: x, keys: [a.asc] }"),
      /checksums" to be no signature/,
    ],
    [
      "signed files without a key",
      http(`${file}, checksums: signature`),
      /checksums" to be signature beside checksums: signature/,
    ],
    [
      "a key outside of the folder",
      github("asset: a, to: usr/a, signature: { file: x, keys: [../a.asc] }"),
      /keys\.0" to be the path of a file in the extension's folder/,
    ],
    [
      "a form of tags without the version",
      github("asset: a, to: usr/a, tags: v1"),
      /tags" to be a text with {version} in it once/,
    ],
    [
      "a file that is the same for every version",
      http(`url: "https://a.org/latest/x", checksums: "{file}.sha256", to: usr/a`),
      /url" to be a URL with {version} in it, because the files of a version must never change/,
    ],
    ["no evidence for a file", http(file), /"upstreams\.http\.checksums" to be/],
    [
      "a list that nothing protects",
      http(`${file}, checksums: "http://a.org/list"`),
      /checksums" to be a URL that begins with https/,
    ],
    [
      "a password in a URL",
      http(`url: "https://me:secret@a.org/x", checksums: "{file}.sha256", to: usr/a`),
      /without a password/,
    ],
    [
      "two lists of versions",
      'http: { versions: { html: { url: "https://a.org/", pattern: "x-{version}" }, github: { repository: a/b } }, url: "https://a.org/{version}", checksums: "{file}.sha256", to: usr/a }',
      /versions" to be exactly one of json, html, github, gitlab/,
    ],
    [
      "a pattern that begins anywhere",
      'http: { versions: { html: { url: "https://a.org/", pattern: "{version}" } }, url: "https://a.org/{version}", checksums: "{file}.sha256", to: usr/a }',
      /pattern" to be a text before {version}/,
    ],
    [
      "a program that is compiled although upstream has compiled it",
      "go: { module: example.org/hello, programs: { usr/bin/hello: . } }",
      /"compile" to be omitted: the upstream go compiles its programs itself/,
      "compile: { image: debian:trixie-slim, suites: [trixie] }\n",
    ],
    [
      "a compiled extension of files",
      "files: { version: 1.0.0 }",
      /"compile" to be omitted: an extension of files compiles nothing/,
      "compile: { image: debian:trixie-slim, suites: [trixie] }\n",
    ],
    [
      "a further source's asset",
      github("asset: a, to: usr/a"),
      /"sources\.tool\.github\.checksums" to be digests beside checksums: definition/,
      "sources: { tool: { github: { kind: releases, repository: a/b, asset: a, to: usr/b, checksums: definition } } }\n",
    ],
    [
      "a source with the extension's name",
      github("asset: a, to: usr/a"),
      /"sources\.hello" to be a name that is not the extension's/,
      `sources: { hello: { ${source} } }\n`,
    ],
    [
      "a source without an upstream",
      github("asset: a, to: usr/a"),
      /"sources\.tool" to be exactly one of debian, go, github, http/,
      "sources: { tool: { version: newest } }\n",
    ],
    [
      "an unknown policy of a source",
      github("asset: a, to: usr/a"),
      /"sources\.tool\.version" to be/,
      `sources: { tool: { version: latest, ${source} } }\n`,
    ],
    [
      "a file in no repository",
      http(`${file}, checksums: "{file}.sha256"`),
      /version" to be another version: the upstream has no repository/,
      `sources: { tool: { version: { file: a }, ${source} } }\n`,
    ],
    [
      "a further source beside files",
      "files: { version: 1.0.0 }",
      /"sources" to be omitted/,
      `sources: { tool: { ${source} } }\n`,
    ],
  ])("%s", (_, upstreams, message, more) => {
    expect(() => parse(upstreams, more)).toThrow(message);
  });
});
