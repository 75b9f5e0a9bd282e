import { KilnError } from "@sysext-kiln/error";

/** An error about what a person asked for. */
export function usage(
  expected: string,
  found: string,
  next = "./kiln deploy kubernetes --help shows examples",
) {
  return new KilnError("usage", { expected, found, next });
}
