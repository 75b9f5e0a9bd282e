// packages/error/src/kiln-error.ts
/** An error for users: what was expected, what was found, and what to do next. */
var KilnError = class extends Error {
	name = "KilnError";
	code;
	expected;
	found;
	next;
	constructor(code, { expected, found, next, cause }) {
		super(`expected ${expected}; found ${found}`, cause === void 0 ? void 0 : { cause });
		this.code = code;
		this.expected = expected;
		this.found = found;
		this.next = next;
	}
};
/** Whether an error is a KilnError, with this code if one is given. */
function isKilnError(error, code) {
	return error instanceof KilnError && (code === void 0 || error.code === code);
}
export { isKilnError as n, KilnError as t };
