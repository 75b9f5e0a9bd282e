import { t as KilnError } from "./kiln-error.js";
// packages/error/src/system-error.ts
/** The code of an error from the operating system, such as `ENOENT`; undefined for any other error. */
function systemCode(error) {
	if (!(error instanceof Error) || !("code" in error)) return void 0;
	return typeof error.code === "string" ? error.code : void 0;
}
/** What the operating system's codes mean for a path (errno(3)). */
const descriptions = {
	EACCES: "permission denied",
	EEXIST: "it already exists",
	EISDIR: "it is a directory",
	ENOENT: "it does not exist",
	ENOTDIR: "part of the path is not a directory",
	EPERM: "permission denied",
	EROFS: "the file system is read-only"
};
/** Describes why the operating system rejected a path; undefined if the error is about something else. */
function describeSystemError(error) {
	return descriptions[systemCode(error) ?? ""];
}
/**
* Whether an error of the operating system, or the output of a failed program, says that the disk is full.
*/
function isDiskFull(from) {
	if (typeof from === "string") return /No space left on device|Disk quota exceeded/.test(from);
	const code = systemCode(from);
	return code === "ENOSPC" || code === "EDQUOT";
}
/** @param what the data that did not fit */
function diskFullError(what, cause) {
	return new KilnError("disk-full", {
		expected: `enough disk space for ${what}`,
		found: "the disk is full",
		next: "free some disk space, or use another disk for the output, KILN_CACHE_DIR and TMPDIR",
		cause
	});
}
export { systemCode as i, diskFullError as n, isDiskFull as r, describeSystemError as t };
