export { KilnError, isKilnError, type ErrorCode, type KilnErrorDetails } from "./kiln-error.ts";
export { systemCode } from "./system-error.ts";
