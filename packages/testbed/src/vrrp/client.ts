import { createInterface } from "node:readline";
import { execa } from "execa";
import type { Namespace } from "@sysext-kiln/booted-host";

const everySeconds = 0.01;

/** A client that sends requests to an address continuously, and records when it is answered. */
export interface Probe extends AsyncDisposable {
  /** The times of the answers, by `performance.now()`. */
  answers: readonly number[];
  /** The longest time without an answer since a moment, in milliseconds; the resolution is 10 ms. */
  longestGap(since: number): number;
}

/** Sends an echo request every 10 ms. */
export function startProbe({ enter: [program, ...enter] }: Namespace, address: string): Probe {
  // It ends when its standard input is closed: a signal would reach only nsenter.
  const script = `ping -n -D -i ${everySeconds} "$1" & read -r _; kill $!`;
  const words = ["sh", "-c", script, "sh", address];
  const ping = execa(program, [...enter, ...words], { stdin: "pipe", reject: false, buffer: false });
  // ping prints the time of day; everything else is measured by performance.now().
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
