const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Does something when this process is asked to end, which it then does as if nobody had listened. */
export function onEnding(act: () => void): Disposable {
  const actAndEnd = (signal: NodeJS.Signals) => {
    act();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.once(signal, actAndEnd);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, actAndEnd);
    },
  };
}
