import { usageErrors } from "@sysext-kiln/error";
import {
  parseImageName,
  parseImageVersion,
  selectExtensions,
  type Extension,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { basename } from "node:path";

const usage = usageErrors("say for example: etcd, etcd=3.5.30 or etcd=images/etcd-3.5.30-x86-64.raw");

/** Which image of an extension a person wants: `etcd` (the newest), `etcd=3.5.30` or `etcd=path/to/etcd-3.5.30-x86-64.raw`. */
export interface ImageChoice {
  extension: Extension;
  version?: ImageVersion;
  file?: string;
}

/** Reads words such as `etcd=3.5.30`; none at all means the newest of every extension. */
export function parseImageChoices(all: readonly Extension[], words: readonly string[]): ImageChoice[] {
  if (words.length === 0) return all.map((extension) => ({ extension }));
  const choices = words.map((word) => parseImageChoice(all, word));
  const names = choices.map(({ extension }) => extension.definition.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return choices;
  throw usage("each extension once", `${twice} twice`);
}

function parseImageChoice(all: readonly Extension[], word: string): ImageChoice {
  const [name = "", ...rest] = word.split("=");
  const [extension] = selectExtensions(all, [name]);
  if (!extension) throw new Error(`selecting ${name} gave no extension`);
  if (rest.length === 0) return { extension };
  const value = rest.join("=");
  if (value.includes("/") || value.endsWith(".raw")) return { extension, file: imageFile(extension, value) };
  const version = parseImageVersion(value.replace(/^v/, ""));
  if (version !== undefined) return { extension, version };
  throw usage(`${name}=VERSION or ${name}=FILE.raw`, JSON.stringify(word.slice(0, 80)));
}

/** The name is what systemd-sysupdate knows versions by, so an image keeps it. */
function imageFile({ definition }: Extension, file: string): string {
  if (parseImageName(definition, basename(file)) !== undefined) return file;
  throw usage(
    `the name of an image of ${definition.name} to be like ${definition.asset}`,
    basename(file).slice(0, 80),
  );
}
