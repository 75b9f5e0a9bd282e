import { n as restartWithoutSecrets } from "./secrets.js";
// packages/action/src/start.ts
/** What a runner starts. In its own bundle, because an action whose environment has secrets starts twice. */
restartWithoutSecrets();
await import(new URL("main.js", import.meta.url).href);
export {};
