const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that cleans up when a signal asks this process to terminate; the signal has its usual effect
 * afterwards.
 * @param work gets a promise that is rejected by the signal
 */
export async function terminable<T>(work: (terminated: Promise<never>) => Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  let received: NodeJS.Signals | undefined;
  const receive = (signal: NodeJS.Signals) => {
    received ??= signal;
    reject(new Error(`ended by ${signal}`));
  };
  for (const signal of signals) process.on(signal, receive);
  try {
    return await work(promise);
  } finally {
    for (const signal of signals) process.off(signal, receive);
    if (received !== undefined) process.kill(process.pid, received);
  }
}
