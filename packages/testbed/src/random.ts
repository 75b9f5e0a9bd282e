import { z } from "zod";

/** A source of numbers from 0 (included) to 1 (excluded): the same numbers for the same seed. */
export type Random = () => number;

/** Mulberry32, by Tommy Ettinger: 32 bits of state, which are enough to choose what a test does next. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of the tier faults, as `kiln test --seed` gives it. */
export function faultSeed(): number {
  return z.coerce.number().default(1).parse(process.env["KILN_TEST_SEED"]);
}

/** One of several, each equally likely. */
export function pick<T>(random: Random, [first, ...others]: readonly [T, ...T[]]): T {
  const index = Math.floor(random() * (others.length + 1));
  return index === 0 ? first : (others[index - 1] ?? first);
}
