import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "fast-check";

/** Where the input is saved for which a target fails. */
export function inputPath(target: string, seed: number): string {
  return join(tmpdir(), "kiln-fuzz", `${target.replaceAll(/\W+/g, "-").slice(0, 100)}-${seed}`);
}

/** Saves an input: bytes and text as they are, anything else as JavaScript. */
export function saveInput(path: string, input: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const isPlain = typeof input === "string" || input instanceof Uint8Array;
  writeFileSync(path, isPlain ? input : stringify(input));
}
