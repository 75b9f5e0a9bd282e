import { fileURLToPath } from "node:url";
import { execa } from "execa";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** kiln as a person has it: in a terminal, which may be closed at any time. */
export interface Terminal extends AsyncDisposable {
  /** Types keys once the screen has shown something that it had not shown before. */
  typeAfter(shown: RegExp, keys: string): Promise<void>;
  /** Everything that was shown, and the exit status, when kiln has ended. */
  ended(): Promise<{ shown: string; status: number | undefined }>;
}

/** Another kiln on the machine may be building the same image, and is waited for. */
const patienceMs = 180_000;

/** Starts kiln with a terminal of its own, which script(1) makes. */
export function openTerminal(args: readonly string[], env: Record<string, string> = {}): Terminal {
  const words = [process.execPath, main, ...args].map((word) => `'${word}'`).join(" ");
  const command = `stty rows 30 columns 120; exec ${words}`;
  const child = execa("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdin: "pipe",
    reject: false,
    buffer: false,
    env: { TERM: "xterm", ...env },
  });
  let shown = "";
  let seen = 0;
  const watchers = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    for (const look of watchers) look();
  });
  return {
    async typeAfter(pattern, keys) {
      const found = new Promise<void>((resolve) => {
        const look = () => {
          const match = pattern.exec(shown.slice(seen));
          if (!match) return;
          seen += match.index + match[0].length;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
      const over = child.then(() =>
        Promise.reject(new Error(`kiln ended before it showed ${pattern}: ${shown}`)),
      );
      const patience = AbortSignal.timeout(patienceMs);
      const late = new Promise<never>((_, reject) => {
        const say = () => reject(new Error(`waited in vain for ${pattern} after: ${shown.slice(seen)}`));
        patience.addEventListener("abort", say, { once: true });
      });
      await Promise.race([found, over, late]);
      child.stdin.write(keys);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child;
    },
    async ended() {
      const { exitCode } = await child;
      return { shown, status: exitCode };
    },
  };
}
