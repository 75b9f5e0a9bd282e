export * as fc from "fast-check";
export { mutatedBytes } from "./bytes.ts";
export { fuzz } from "./fuzz.ts";
export { mutatedJson, type Json } from "./json.ts";
export { outcomeOf, type Outcome } from "./outcome.ts";
export { mutatedText } from "./text.ts";
