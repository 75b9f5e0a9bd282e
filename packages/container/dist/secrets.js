import { t as KilnError } from "./kiln-error.js";
import { closeSync, readFileSync } from "node:fs";
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
/** The variable that passes the secrets to the shell that opens that descriptor. */
const handoverVariable = "KILN_SECRETS";
/** ASCII's record separator ends each `NAME=VALUE`. */
const separator = "";
/**
* By default Node starts its debugger for anybody who may send it a signal. The debugger can read everything,
* even where the kernel does not let processes of the same user trace each other. The launcher uses this
* option too.
*/
const withoutDebugger = "--disable-sigusr1";
/** Linux allows 128 KiB for a variable, including its name. */
const largestHandover = 128e3;
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
* from the environment that child processes inherit, so call it before starting one.
* @throws KilnError `usage`
*/
function takeSecrets() {
	taken ??= {
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
* Restarts this process without secrets if its environment has any. Every process of the same user can read
* `/proc/PID/environ`, which keeps the environment that a process was started with, even after a change to
* `process.env`. The new process has the same PID, arguments and standard streams, and `takeSecrets` reads
* the secrets from a pipe. A shell opens that pipe, because Node closes its file descriptors when it executes
* another program.
*/
function restartWithoutSecrets() {
	if (!Object.entries(process.env).some(([name, value]) => value !== "" && (isSecret(name) || isUnused(name)))) return;
	const secrets = formatSecrets(secretsOfEnvironment());
	if (isTooLarge(secrets)) return;
	const others = Object.entries(process.env).filter(([name]) => !isSecret(name) && !isUnused(name));
	const openPipe = `exec 3<<END\n$${handoverVariable}\nEND\nunset ${handoverVariable}\nexec "$@"`;
	const command = [
		process.execPath,
		withoutDebugger,
		...process.execArgv,
		...process.argv.slice(1)
	];
	const environment = {
		...Object.fromEntries(others),
		[handoverVariable]: secrets,
		[descriptorVariable]: "3"
	};
	process.execve?.("/bin/sh", [
		"sh",
		"-c",
		openPipe,
		"sh",
		...command
	], environment);
}
function takeFromEnvironment() {
	const secrets = secretsOfEnvironment();
	for (const name of Object.keys(process.env)) if (isSecret(name) || isUnused(name)) delete process.env[name];
	if (!isTooLarge(formatSecrets(secrets))) return secrets;
	throw new KilnError("usage", {
		expected: `at most ${largestHandover} bytes of secrets in the environment`,
		found: `${Buffer.byteLength(formatSecrets(secrets))} bytes`,
		next: "put the key into a file, and its path into KILN_SIGNING_KEY_FILE"
	});
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
function secretsOfEnvironment() {
	const secrets = {};
	for (const [name, value = ""] of Object.entries(process.env)) if (isSecret(name) && value !== "") secrets[name] = value;
	return secrets;
}
function formatSecrets(secrets) {
	return Object.entries(secrets).map(([name, value]) => `${name}=${value}${separator}`).join("");
}
/** @returns undefined if the text is not a shell's here-document with the result of `formatSecrets` */
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
function isTooLarge(secrets) {
	return Buffer.byteLength(secrets) > largestHandover;
}
export { takeSecrets as i, restartWithoutSecrets as n, secretSettings as r, keepSecret as t };
