/**
 * Characters that make a terminal or a log show something other than the text: control characters of ISO 6429 (escape
 * sequences among them), marks that change the direction of writing, line and paragraph separators, lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text from anywhere, for one line on a terminal or in a log: what could act there is escaped as in JavaScript. */
export function oneLine(text: string): string {
  return text.replaceAll(unprintable, escape);
}

function escape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return (
    names[character] ?? (code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`)
  );
}

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
