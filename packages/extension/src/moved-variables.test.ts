import { describe, expect, test } from "vitest";
import { requireMoved } from "./moved-variables.ts";
import { parseRepositorySettings } from "./parse.ts";

/** Checks variables beside a `kiln.yaml` with this text. */
function check(text: string, variables: Readonly<Record<string, string>>): "accepted" {
  requireMoved(parseRepositorySettings(text, "kiln.yaml"), variables);
  return "accepted";
}

const moved = [
  ["upstream", "KILN_UPSTREAM", "go", "debian"],
  ["baseUrl", "KILN_BASE_URL", "https://example.org", "https://other.example"],
  ["bestBeforeDays", "KILN_BEST_BEFORE_DAYS", "30", "7"],
  ["container", "KILN_CONTAINER", "ghcr.io/a/keepalived", "false"],
  ["attest", "KILN_ATTEST", "false", "true"],
  ["arm64Runner", "KILN_ARM64_RUNNER", "ubuntu-24.04-arm", "other"],
  ["staleHours", "KILN_STALE_HOURS", "48", "12"],
] as const;

describe.each(moved)("the key %s, which was the variable %s,", (key, name, value, other) => {
  test("may still be in the variable while both agree", () => {
    expect(check(`${key}: ${value}\n`, { [name]: value })).toBe("accepted");
    expect(check(`${key}: ${value}\n`, { [name]: "" })).toBe("accepted");
    expect(check(`${key}: ${value}\n`, {})).toBe("accepted");
  });

  test("is an error that names the key if only the variable has the value", () => {
    expect(() => check("", { [name]: value })).toThrow(
      expect.objectContaining({
        code: "settings-invalid",
        expected: `the key "${key}" of kiln.yaml instead of the variable ${name}`,
        next: `write "${key}: ${value}" into kiln.yaml if that is what you want, and remove ${name}`,
      }),
    );
  });

  test("is an error if the two differ", () => {
    expect(() => check(`${key}: ${value}\n`, { [name]: other })).toThrow(
      `${name} with ${other}, and ${key}: ${value} in kiln.yaml, or by default`,
    );
  });
});

test("a variable may have the default of a key that kiln.yaml lacks", () => {
  expect(check("", { KILN_ATTEST: "true", KILN_STALE_HOURS: "24" })).toBe("accepted");
});

test("the base URL in the variable may end with a slash, as it always could", () => {
  const variables = { KILN_BASE_URL: "https://example.org/x/" };
  expect(check("baseUrl: https://example.org/x\n", variables)).toBe("accepted");
});

test("an invalid value is not printed, because it may contain a password", () => {
  const variables = { KILN_BASE_URL: "https://me:hunter2@example.org" };
  expect(() => check("", variables)).toThrow(/KILN_BASE_URL with an invalid value, and no such key/);
  expect(() => check("", variables)).not.toThrow(/hunter2/);
});
