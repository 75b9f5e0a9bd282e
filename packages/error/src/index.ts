export { KilnError, isKilnError, type ErrorCode, type KilnErrorDetails } from "./kiln-error.ts";
