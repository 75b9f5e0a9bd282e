export { booleanInput, listInput } from "./inputs.ts";
export { markdownTable } from "./markdown-table.ts";
export { runAction, type Action, type Context } from "./run-action.ts";
export { runContext, type RunContext } from "./run-context.ts";
export { mask, useToken } from "./token.ts";
