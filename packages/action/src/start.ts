/** What a runner starts. In its own bundle, because an action whose environment has secrets starts twice. */
import { restartWithoutSecrets } from "@sysext-kiln/machine/secrets";

restartWithoutSecrets();
await import(new URL("main.js", import.meta.url).href);
