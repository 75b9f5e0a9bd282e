export { markdownTable } from "./markdown-table.ts";
export { mask } from "./mask.ts";
export { runAction, type Action, type Progress } from "./run-action.ts";
export { runContext, type RunContext } from "./run-context.ts";
export { useToken } from "./use-token.ts";
