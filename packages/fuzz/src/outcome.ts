import { isKilnError, type ErrorCode } from "@sysext-kiln/error";

/** What became of an input: a value, or the code of the error that rejected it. */
export type Outcome<T> = { accepted: true; value: T } | { accepted: false; code: ErrorCode };

/**
 * Gives an input to the code under test.
 * @param codes the errors with which it may reject the input
 * @throws any other error
 */
export async function outcomeOf<T>(
  codes: readonly ErrorCode[],
  accept: () => T | Promise<T>,
): Promise<Outcome<T>> {
  try {
    return { accepted: true, value: await accept() };
  } catch (error) {
    if (isKilnError(error) && codes.includes(error.code)) return { accepted: false, code: error.code };
    throw error;
  }
}
