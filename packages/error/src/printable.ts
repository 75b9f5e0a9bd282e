/**
 * Characters that can make a terminal or a log show something other than the text: control characters, which
 * start escape sequences (ISO 6429), marks that change the writing direction, line separators, and lone
 * surrogates.
 */
const unsafe = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

const longestLine = 2000;
const longestText = 8000;

/**
 * Untrusted text as one line for a terminal or a log: escaped, shortened, and without the secrets in its
 * URLs.
 */
export function oneLine(text: string): string {
  return hideUrlSecrets(shorten(text, longestLine)).replaceAll(unsafe, escape);
}

/** Untrusted text for a terminal or a log, like `oneLine`, but with its line breaks and tabs. */
export function printable(text: string): string {
  return escapeControls(hideUrlSecrets(shorten(text, longestText)));
}

/** Escapes what could control a terminal, except line breaks and tabs. JSON keeps its meaning. */
export function escapeControls(text: string): string {
  return text.replaceAll(unsafe, (character) =>
    character === "\n" || character === "\t" ? character : escape(character),
  );
}

/**
 * Hides the user name, the password and the query's values (such as a signature) of each URL in a text. The
 * URLs may be malformed, because some texts are error messages about them.
 */
export function hideUrlSecrets(text: string): string {
  return text
    .replaceAll(/:\/\/[^\s/?#"'<>]*@/g, "://***@")
    .replaceAll(/(:\/\/[^\s?#"'<>]*\?)([^\s#"'<>]*)/g, (_, path: string, query: string) => {
      return path + query.replaceAll(/=[^&]*/g, "=***");
    });
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit)}... (${text.length - limit} more characters)`;
}

function escape(character: string): string {
  return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
