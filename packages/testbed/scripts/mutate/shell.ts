import type { Mutant } from "./mutant.ts";

/** Pairs of operators in shell code; each becomes the other one. */
const pairs: Readonly<Record<string, string>> = {
  "&&": "||",
  "||": "&&",
  "-gt": "-ge",
  "-ge": "-gt",
  "-lt": "-le",
  "-le": "-lt",
  "-eq": "-ne",
  "-ne": "-eq",
  "-z": "-n",
  "-n": "-z",
  "!=": "=",
  "=": "!=",
};

const operator = /(?<= )(?:&&|\|\||-(?:gt|ge|lt|le|eq|ne)|!?=)(?= )|(?<=\[ (?:! )?)-[zn](?= )/g;
const negation = /(?<=\b(?:if|while|elif) |&& |\|\| |\[ )! /g;
const status = /(?<=\b(?:return|exit) )[01]\b/g;

/** A command in a line of its own whose effect is on files or on other programs, not a text for people. */
const command =
  /^ *(?:rm|mv|cp|ln|mkdir|touch|sync|kill|sleep|cd|umask|unset|export|systemctl|mount|umount)\b.*[^\\]$/gm;

/** The mutants of a shell script. */
export function shellMutants(file: string, text: string): Mutant[] {
  const change = (expression: RegExp, replace: (found: string) => string): Mutant[] =>
    [...text.matchAll(expression)].map(({ index, 0: found }) => ({
      file,
      start: index,
      end: index + found.length,
      replacement: replace(found),
    }));
  return [
    ...change(operator, (found) => pairs[found] ?? found),
    ...change(negation, () => ""),
    ...change(status, (found) => (found === "0" ? "1" : "0")),
    ...change(command, (found) => found.replace(/\S.*/, ":")),
  ].filter(({ start }) => !isComment(text, start));
}

function isComment(text: string, index: number): boolean {
  return /(?:^|\s)#/.test(text.slice(text.lastIndexOf("\n", index) + 1, index));
}
