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

/** What the process that generates keys is to do. */
export const fillOrderSchema = z.object({
  endpoint: z.string(),
  keys: z.int().positive(),
  leases: z.int().nonnegative(),
});
export type FillOrder = z.infer<typeof fillOrderSchema>;
