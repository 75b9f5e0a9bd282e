import { expect, test } from "vitest";
import { trustedOrigins } from "./guarded-fetch.ts";

test.each([
  ["https://api.github.com", "https://uploads.github.com"],
  ["https://api.acme.ghe.com", "https://uploads.acme.ghe.com"],
  ["https://ghe.acme.com/api/v3", "https://ghe.acme.com"],
  ["https://ghe.acme.com:8443/api/v3", "https://ghe.acme.com:8443"],
])("the token for %s may be sent to %s", (apiUrl, origin) => {
  expect(trustedOrigins(apiUrl)).toContain(origin);
});

test.each([
  ["https://api.github.com", "http://uploads.github.com"],
  ["https://api.github.com", "https://uploads.github.com.example.org"],
  ["https://api.github.com", "https://github.com"],
  ["https://ghe.acme.com/api/v3", "https://ghe.acme.com:8443"],
])("the token for %s may not be sent to %s", (apiUrl, origin) => {
  expect(trustedOrigins(apiUrl)).not.toContain(origin);
});
