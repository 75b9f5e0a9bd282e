/** What a runner starts: a small bundle, so that secrets are erased from /proc before the large one is loaded. */
import { takeSecrets } from "@sysext-kiln/machine/secrets";

try {
  takeSecrets();
} catch {
  // `main.js` calls this again, and reports the error as an annotation.
}
await import(new URL("main.js", import.meta.url).href);
