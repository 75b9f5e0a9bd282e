import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { usageErrors } from "@sysext-kiln/error";
import { loadRepository, selectExtension } from "@sysext-kiln/extension";
import { editReason, type ReasonEdit } from "@sysext-kiln/extension/edit";
import { z } from "zod";
import { commonOptions } from "./selection.ts";

const usage = usageErrors("./kiln pause --help and ./kiln withdraw --help show examples");

const editOptions = commonOptions.extend({ undo: z.boolean().default(false) });

/** Adds a version to the paused or withdrawn ones of an extension, or removes it from them. */
export async function editDefinition(
  { name, version, reason, key }: ReasonEdit & { name: string },
  given: unknown,
): Promise<void> {
  const options = editOptions.parse(given);
  if (options.undo === (reason !== undefined))
    throw usage("a reason, or --undo", options.undo ? "both" : "neither");
  const { folder } = selectExtension(await loadRepository(options.extensions), name);
  if (dirname(folder) !== resolve(options.extensions)) {
    const next = `copy ${folder} into ${options.extensions}, and remove ${name} from "include" in kiln.yaml`;
    throw usage(`the definition of ${name} in ${options.extensions}`, "one that kiln.yaml includes", next);
  }
  const path = join(folder, "extension.yaml");
  const shown = relative(process.cwd(), path);
  const edited = editReason(await readFile(path, "utf8"), shown, { key, version, reason });
  await writeFile(`${path}.new`, edited);
  await rename(`${path}.new`, path);
  process.stdout.write(
    `${shown}: ${name} ${version} is ${options.undo ? "not " : ""}${key}${options.undo ? " any more" : ""}; it takes effect when this change is on the main branch and kiln release has run\n`,
  );
}
