import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { convertActionTemplate, NoOperationTraceWriter, parseAction } from "./parser.ts";

const actionSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  author: z.string().optional(),
  inputs: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string(),
        required: z.boolean().default(false),
        default: z.string().optional(),
      }),
    )
    .default({}),
  outputs: z.record(z.string(), z.strictObject({ description: z.string() })).default({}),
  runs: z.strictObject({ using: z.literal("node24"), main: z.string() }),
});

/**
 * The folder of an action of the workflow's own repository, relative to the repository's root; undefined for somebody
 * else's action. `./` names it in the job's workspace, `$/` in the repository at the commit that runs.
 */
export function ownActionFolder(uses: string | undefined): string | undefined {
  return /^[.$]\/(?<folder>.+)$/.exec(uses ?? "")?.groups?.["folder"];
}

/** An action of this repository, as its `action.yml` describes it. */
export type ReadAction = z.infer<typeof actionSchema>;

/**
 * Reads an action's `action.yml` as GitHub does.
 * @throws Error with everything that GitHub's parser objects to
 */
export async function readAction(folder: string): Promise<ReadAction> {
  const text = await readFile(join(folder, "action.yml"), "utf8");
  const { context, value } = parseAction({ name: "action.yml", content: text }, new NoOperationTraceWriter());
  if (value) convertActionTemplate(context, value);
  const errors = context.errors.getErrors().map(({ message }) => message);
  if (errors.length > 0) throw new Error(`${folder}: ${errors.join("\n")}`);
  return actionSchema.parse(parse(text));
}
