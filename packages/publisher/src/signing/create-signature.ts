import type { PrivateKey } from "openpgp";
import { z } from "zod";

/** A binary detached signature: what hosts read as `SHA256SUMS.gpg`. */
export async function createSignature(text: string, key: PrivateKey, now: Date): Promise<Uint8Array> {
  const { createMessage, sign } = await import("openpgp");
  const message = await createMessage({ binary: new Uint8Array(Buffer.from(text)) });
  const signature: unknown = await sign({
    message,
    signingKeys: key,
    detached: true,
    format: "binary",
    date: now,
  });
  return z.instanceof(Uint8Array).parse(signature);
}
