import { r as takeSecrets } from "./secrets.js";
// packages/action/src/start.ts
/** What a runner starts: a small bundle, so that secrets are erased from /proc before the large one is loaded. */
try {
	takeSecrets();
} catch {}
await import(new URL("main.js", import.meta.url).href);
export {};
