import { n as restartWithoutSecrets } from "./secrets.js";
// packages/action/src/start.ts
/** What a runner starts. It is bundled by itself, as an action whose secrets must leave the environment starts twice. */
restartWithoutSecrets();
await import(new URL("main.js", import.meta.url).href);
export {};
