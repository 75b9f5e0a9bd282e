import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newPassword, readPassword } from "./password.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-password-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string): Promise<string> {
  const path = join(folder, "password");
  await writeFile(path, text);
  return readPassword(path);
}

test("new passwords differ, and are short enough for VRRP", async () => {
  const passwords = Array.from({ length: 200 }, newPassword);
  expect(new Set(passwords).size).toBe(200);
  for (const password of passwords) expect(await read(password)).toMatch(/^[A-Za-z0-9]{8}$/);
});

describe("a password in a file", () => {
  test("may end with a line break", async () => {
    expect(await read("secret12\n")).toBe("secret12");
  });

  test.each([
    ["if it is too long for VRRP", "secret123", /1 to 8 characters in .*found 9 characters/],
    ["if it is empty", "\n", /1 to 8 characters/],
    ["if it has a space", "sec ret", /letters, digits/],
    ["if it has two lines", "sec\nret", /letters, digits/],
  ])("is refused %s, without showing it", async (_, text, message) => {
    const error = await read(text).then(String, String);
    expect(error).toMatch(message);
    expect(error).not.toContain("sec");
  });
});
