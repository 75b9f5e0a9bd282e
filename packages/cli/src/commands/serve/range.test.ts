import { expect, test } from "vitest";
import { parseRange } from "./range.ts";

const size = 10;

test.each([
  ["the first byte", "bytes=0-0", { first: 0, last: 0 }],
  ["bytes in the middle", "bytes=2-5", { first: 2, last: 5 }],
  ["everything from a byte", "bytes=4-", { first: 4, last: 9 }],
  ["the last bytes", "bytes=-3", { first: 7, last: 9 }],
  ["more last bytes than there are", "bytes=-30", { first: 0, last: 9 }],
  ["an end after the file's", "bytes=8-99999999999999999999", { first: 8, last: 9 }],
  ["a unit in capital letters", "BYTES=0-1", { first: 0, last: 1 }],
])("a range of %s is parsed", (_, header, range) => {
  expect(parseRange(header, size)).toEqual(range);
});

test.each([
  ["begins after the file's end", "bytes=10-"],
  ["ends before it begins", "bytes=5-2"],
  ["asks for the last 0 bytes", "bytes=-0"],
  ["begins at a huge number", "bytes=99999999999999999999-"],
])("a range that %s is unsatisfiable", (_, header) => {
  expect(parseRange(header, size)).toBe("unsatisfiable");
});

test.each([
  ["no range", undefined],
  ["several ranges", "bytes=0-1,3-4"],
  ["another unit", "items=0-1"],
  ["a range without numbers", "bytes=-"],
  ["a negative number", "bytes=--1"],
  ["a number with an exponent", "bytes=1e1-"],
  ["a hexadecimal number", "bytes=0x1-"],
  ["no unit", "0-1"],
])("a request with %s gets the whole file", (_, header) => {
  expect(parseRange(header, size)).toBeUndefined();
});

test("an empty file is sent whole", () => {
  expect(parseRange("bytes=0-0", 0)).toBeUndefined();
});
