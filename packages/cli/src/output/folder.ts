import { access, constants } from "node:fs/promises";
import { makeFolder } from "@sysext-kiln/machine";

/**
 * Makes a folder unless it exists, and checks that files can be added to it: before minutes of work, not
 * after them.
 * @throws the operating system's error
 */
export async function prepareFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  await access(folder, constants.W_OK);
}
