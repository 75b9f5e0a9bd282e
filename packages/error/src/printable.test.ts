import { describe, expect, test } from "vitest";
import { oneLine } from "./printable.ts";

describe("text on one line", () => {
  test("is left alone where it is ordinary, in any script", () => {
    const text = "etcd-3.5.30 für 東京 \u{1f680} «a\u0301»";
    expect(oneLine(text)).toBe(text);
  });

  test.each([
    ["an escape sequence", "\u001b[2J\u001b]0;title\u0007", "\\x1b[2J\\x1b]0;title\\x07"],
    ["an escape sequence of a single character", "\u009b2J", "\\x9b2J"],
    ["a line break", "a\r\nb\u2028c", "a\\r\\nb\\u2028c"],
    ["a tab", "a\tb", "a\\tb"],
    ["a character that is removed again", "a\bb\u007f", "a\\x08b\\x7f"],
    ["a mark that turns the text around", "a\u202egpj.exe", "a\\u202egpj.exe"],
    ["half a character", "a\ud800b", "a\\ud800b"],
  ])("shows %s as its code", (_, text, shown) => {
    expect(oneLine(text)).toBe(shown);
  });
});
