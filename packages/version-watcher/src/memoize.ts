/** Gives a function that does its work once for each key, and gives everybody the same promise. */
export function memoize<A extends unknown[], T>(
  work: (...args: A) => Promise<T>,
  keyOf: (...args: A) => string,
): (...args: A) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (...args) => {
    const key = keyOf(...args);
    const found = known.get(key) ?? work(...args);
    known.set(key, found);
    return found;
  };
}
