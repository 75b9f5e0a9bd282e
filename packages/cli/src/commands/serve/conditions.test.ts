import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { evaluateConditions, rangeApplies } from "./conditions.ts";

const date = "Sun, 06 Nov 1994 08:49:37 GMT";
const earlier = "Sun, 06 Nov 1994 08:49:36 GMT";
const validators = { etag: '"a-1"', lastModified: new Date(date) };
const later = new Date("1995-01-01");

describe("a request", () => {
  test.each<[string, IncomingHttpHeaders, 304 | 412 | undefined]>([
    ["without conditions continues", {}, undefined],
    ["for a file that the client has is not modified", { "if-none-match": '"b", "a-1"' }, 304],
    ["for a file that a proxy has compressed is not modified", { "if-none-match": 'W/"a-1"' }, 304],
    ["for any file is not modified", { "if-none-match": "*" }, 304],
    ["for another file continues", { "if-none-match": '"a-2"' }, undefined],
    ["with an entity tag ignores the date", { "if-none-match": '"b"', "if-modified-since": date }, undefined],
    ["for what is newer than the file is not modified", { "if-modified-since": date }, 304],
    ["for what is newer than an older file continues", { "if-modified-since": earlier }, undefined],
    [
      "may have a date in the format of RFC 850",
      { "if-modified-since": "Sunday, 06-Nov-94 08:49:37 GMT" },
      304,
    ],
    [
      "may have a date in the format of asctime",
      { "if-modified-since": "Sun Nov  6 08:49:36 1994" },
      undefined,
    ],
    ["with an invalid date continues", { "if-modified-since": "yesterday" }, undefined],
    ["for a file that was replaced fails", { "if-match": '"b"' }, 412],
    ["for a file with a weak tag fails", { "if-match": 'W/"a-1"' }, 412],
    ["for the current file continues", { "if-match": '"a-1"' }, undefined],
    ["for a file that has changed since fails", { "if-unmodified-since": earlier }, 412],
    ["for a file that has not changed since continues", { "if-unmodified-since": date }, undefined],
    ["fails rather than being not modified", { "if-match": '"b"', "if-none-match": '"a-1"' }, 412],
  ])("%s", (_, headers, status) => {
    expect(evaluateConditions(headers, validators)).toBe(status);
  });
});

describe("a range applies", () => {
  test.each<[string, string | undefined, boolean]>([
    ["without a condition", undefined, true],
    ["to the bytes of this tag", '"a-1"', true],
    ["not to those of another tag", '"a-2"', false],
    ["not to those of a weak tag", 'W/"a-1"', false],
    ["to the bytes of this date", date, true],
    ["not to those of an earlier date", earlier, false],
    ["not to those of a later date", "Sun, 06 Nov 1994 08:49:38 GMT", false],
  ])("%s", (_, condition, applies) => {
    const headers = condition === undefined ? {} : { "if-range": condition };
    expect(rangeApplies(headers, validators, later)).toBe(applies);
  });

  test("not by the date of a file that may still change within its second", () => {
    const now = new Date(validators.lastModified.getTime() + 500);
    expect(rangeApplies({ "if-range": date }, validators, now)).toBe(false);
  });
});
