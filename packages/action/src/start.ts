/** What a runner starts: a small bundle, so that secrets are erased from /proc before the large one is loaded. */
import { takeSecrets } from "@sysext-kiln/machine/secrets";

try {
  takeSecrets();
} catch {
  // The action takes them again, where errors become annotations.
}
await import(new URL("main.js", import.meta.url).href);
