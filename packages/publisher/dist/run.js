import { n as diskFullError, r as isDiskFull } from "./system-error.js";
import { t as KilnError } from "./kiln-error.js";
import { createInterface } from "node:readline";
// packages/machine/src/run.ts
/** Runs a program and returns how it ended, even if it failed. */
async function tryRun(program, args, options = {}) {
	const { cwd, env, onlyEnv, thirdInput, maxOutput, input, onLine, output, signal, timeoutMs } = options;
	const { execa } = await import("./execa.js");
	const child = execa(program, [...args], {
		reject: false,
		forceKillAfterDelay: 2e3,
		stdio: [
			input === void 0 ? "ignore" : "pipe",
			"pipe",
			"pipe",
			...thirdInput === void 0 ? [] : [thirdInput]
		],
		maxBuffer: maxOutput ?? 268435456,
		...cwd === void 0 ? {} : { cwd },
		...env === void 0 ? {} : { env: { ...env } },
		...onlyEnv === void 0 ? {} : {
			env: { ...onlyEnv },
			extendEnv: false
		},
		...input === void 0 ? {} : { input },
		all: output === void 0,
		...output === void 0 ? {} : { buffer: { stdout: false } },
		...signal === void 0 ? {} : { cancelSignal: signal },
		...timeoutMs === void 0 ? {} : { timeout: timeoutMs }
	});
	if (output !== void 0) child.stdout?.pipe(output);
	if (onLine !== void 0) {
		const stream = output === void 0 ? child.all : child.stderr;
		if (stream !== null && stream !== void 0) createInterface({ input: stream }).on("line", onLine);
	}
	const result = await child;
	signal?.throwIfAborted();
	const stderr = result.stderr ?? "";
	return {
		status: result.exitCode,
		stdout: result.stdout ?? "",
		stderr,
		timedOut: result.timedOut,
		ending: describeEnding(result),
		summary: `${describeEnding(result)}${lastLines(stderr || (result.stdout ?? ""))}`
	};
}
/**
* Runs a program that must succeed.
* @returns its standard output
* @throws KilnError `command-failed`, `disk-full`
*/
async function run(program, args, options = {}) {
	const outcome = await tryRun(program, args, options);
	if (outcome.status !== 0) {
		const command = `the command \`${[program, ...args].join(" ")}\``;
		if (isDiskFull(outcome.stderr + outcome.stdout)) throw diskFullError(`the output of ${command}`);
		throw new KilnError("command-failed", {
			expected: `${command} to succeed`,
			found: outcome.summary,
			next: "read the message of the program above, or run the command yourself"
		});
	}
	return outcome.stdout;
}
function describeEnding({ exitCode, signal, timedOut, isMaxBuffer, originalMessage }) {
	if (timedOut) return "it timed out";
	if (isMaxBuffer) return "its output was too long";
	if (exitCode !== void 0) return `exit status ${exitCode}`;
	if (signal !== void 0) return `ended by ${signal}`;
	return originalMessage ?? "it could not be started";
}
function lastLines(text) {
	const lines = text.split("\n").filter((line) => line.trim() !== "");
	return lines.length === 0 ? "" : `: ${lines.slice(-4).join(" | ")}`;
}
export { tryRun as n, run as t };
