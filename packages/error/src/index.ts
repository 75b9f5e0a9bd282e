export { diskFullError, isDiskFull } from "./disk-full.ts";
export { KilnError, isKilnError, usageErrors, type ErrorCode, type KilnErrorDetails } from "./kiln-error.ts";
export { oneLine } from "./printable.ts";
export { refusalOf, systemCode } from "./system-error.ts";
