/**
 * Why a request failed: the messages of an error, of what caused it, and of the errors that it consists of.
 * Node reports only "fetch failed", and a server that refuses connections at each of its addresses as an error
 * without a message.
 */
export function reasonsOf(error: unknown): string {
  const messages = new Set(messagesOf(error));
  if (messages.size > 1) messages.delete("fetch failed");
  return [...messages].join(": ");
}

function messagesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const parts: unknown[] = error instanceof AggregateError ? error.errors : [];
  if (error.cause !== undefined) parts.push(error.cause);
  return [error.message, ...parts.flatMap(messagesOf)].filter((message) => message !== "");
}
