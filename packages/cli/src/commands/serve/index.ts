import type { Command } from "commander";
import { command } from "../../command.ts";

export function addServeCommand(program: Command): void {
  command(program, "serve", "serves published releases over HTTP, for hosts to update from", [
    "kiln serve public --host 0.0.0.0 --port 8080",
    "kiln serve public --as-github example/extensions",
  ])
    .argument("<directory>", "the directory that `kiln release --to` published to")
    .option("--host <address>", "the address to listen on; 0.0.0.0 and :: mean every interface", "127.0.0.1")
    .option("--port <number>", "the port; 0 chooses a free one", "8080")
    .option("--as-github <owner/repo>", "serve with GitHub's paths and redirects, below /OWNER/REPO/")
    .action(async (directory: string, _: unknown, self: Command) =>
      (await import("./run.ts")).serve(directory, self.optsWithGlobals()),
    );
}
