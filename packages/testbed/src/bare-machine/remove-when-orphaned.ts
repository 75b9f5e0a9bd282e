// Waits until the process at the other end of its standard input has ended, and removes what it left behind.
import { rm } from "node:fs/promises";

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("usage: remove-when-orphaned.ts FOLDER");
process.stdin.resume();
process.stdin.on("close", () => {
  // The kernel takes a moment to end the processes that still write there.
  void rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
});
