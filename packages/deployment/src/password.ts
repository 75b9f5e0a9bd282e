import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { usage } from "./usage.ts";

/** The maximum in VRRP 2 (RFC 2338); keepalived truncates a longer password. */
const longest = 8;

const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A random password of the maximum length. VRRP sends it in clear text: it separates groups, but does not
 * stop attackers.
 */
export function newPassword(): string {
  return Array.from({ length: longest }, () => characters[randomInt(characters.length)]).join("");
}

/**
 * Reads a password from a file, which may end with a line break. Errors never contain it.
 * @throws KilnError `usage`, or the operating system's error for the path
 */
export async function readPassword(path: string): Promise<string> {
  const password = (await readFile(path, "utf8")).replace(/[\r\n]+$/, "");
  if (password.length === 0 || password.length > longest) {
    throw usage(
      `a password of 1 to ${longest} characters in ${path}, the maximum in VRRP`,
      `${password.length} characters`,
      "shorten it",
    );
  }
  if (/^[A-Za-z0-9+/=._-]+$/.test(password)) return password;
  throw usage(`letters, digits and +/=._- in the password in ${path}`, "another character", "choose another");
}
