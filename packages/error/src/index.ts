export { diskFullError, isDiskFull } from "./disk-full.ts";
export { KilnError, isKilnError, usageErrors, type ErrorCode, type KilnErrorDetails } from "./kiln-error.ts";
export { escapeControls, hideUrlSecrets, oneLine, printable } from "./printable.ts";
export { refusalOf, systemCode } from "./system-error.ts";
