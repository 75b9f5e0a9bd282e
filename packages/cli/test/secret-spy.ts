import { appendFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";

/** Programs that look for secrets in every process of this machine before they do their work. */
export interface SecretSpy {
  /** A PATH that begins with them. */
  path: string;
  /** Adds a text whose lines are secret, except for short lines and those that every key has. */
  watchFor(secret: string): void;
  /** Writes a program that looks for secrets and then runs a script. */
  write(file: string, script: string): Promise<void>;
  /** The programs that were started, each with the first file in /proc that showed it a secret for half a second, or "". */
  reports(): Promise<{ program: string; sighting: string }[]>;
  /** The files below a folder that hold a secret. */
  filesWithSecrets(folder: string): Promise<string[]>;
  /** The secret lines that a text shows. */
  secretsIn(text: string): string[];
}

/**
 * @param folder an empty one, outside of what `filesWithSecrets` reads
 * @param programs which programs of this machine are replaced
 */
export async function openSecretSpy(folder: string, programs: readonly string[]): Promise<SecretSpy> {
  const secrets = join(folder, "secrets");
  const log = join(folder, "log");
  const bin = join(folder, "bin");
  const lines: string[] = [];
  await Promise.all([mkdir(bin), writeFile(secrets, ""), writeFile(log, "")]);
  const grep = `grep --text --files-with-matches --fixed-strings --file=${secrets}`;
  const spy: SecretSpy = {
    path: [bin, process.env["PATH"]].join(delimiter),
    watchFor(secret) {
      const long = secret.split("\n").filter((line) => line.length >= 16 && !line.startsWith("-----"));
      lines.push(...long);
      appendFileSync(secrets, long.map((line) => `${line}\n`).join(""));
    },
    write: (file, script) =>
      writeFile(
        file,
        [
          "#!/bin/sh",
          `look() { sighting=$(${grep} /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | head -n 1); }`,
          // What has just been started shows its environment until its first statement.
          'look; for try in 1 2 3 4 5; do [ -z "$sighting" ] || { sleep 0.1; look; }; done',
          `echo "\${0##*/} $sighting" >>${log}`,
          script,
          "",
        ].join("\n"),
        { mode: 0o755 },
      ),
    async reports() {
      const text = await readFile(log, "utf8");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const [program = "", sighting = ""] = line.split(" ");
          return { program, sighting };
        });
    },
    async filesWithSecrets(searched) {
      const args = ["--recursive", "--text", "--files-with-matches", "--fixed-strings", `--file=${secrets}`];
      return (await tryRun("grep", [...args, searched])).stdout.split("\n").filter((line) => line !== "");
    },
    secretsIn: (text) => lines.filter((line) => text.includes(line)),
  };
  for (const program of programs) {
    const real = (await run("sh", ["-c", 'command -v "$0"', program])).trim();
    await spy.write(join(bin, program), `exec ${real} "$@"`);
  }
  return spy;
}
