import { InvalidArgumentError, type Command } from "commander";
import { command, jsonOption } from "../../command.ts";

/** Adds `cache` and its subcommands. */
export function addCacheCommands(program: Command): void {
  const cache = command(program, "cache", "shows and prunes what kiln keeps on this machine", [
    "kiln cache list",
    "kiln cache prune",
  ]);

  command(cache, "list", "shows the size of each part of the cache, and when it was last used", [
    "kiln cache list --json",
  ])
    .addOption(jsonOption())
    .action(async (options: unknown) => (await import("./run.ts")).listCache(options));

  command(cache, "prune", "removes what was not used for a while; kiln makes it again when it needs it", [
    "kiln cache prune --days 7",
  ])
    .option("--days <number>", "keep what was used in the last days, at least 1", days, 30)
    .addOption(jsonOption())
    .action(async (options: unknown) => (await import("./run.ts")).pruneCache(options));
}

function days(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a number of days, at least 1.");
}
