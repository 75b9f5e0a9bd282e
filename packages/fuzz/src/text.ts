import * as fc from "fast-check";

/** Texts that parsers get wrong: separators, quotation marks, paths, numbers, JavaScript's property names. */
export const troublesomeTexts: readonly string[] = [
  ...[
    "",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\u001b[2J",
    "\u007f",
    "\u0085",
    "\u00a0",
    "\u2028",
    "\u202e",
    "\ufeff",
  ],
  ...["\ud800", "\ufffd", "\u{1f680}", "é", "e\u0301", "İ", "ſ"],
  ...["/", "\\", ".", "..", "../", "/..", "./", "//", "~", "-", "--", "-->", "%00", "%2e%2e%2f", "%", "%zz"],
  ...[
    '"',
    "'",
    "`",
    "$",
    "$&",
    "$(id)",
    "{",
    "}",
    "{}",
    "[",
    "]",
    "*",
    "&",
    "!",
    "#",
    ":",
    ";",
    ",",
    "|",
    "<",
    ">",
  ],
  ...[
    "0",
    "-0",
    "-1",
    "1e999",
    "0x10",
    "00",
    "9007199254740993",
    "99999999999999999999",
    "NaN",
    "Infinity",
    "1.5",
  ],
  ...["null", "true", "undefined", "__proto__", "constructor", "toString", "length", "hasOwnProperty"],
];

const longTexts: readonly string[] = [
  "a".repeat(300),
  " ".repeat(5000),
  "\n".repeat(5000),
  "a".repeat(70_000),
];

type Mutation = (text: string) => string;

const position = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 500 }));

function mutation(tokens: readonly string[]): fc.Arbitrary<Mutation> {
  const [short, long] = [[...troublesomeTexts], [...longTexts]];
  for (const token of tokens) (token.length < 300 ? short : long).push(token);
  const token = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...short) },
    { weight: 1, arbitrary: fc.constantFrom(...long) },
  );
  return fc.oneof(
    fc.record({ at: position, put: token, count: fc.constantFrom(0, 0, 1) }).map(
      ({ at, put, count }) =>
        (text: string) =>
          replace(text, at, count, put),
    ),
    fc.record({ at: position, count: length }).map(
      ({ at, count }) =>
        (text: string) =>
          replace(text, at, count, ""),
    ),
    position.map((at) => (text: string) => text.slice(0, Math.floor(at * text.length))),
    fc
      .record({ from: position, count: length, at: position, times: fc.integer({ min: 1, max: 30 }) })
      .map(({ from, count, at, times }) => (text: string) => {
        const start = Math.floor(from * text.length);
        return replace(text, at, 0, text.slice(start, start + count).repeat(times));
      }),
    fc.record({ line: position, at: position }).map(({ line, at }) => (text: string) => {
      const lines = text.split("\n");
      const [moved = ""] = lines.splice(Math.floor(line * lines.length), 1);
      return lines.toSpliced(Math.floor(at * lines.length), 0, moved).join("\n");
    }),
  );
}

function replace(text: string, at: number, count: number, put: string): string {
  const index = Math.floor(at * text.length);
  return text.slice(0, index) + put + text.slice(index + count);
}

/**
 * Text that differs from one of the samples in a few places, or is anything.
 * @param tokens what to insert, besides what is troublesome everywhere
 */
export function mutatedText(
  samples: readonly string[],
  tokens: readonly string[] = [],
): fc.Arbitrary<string> {
  const mutated = fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation(tokens), { maxLength: 6 }))
    .map(([sample, mutations]) => mutations.reduce((text, mutate) => mutate(text), sample));
  return fc.oneof(
    { weight: 20, arbitrary: mutated },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
}
