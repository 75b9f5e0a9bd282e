import { t as KilnError } from "./kiln-error.js";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
// packages/machine/src/secrets.ts
/** The secret settings. The launcher `kiln` has the same list. */
const secretSettings = [
	"KILN_SIGNING_KEY",
	"KILN_SIGNING_PASSPHRASE",
	"GITHUB_TOKEN",
	"KILN_UPSTREAM_TOKEN"
];
/** The variable with the file descriptor to read the secrets from. The launcher sets it too. */
const descriptorVariable = "KILN_SECRETS_FD";
/** ASCII's record separator ends each `NAME=VALUE`. */
const separator = "";
/** Whether a variable is a secret setting, or an input of an action, which may contain a token. */
const isSecret = (name) => secretSettings.includes(name) || name.startsWith("INPUT_");
/**
* Whether a variable is one that the runner sets for every action, such as tokens that can write artifacts
* and caches or request an identity. Our actions use none of them.
*/
const isUnused = (name) => name.startsWith("ACTIONS_");
let taken;
/**
* The secrets of this process, by the names of their variables. The first call reads them, and removes them
* from where other processes could read them: from the environment that child processes inherit, and from
* `/proc/PID/environ`. So call it first. It also disables Node's debugger, which can read everything.
* @throws KilnError `usage`
*/
function takeSecrets() {
	if (taken) return taken;
	disableDebugger();
	taken = {
		...takeFromEnvironment(),
		...takeFromDescriptor()
	};
	return taken;
}
/** Adds a secret that did not come from its own variable. */
function keepSecret(name, value) {
	taken = {
		...takeSecrets(),
		[name]: value
	};
}
/**
* By default Node starts its debugger for anybody who may send it a signal, even where the kernel does not let
* processes of the same user trace each other. A listener replaces Node's own, and its removal leaves none.
*/
function disableDebugger() {
	process.on("SIGUSR1", ignore).off("SIGUSR1", ignore);
}
const ignore = () => void 0;
function takeFromEnvironment() {
	const secrets = {};
	for (const [name, value = ""] of Object.entries(process.env)) {
		if (isSecret(name) && value !== "") secrets[name] = value;
		if (isSecret(name) || isUnused(name)) delete process.env[name];
	}
	eraseFromProc();
	return secrets;
}
/**
* Overwrites secrets in the memory that `/proc/PID/environ` shows: the environment that the process was
* started with, which no change of `process.env` reaches (proc_pid_environ(5)).
*/
function eraseFromProc() {
	const environment = "/proc/self/environ";
	if (process.platform !== "linux" || secretsIn(environment).length === 0) return;
	let problem;
	try {
		overwriteEnvironment(secretsIn(environment));
	} catch (error) {
		problem = error;
	}
	if (secretsIn(environment).length === 0) return;
	throw new KilnError("usage", {
		expected: `to be able to erase secrets from ${environment}`,
		found: "they are still there",
		next: "put the secrets into files (KILN_SIGNING_KEY_FILE), or start kiln by ./kiln",
		cause: problem
	});
}
/** Where the secrets are in a file of `NAME=VALUE` entries that each end with a zero byte. */
function secretsIn(environment) {
	let end = 0;
	return readFileSync(environment, "latin1").split("\0").flatMap((entry) => {
		const offset = end;
		end += entry.length + 1;
		const name = entry.slice(0, Math.max(0, entry.indexOf("=")));
		return isSecret(name) || isUnused(name) ? [{
			offset,
			size: entry.length
		}] : [];
	});
}
function overwriteEnvironment(ranges) {
	const stat = readFileSync("/proc/self/stat", "latin1");
	const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[47]);
	const memory = openSync("/proc/self/mem", "r+");
	try {
		for (const { offset, size } of ranges) writeSync(memory, Buffer.alloc(size), 0, size, start + offset);
	} finally {
		closeSync(memory);
	}
}
function takeFromDescriptor() {
	const descriptor = process.env[descriptorVariable];
	if (descriptor === void 0) return {};
	delete process.env[descriptorVariable];
	const secrets = parseSecrets(readAndClose(descriptor));
	if (secrets) return secrets;
	throw new KilnError("usage", {
		expected: `the file descriptor in ${descriptorVariable} to be one that kiln's launcher opened`,
		found: `${JSON.stringify(descriptor)}, from which no secrets can be read`,
		next: `unset ${descriptorVariable}, which is not a setting`
	});
}
function readAndClose(descriptor) {
	const number = Number(descriptor);
	try {
		const text = readFileSync(number, "utf8");
		closeSync(number);
		return text;
	} catch {
		return "";
	}
}
/** @returns undefined if the text is not a here-document of the launcher */
function parseSecrets(text) {
	const records = text.split(separator);
	if (records.pop() !== "\n") return void 0;
	const secrets = {};
	for (const record of records) {
		const equals = record.indexOf("=");
		const name = record.slice(0, equals);
		if (equals < 0 || !isSecret(name)) return void 0;
		secrets[name] = record.slice(equals + 1);
	}
	return secrets;
}
export { secretSettings as n, takeSecrets as r, keepSecret as t };
