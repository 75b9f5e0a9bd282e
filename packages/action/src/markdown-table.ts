import { oneLine } from "@sysext-kiln/error";

/** A table for a job summary. Cells may hold text from outside: Markdown and HTML in them is escaped. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return [rowOf(heading), `|${" --- |".repeat(heading.length)}`, ...rows.map(rowOf)].join("\n");
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map(escape).join(" | ")} |`;
}

function escape(text: string): string {
  return oneLine(text.replaceAll(/\s+/g, " ")).replaceAll(
    /[&<>|\\`*_[\]]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
