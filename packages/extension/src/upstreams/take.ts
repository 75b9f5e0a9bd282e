import { z } from "zod";

const pathInArchive = z
  .string()
  .regex(/^(?!\.\.?(\/|$))[^/]+(\/(?!\.\.?(\/|$))[^/]+)*$/, "a relative path without . or ..");

const pathInImage = pathInArchive.startsWith("usr/", "a path below usr/");

/** Which member of an archive becomes which file of an image; neither path leads out. */
export const takeSchema = z.record(pathInArchive, pathInImage);

export const take = takeSchema.describe("Which member of the archive becomes which file of the image.");
