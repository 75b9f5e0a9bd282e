/** `pnpm readme` writes the tables in the actions' READMEs from their action.yml; `--check` only compares. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { actionPackages, root } from "./action-packages.ts";

const described = z.object({
  description: z.string(),
  required: z.boolean().default(false),
  default: z.string().optional(),
});
const actionSchema = z.object({
  inputs: z.record(z.string(), described),
  outputs: z.record(z.string(), described),
});

const isCheck = process.argv.includes("--check");

for (const folder of await actionPackages()) {
  const { inputs, outputs } = actionSchema.parse(
    parse(await readFile(join(root, folder, "action.yml"), "utf8")),
  );
  const path = join(root, folder, "README.md");
  const before = await readFile(path, "utf8");
  const after = [
    ["inputs", table(["input", "description", "default"], inputRows(inputs))] as const,
    [
      "outputs",
      table(
        ["output", "description"],
        Object.entries(outputs).map(([name, { description }]) => [`\`${name}\``, description]),
      ),
    ] as const,
  ].reduce((text, [name, rows]) => replaceBetween(text, name, rows), before);
  if (after === before) continue;
  if (isCheck) {
    process.stderr.write(`${folder}/README.md does not match action.yml; run: pnpm readme\n`);
    process.exitCode = 1;
  } else await writeFile(path, after);
}

function inputRows(inputs: z.infer<typeof actionSchema>["inputs"]): string[][] {
  return Object.entries(inputs).map(([name, { description, required, default: value }]) => [
    `\`${name}\``,
    description,
    required ? "required" : value === undefined ? "" : `\`${value}\``,
  ]);
}

/** A table in the formatter's layout. */
function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [
    line(heading),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...rows.map(line),
  ].join("\n");
}

function replaceBetween(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}, from action.yml -->`, `<!-- end of ${name} -->`];
  if (!text.includes(start) || !text.includes(end))
    throw new Error(`a README lacks the markers for its ${name}: ${start} ${end}`);
  return `${text.slice(0, text.indexOf(start))}${start}\n\n${content}\n\n${text.slice(text.indexOf(end))}`;
}
