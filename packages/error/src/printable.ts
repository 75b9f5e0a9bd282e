/**
 * Characters that make a terminal or a log show something other than the text: control characters, with which escape
 * sequences begin (ISO 6429), marks that change the direction of writing, line separators, lone surrogates.
 */
const acting = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const longestLine = 2000;
const longestText = 8000;

/** Text from anywhere as one line for a terminal or a log: harmless, not too long, without the secrets of its URLs. */
export function oneLine(text: string): string {
  return hideUrlSecrets(shorten(text, longestLine)).replaceAll(acting, escape);
}

/** Text from anywhere, whose line breaks and tabs stay, for a terminal or a log; otherwise as one line. */
export function printable(text: string): string {
  return escapeControls(hideUrlSecrets(shorten(text, longestText)));
}

/** Escapes what could act on a terminal but line breaks and tabs. JSON keeps its meaning. */
export function escapeControls(text: string): string {
  return text.replaceAll(acting, (character) =>
    character === "\n" || character === "\t" ? character : escape(character),
  );
}

/**
 * Hides the user name and password in each URL of a text, and the values in its query, such as a signature. A URL may be
 * malformed: it may be in the text for that reason.
 */
export function hideUrlSecrets(text: string): string {
  return text
    .replaceAll(/:\/\/[^\s/?#"'<>]*@/g, "://***@")
    .replaceAll(/(:\/\/[^\s?#"'<>]*\?)([^\s#"'<>]*)/g, (_, path: string, query: string) => {
      return path + query.replaceAll(/=[^&]*/g, "=***");
    });
}

function shorten(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}... (${text.length - longest} more characters)`;
}

function escape(character: string): string {
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
