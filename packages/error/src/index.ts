export { KilnError, isKilnError, usageErrors, type ErrorCode, type KilnErrorDetails } from "./kiln-error.ts";
export { reasonsOf } from "./reasons.ts";
export { escapeControls, hideUrlSecrets, oneLine, printable } from "./printable.ts";
export { describeSystemError, diskFullError, isDiskFull, systemCode } from "./system-error.ts";
