import { z } from "zod";

const segment = String.raw`(?!\.\.?(\/|$))[^/]+`;
const relativePath = new RegExp(`^${segment}(/${segment})*$`);

/** One `*` in each name and one `**` at most: every pattern is matched in linear time. */
const member = z
  .string()
  .regex(
    new RegExp(`^(\\./|${segment}(/${segment})*/?)$`),
    'a relative path without . or .., such as hello-1.0/hello, "bin/*", "**/hello" or share/; ./ is the whole archive',
  )
  .refine(
    (text) =>
      text.split("/").filter((name) => name === "**").length <= 1 &&
      text.split("/").every((name) => name === "**" || name.split("*").length <= 2) &&
      !(text.endsWith("/") && text.includes("*")),
    'a pattern with at most one * in each name and one ** in place of folders, such as "bin/*" or "**/hello", and none in a folder such as share/',
  );

const place = z
  .string()
  .regex(new RegExp(`^(usr|etc)(/${segment})*/?$`), {
    error: ({ input }) =>
      String(input).startsWith("opt/")
        ? "a path below usr/ or etc/; opt/ is not supported, because a merge would make all of /opt read-only on hosts"
        : "a path below usr/ or etc/, such as usr/bin/hello, or usr/share/hello/ for several files",
  })
  .refine((text) => text.includes("/"), "a path below usr/ or etc/")
  .describe(
    "A path in the image; a folder if it ends in a slash. Files below etc/ are copied to the host's /etc if they are missing there.",
  );

const placement = z
  .strictObject({
    to: place,
    mode: z
      .enum(["0644", "0755"], { error: 'a mode in quotes, "0644" or "0755"' })
      .optional()
      .describe("The mode of the files; by default 0755 for those that upstream made executable."),
    replace: z
      .record(z.string().min(1), z.string())
      .optional()
      .describe("Text that is replaced in the file, such as a path; each must occur in it."),
    except: z
      .array(member)
      .min(1)
      .optional()
      .describe("What is left out of a folder, as paths and patterns relative to it."),
  })
  .refine(({ to, replace }) => replace === undefined || !to.endsWith("/"), {
    path: ["replace"],
    error:
      'omitted for several files: "to" must be the path of one file, such as usr/lib/systemd/system/hello.service',
  });

/** Which members of an archive become which files of an image; no path leads out of either. */
export const takeSchema = z
  .record(
    member,
    z.union([place, placement], {
      error: "a path below usr/ or etc/, or { to: PATH } with mode, replace or except",
    }),
  )
  .superRefine((take, context) => {
    for (const [from, value] of Object.entries(take)) {
      const { to, except } = placementOf(value);
      if (from.endsWith("/") && !to.endsWith("/"))
        context.addIssue({
          code: "custom",
          path: [from],
          message: `a folder, such as ${to}/, for what is in ${from}`,
        });
      if (except !== undefined && !from.endsWith("/"))
        context.addIssue({
          code: "custom",
          path: [from, "except"],
          message: `omitted: ${from} is no folder`,
        });
    }
  });

export const take = takeSchema.describe(
  "Which members of the archive become which files of the image: a file, a pattern, or a folder that ends in a slash.",
);

export type Take = z.infer<typeof takeSchema>;
export type Placement = z.infer<typeof placement>;

/** A place in its long form. */
export function placementOf(value: Take[string]): Placement {
  return typeof value === "string" ? { to: value } : value;
}

/** The path of one file in the image. */
export const pathInImage = z
  .string()
  .regex(relativePath, "a relative path without . or ..")
  .startsWith("usr/", "a path below usr/");

/** Links of the image, by their path in it. */
export const links = z
  .record(
    z.string().regex(relativePath, "a relative path without . or ..").startsWith("usr/", "a path below usr/"),
    z.string().regex(/^[^\0\s]+$/, "the target of the link, such as k3s or /var/lib/hello"),
  )
  .describe(
    "Links of the image: the path of each, and its target. A target outside /usr must be absolute, such as /var/lib/hello.",
  );
