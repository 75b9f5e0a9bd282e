import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Architecture } from "@sysext-kiln/extension";
import { hostFiles } from "./files.ts";
import type { HostConfigOptions } from "./for-hosts.ts";
import { type HostConfig, isContained } from "./host-config.ts";

// pnpm bundle puts the text of this file into an action's bundle.
const takeOver = readFileSync(new URL("./take-over.sh", import.meta.url), "utf8");

export interface ScriptOptions extends Pick<HostConfigOptions, "reboot" | "proxy"> {
  /** The architecture of the images in the configuration. */
  architecture: Architecture;
}

/** Renders a host's configuration as a shell script that applies it to a running host. */
export function formatScript(
  config: HostConfig,
  { architecture, reboot, proxy = "" }: ScriptOptions,
): string {
  const values = [
    `architecture=${architecture}`,
    `mode=${reboot ? "reboot" : "live"}`,
    `proxy=${quote(proxy)}`,
    shellFunction("images", imageCalls(config)),
    shellFunction(
      "files",
      hostFiles(config).files.map(({ path, mode, content }) => putCall(path, mode, content)),
    ),
  ];
  return takeOver.replace(/^# values\n[^]*^# end of values\n/m, () => `${values.join("\n")}\n`);
}

function shellFunction(name: string, calls: readonly string[]): string {
  return [`${name}() {`, ...calls, "}"].join("\n");
}

/** A call for each image, whose link has the extension's name. */
function imageCalls({ files, links }: HostConfig): string[] {
  return links.flatMap(({ path, target }) => {
    const content = files.find((file) => file.path === target)?.content;
    if (content === undefined || isContained(content)) return [];
    const words = [basename(path, ".raw"), basename(target), content.url, content.sha256];
    return [`image ${words.map(quote).join(" ")}`];
  });
}

/** A call with the file as a here-document; one that is not a text, or that could end it, in base64. */
function putCall(path: string, mode: number, content: Buffer): string {
  const words = `${quote(path)} ${mode.toString(8).padStart(4, "0")}`;
  const text = content.toString("utf8");
  const isPlain = Buffer.from(text).equals(content) && text.endsWith("\n") && !/^END$|\0/m.test(text);
  if (isPlain) return `put ${words} <<'END'\n${text}END`;
  return `base64 --decode <<'END' | put ${words}\n${content.toString("base64")}\nEND`;
}

/** A text as one word of the shell (POSIX, "Quoting"). */
function quote(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
