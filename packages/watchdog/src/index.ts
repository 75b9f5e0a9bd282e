export { keepEnabled } from "./keep-enabled.ts";
export { keepIssue } from "./issue.ts";
export { staleness, troublesOf, type Trouble } from "./troubles.ts";
