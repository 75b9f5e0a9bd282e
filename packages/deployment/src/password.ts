import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { usage } from "./usage.ts";

/** VRRP 2 carries no more (RFC 2338), and keepalived cuts off what is longer. */
const longest = 8;

const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A random password of the greatest length. It goes over the network in the open: it keeps groups apart, not attackers. */
export function newPassword(): string {
  return Array.from({ length: longest }, () => characters[randomInt(characters.length)]).join("");
}

/**
 * Reads a password from a file, which may end with a line break. An error never shows it.
 * @throws KilnError `usage`, or what the operating system says of the path
 */
export async function readPassword(path: string): Promise<string> {
  const password = (await readFile(path, "utf8")).replace(/[\r\n]+$/, "");
  if (password.length === 0 || password.length > longest) {
    throw usage(
      `a password of 1 to ${longest} characters in ${path}, as VRRP carries no more`,
      `${password.length} characters`,
      "shorten it",
    );
  }
  if (/^[A-Za-z0-9+/=._-]+$/.test(password)) return password;
  throw usage(`letters, digits and +/=._- in the password in ${path}`, "another character", "choose another");
}
