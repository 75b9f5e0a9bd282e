import { describe, expect, test } from "vitest";
import { digestIn, isHtml } from "./checksum-list.ts";

const [one, other] = ["ab".repeat(32), "cd".repeat(32)];
const find = (text: string, isOfOneFile = false) => digestIn(text, "hello.tar.gz", "the list", isOfOneFile);

describe("the digest of a file is found in a list", () => {
  test.each([
    ["of sha256sum", `${other}  other.tar.gz\n${one}  hello.tar.gz\n`],
    ["with binary mode and Windows' line ends", `${one} *hello.tar.gz\r\n${other} *other.tar.gz\r\n`],
    ["in upper case", `${one.toUpperCase()}\thello.tar.gz\n`],
    ["of BSD's tools", `SHA256 (other.tar.gz) = ${other}\nSHA256 (hello.tar.gz) = ${one}\n`],
    ["that names it in this folder", `${one}  ./hello.tar.gz\n`],
    ["that names it in another folder", `${one}  dist/hello.tar.gz\n${other}  dist/nohello.tar.gz\n`],
    ["that also names it in another folder", `${other}  old/hello.tar.gz\n${one}  hello.tar.gz\n`],
    ["that names it twice with the same digest", `${one}  hello.tar.gz\n${one}  hello.tar.gz\n`],
  ])("%s", (_, text) => {
    expect(find(text)).toBe(one);
  });

  test("without a name, if the list is of this file alone", () => {
    expect(find(`${one.toUpperCase()}\n`, true)).toBe(one);
    expect(find(`${one}\n`)).toBeUndefined();
    expect(find(`${one}  hello.tar.gz\n`, true)).toBe(one);
  });

  test("and in no list that lacks it", () => {
    expect(find(`${one}  hello.tar.gz.asc\n${one}  nohello.tar.gz\n`)).toBeUndefined();
    expect(find("")).toBeUndefined();
  });
});

test.each([
  ["two digests for the file", `${one}  hello.tar.gz\n${other}  hello.tar.gz\n`],
  ["a web page in place of the list", `\n<!DOCTYPE html><p>${one}  hello.tar.gz`],
])("%s is an error", (_, text) => {
  expect(() => find(text)).toThrow(expect.objectContaining({ code: "manifest-invalid" }));
});

test("a web page is recognized by its beginning", () => {
  const pages = ["<html>", " <HEAD>", "<body class=a>", "<!doctype html>"];
  expect(pages.map(isHtml)).toEqual([true, true, true, true]);
  expect(["<htmlx", `a <html>`, "", "{}"].map(isHtml)).toEqual([false, false, false, false]);
});
