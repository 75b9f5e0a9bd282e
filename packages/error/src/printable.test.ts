import { describe, expect, test } from "vitest";
import { escapeControls, hideUrlSecrets, oneLine, printable } from "./printable.ts";

describe("text on one line", () => {
  test("is unchanged without special characters, in any script", () => {
    const text = "etcd-3.5.30 für 東京 \u{1f680} «a\u0301»";
    expect(oneLine(text)).toBe(text);
  });

  test.each([
    ["an escape sequence", "\u001b[2J\u001b]0;title\u0007", "\\u001b[2J\\u001b]0;title\\u0007"],
    ["an escape sequence of a single character", "\u009b2J", "\\u009b2J"],
    ["a line break", "a\r\nb\u2028c", "a\\r\\nb\\u2028c"],
    ["a tab", "a\tb", "a\\tb"],
    ["a backspace and a delete character", "a\bb\u007f", "a\\u0008b\\u007f"],
    ["a mark that reverses the writing direction", "a\u202egpj.exe", "a\\u202egpj.exe"],
    ["a lone surrogate", "a\ud800b", "a\\ud800b"],
  ])("shows %s as its code", (_, text, shown) => {
    expect(oneLine(text)).toBe(shown);
  });

  test("is cut if it is too long, and shows that", () => {
    expect(oneLine("x".repeat(1_000_000))).toMatch(/^x{2000}\.\.\. \(998000 more characters\)$/);
  });
});

test("printable text keeps its lines", () => {
  expect(printable("one\n\ttwo\u001b[31m\r\n")).toBe("one\n\ttwo\\u001b[31m\\r\n");
  expect(printable("x\n".repeat(1_000_000)).length).toBeLessThan(9000);
});

test("JSON with escaped control characters means the same", () => {
  const value = { "\u009b2J": ["\u007f\u202e\ufeff", "\ud800", "\u001b"] };
  const text = escapeControls(JSON.stringify(value, null, 2));
  expect(text).toMatch(/^[\n -~]*$/);
  expect(JSON.parse(text)).toEqual(value);
});

describe("the secrets of a URL are hidden", () => {
  test.each([
    ["a password", "https://me:hunter2@example.org/x", "https://***@example.org/x"],
    ["a token as user name", "git clone https://ghp_abc@example.org", "git clone https://***@example.org"],
    ["a password with an @", "ftp://me:a@b@example.org", "ftp://***@example.org"],
    ["a password in a malformed URL", "http://me:hunter2@[::1", "http://***@[::1"],
    ["a signature", '"https://a.example/b?sig=abc&se=1#f"', '"https://a.example/b?sig=***&se=***#f"'],
    ["a token behind a password", "s3://k:s@h/p?token=t", "s3://***@h/p?token=***"],
  ])("%s", (_, text, shown) => {
    expect(hideUrlSecrets(text)).toBe(shown);
    expect(oneLine(text)).toBe(shown);
    expect(printable(text)).toBe(shown);
  });

  test("and nothing else", () => {
    const text = "https://example.org/a@b, me@example.org, is 1=2?";
    expect(hideUrlSecrets(text)).toBe(text);
  });

  test("quickly, whatever the text", () => {
    const began = performance.now();
    for (const part of ["://", "://a", "https://a@", "a:", "?", "://?="]) printable(part.repeat(1_000_000));
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
