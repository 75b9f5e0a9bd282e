/** What a runner starts. It is bundled by itself, as an action whose secrets must leave the environment starts twice. */
import { restartWithoutSecrets } from "@sysext-kiln/machine/secrets";

restartWithoutSecrets();
await import(new URL("main.js", import.meta.url).href);
