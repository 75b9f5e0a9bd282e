/**
 * A paragraph of Debian's control file format: values by field name. Values of several lines keep their line
 * breaks.
 */
export type Paragraph = Readonly<Record<string, string>>;

/** Parses a text in Debian's control file format into its paragraphs. */
export function parseDeb822(text: string): Paragraph[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map(parseParagraph)
    .filter((paragraph) => Object.keys(paragraph).length > 0);
}

function parseParagraph(text: string): Paragraph {
  const fields: Record<string, string> = {};
  let current: string | undefined;
  for (const line of text.split("\n")) {
    if (/^[ \t]/.test(line)) {
      if (current !== undefined) fields[current] += `\n${line.trim()}`;
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0 || line.startsWith("#")) continue;
    current = line.slice(0, colon);
    fields[current] = line.slice(colon + 1).trim();
  }
  return fields;
}
