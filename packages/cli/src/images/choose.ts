import { statSync } from "node:fs";
import { usageErrors } from "@sysext-kiln/error";
import {
  parseImageName,
  parseImageVersion,
  selectExtension,
  type Extension,
  type LoadedExtensions,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { basename } from "node:path";

const usage = usageErrors("for example: etcd, etcd=3.5.30 or etcd=images/etcd-3.5.30-x86-64.raw");

/**
 * An extension and the image that the user chose: `etcd` (the newest), `etcd=3.5.30` or
 * `etcd=FOLDER/etcd-3.5.30-x86-64.raw`.
 */
export interface ImageChoice {
  extension: Extension;
  version?: ImageVersion;
  file?: string;
  /** Chooses the newest version of a series such as `3.5`. */
  series?: string;
}

/**
 * Parses arguments such as `etcd=3.5.30`.
 * @throws KilnError `unknown-extension`, `usage`
 */
export function parseImageChoices(all: LoadedExtensions, words: readonly string[]): ImageChoice[] {
  const choices = words.map((word) => parseImageChoice(all, word));
  const names = choices.map(({ extension }) => extension.definition.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return choices;
  throw usage("each extension only once", `${twice} twice`);
}

/**
 * Parses the image of one extension, as options name it: `3.5` for the newest one of a series, `3.5.30`, or
 * `FOLDER/etcd-3.5.30-x86-64.raw`.
 * @returns the choice, and the series of the image
 * @throws KilnError `usage`
 */
export function parseImageOfSeries(
  extension: Extension,
  option: string,
  value: string,
): ImageChoice & { series: string } {
  if (/^\d+\.\d+$/.test(value)) return { extension, series: value };
  const file = value.includes("/") || value.endsWith(".raw") ? imageFile(extension, value) : undefined;
  const version =
    file === undefined
      ? parseImageVersion(value.replace(/^v/, ""))
      : parseImageName(extension.definition, basename(file))?.version;
  const series = /^\d+\.\d+(?=\.)/.exec(version?.upstream ?? "")?.[0];
  if (version === undefined || series === undefined)
    throw usage(
      `${option} to be a series such as 3.5, a version, or FILE.raw`,
      JSON.stringify(value.slice(0, 80)),
    );
  return { extension, ...(file === undefined ? { version } : { file }), series };
}

function parseImageChoice(all: LoadedExtensions, word: string): ImageChoice {
  const [name = "", ...rest] = word.split("=");
  const extension = selectExtension(all, name);
  if (rest.length === 0) return { extension };
  const value = rest.join("=");
  if (value.includes("/") || value.endsWith(".raw")) return { extension, file: imageFile(extension, value) };
  const version = parseImageVersion(value.replace(/^v/, ""));
  if (version !== undefined) return { extension, version };
  throw usage(`${name}=VERSION or ${name}=FILE.raw`, JSON.stringify(word.slice(0, 80)));
}

/**
 * Checks the name of an image file, which the host keeps: systemd-sysupdate reads the version from it.
 * @returns its path
 * @throws KilnError `usage`
 */
export function imageFile({ definition }: Extension, file: string): string {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw usage(
      `${definition.name}=FILE.raw`,
      `the directory ${file}, which systemd-sysext would merge, but a disk image gets files`,
      `pack it: mksquashfs ${file} ${definition.asset} -all-root, with the version and the architecture in the name`,
    );
  if (parseImageName(definition, basename(file)) !== undefined) return file;
  throw usage(
    `the name of ${definition.name}'s image to match ${definition.asset}`,
    JSON.stringify(basename(file).slice(0, 80)),
  );
}
