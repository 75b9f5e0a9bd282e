import { constants, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";

/** Whether the file system of a folder takes writes that pass by the page cache; some do not (open(2), "O_DIRECT"). */
export async function takesDirectWrites(folder: string): Promise<boolean> {
  const probe = join(folder, "direct");
  try {
    const file = await open(probe, constants.O_CREAT | constants.O_WRONLY | constants.O_DIRECT);
    await file.close();
    return true;
  } catch (error) {
    if (systemCode(error) === "EINVAL") return false;
    throw error;
  } finally {
    await rm(probe, { force: true });
  }
}
