import { z } from "zod";

const credentialsSchema = z.object({ user: z.string(), password: z.string() });

/** What the writer is to do: the first line of its standard input. */
export const writeOrderSchema = z.object({
  /** The URLs of the members. */
  endpoints: z.array(z.string()),
  credentials: credentialsSchema.optional(),
  /** What the names of its keys begin with. */
  prefix: z.string(),
});
export type WriteOrder = z.infer<typeof writeOrderSchema>;

/** What the writer reports, on each line of its standard output. */
export const writeLineSchema = z.union([
  z.object({
    /** The number of a write. */
    acknowledged: z.int(),
    /** When it was acknowledged, in the time of `monotonicMs`. */
    at: z.number(),
  }),
  /** Why no member takes a write; again when it changes. */
  z.object({ refusal: z.string() }),
]);
export type WriteLine = z.infer<typeof writeLineSchema>;

/**
 * The time in milliseconds of a clock that all processes of this machine share, and that nobody adjusts while
 * it runs.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What the process that generates keys is to do. */
export const fillOrderSchema = z.object({
  endpoint: z.string(),
  keys: z.int().positive(),
  leases: z.int().nonnegative(),
});
export type FillOrder = z.infer<typeof fillOrderSchema>;
