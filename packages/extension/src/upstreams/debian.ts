import { z } from "zod";
import { take } from "./take.ts";

export const suite = z
  .string()
  .regex(/^[a-z]+(-security)?$/, "a Debian suite such as trixie or trixie-security");

export const debianPackage = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "the name of a Debian package");

const suites = z.array(suite).min(1).describe("Debian suites to search; the newest version wins.");

/** The keys of `upstreams.debian`. */
export const debian = z
  .union(
    [
      z.strictObject({
        suites,
        source: debianPackage.describe("A source package, which the Dockerfile compiles."),
      }),
      z.strictObject({
        suites,
        packages: z
          .record(debianPackage, take)
          .describe("Binary packages of one source package; the first one determines the version."),
      }),
    ],
    {
      error:
        "suites with either source (a source package) or packages (binary packages and what to take from them)",
    },
  )
  .describe("Packages of Debian's archive, which apt reads and verifies.");

export type DebianUpstream = z.infer<typeof debian>;
