import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";

const everySeconds = 0.01;

/** Something that asks an address again and again, and knows when it was answered. */
export interface Probe extends AsyncDisposable {
  /** When answers came, as `performance.now()` counts. */
  readonly answers: readonly number[];
  /** The longest time without an answer, in milliseconds, from a moment on until now; the resolution is 10 ms. */
  longestGap(since: number): number;
}

/** Sends an echo request every 10 ms. */
export function startProbe({ enter: [program, ...enter] }: Namespace, address: string): Probe {
  // It ends with its standard input, as a signal would only reach what enters the namespace.
  const script = `ping -n -D -i ${everySeconds} "$1" & read -r _; kill $!`;
  const words = ["sh", "-c", script, "sh", address];
  const ping = execa(program, [...enter, ...words], { stdin: "pipe", reject: false, buffer: false });
  // It tells the time of day; an answer's moment is needed on the same clock as everything else.
  const clock = performance.timeOrigin;
  const answers: number[] = [];
  createInterface({ input: ping.stdout }).on("line", (line) => {
    const seconds = /^\[(\d+\.\d+)\] \d+ bytes from /.exec(line)?.[1];
    if (seconds !== undefined) answers.push(Number(seconds) * 1000 - clock);
  });
  return {
    answers,
    longestGap(since) {
      const before = answers.findLast((at) => at <= since) ?? since;
      const moments = [before, ...answers.filter((at) => at > since), performance.now()];
      return Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? at)));
    },
    async [Symbol.asyncDispose]() {
      ping.stdin.end();
      await ping;
    },
  };
}
