import { n as secretSettings, r as takeSecrets, t as keepSecret } from "./secrets.js";
import { n as isKilnError, r as usageErrors, t as KilnError } from "./kiln-error.js";
import { $ as isDiskFull, A as spellings, B as literal, C as compareImageVersions, D as isPrerelease, E as isInSeries, F as array, G as string, H as partialRecord, I as base64, J as union, K as stringFormat, L as boolean, N as _enum, O as parseUpstreamVersion, P as _instanceof, Q as diskFullError, R as hash$1, S as versionIn, T as formatImageVersion, U as record, V as object, W as strictObject, X as url, Y as unknown, Z as prettifyError, _ as updateDirectoryPath, a as hostLibrarySchema, c as pinOf, d as buildOrigins, et as systemCode, f as choosableUpstreams, g as releaseTag, h as parseReleaseTag, i as gitIdSchema, j as datetime, k as architectures, l as sha256Schema, m as imageName, n as repositorySettingsSchema, o as inputSchema, p as upstreamNames, q as tuple, r as contentOf, rt as __toESM, s as nameSchema, t as readRepositorySettings, tt as __commonJSMin, u as upstreamVersionSchema, w as compareUpstreamVersions, x as textFor, y as kilnHostName, z as int } from "./repository-settings.js";
import { accessSync, constants, createReadStream, createWriteStream, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { chmod, chown, copyFile, link, lstat, mkdir, mkdtemp, open, readFile, readdir, readlink, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, isAbsolute, join, matchesGlob, relative, resolve } from "node:path";
import * as os from "os";
import { EOL } from "os";
import * as crypto from "crypto";
import * as fs$1 from "fs";
import { constants as constants$1, existsSync as existsSync$1, promises, readFileSync as readFileSync$1 } from "fs";
import { Readable, Transform } from "node:stream";
import { once } from "node:events";
import { createHash, hash, randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { homedir } from "node:os";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { spawn } from "node:child_process";
import { buffer, text } from "node:stream/consumers";
// packages/error/src/reasons.ts
/**
* Why a request failed: the messages of an error, of what caused it, and of the errors that it consists of.
* Node reports only "fetch failed", and a server that refuses connections at each of its addresses as an error
* without a message.
*/
function reasonsOf(error) {
	const messages = new Set(messagesOf(error));
	if (messages.size > 1) messages.delete("fetch failed");
	return [...messages].join(": ");
}
function messagesOf(error) {
	if (!(error instanceof Error)) return [String(error)];
	const parts = error instanceof AggregateError ? error.errors : [];
	if (error.cause !== void 0) parts.push(error.cause);
	return [error.message, ...parts.flatMap(messagesOf)].filter((message) => message !== "");
}
// packages/error/src/printable.ts
/**
* Characters that can make a terminal or a log show something other than the text: control characters, which
* start escape sequences (ISO 6429), marks that change the writing direction, line separators, and lone
* surrogates.
*/
const unsafe = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const longestLine = 2e3;
const longestText = 8e3;
/**
* Untrusted text as one line for a terminal or a log: escaped, shortened, and without the secrets in its
* URLs.
*/
function oneLine(text) {
	return hideUrlSecrets(shorten(text, longestLine)).replaceAll(unsafe, escape$1);
}
/** Untrusted text for a terminal or a log, like `oneLine`, but with its line breaks and tabs. */
function printable(text) {
	return escapeControls(hideUrlSecrets(shorten(text, longestText)));
}
/** Escapes what could control a terminal, except line breaks and tabs. JSON keeps its meaning. */
function escapeControls(text) {
	return text.replaceAll(unsafe, (character) => character === "\n" || character === "	" ? character : escape$1(character));
}
/**
* Hides the user name, the password and the query's values (such as a signature) of each URL in a text. The
* URLs may be malformed, because some texts are error messages about them.
*/
function hideUrlSecrets(text) {
	return text.replaceAll(/:\/\/[^\s/?#"'<>]*@/g, "://***@").replaceAll(/(:\/\/[^\s?#"'<>]*\?)([^\s#"'<>]*)/g, (_, path, query) => {
		return path + query.replaceAll(/=[^&]*/g, "=***");
	});
}
function shorten(text, limit) {
	if (text.length <= limit) return text;
	return `${text.slice(0, limit)}... (${text.length - limit} more characters)`;
}
function escape$1(character) {
	return short[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
const short = {
	"\n": "\\n",
	"\r": "\\r",
	"	": "\\t"
};
_enum(["true", "false"], { error: "true or false" }).default("false").transform((text) => text === "true");
/** An input with values that spaces, commas or line breaks separate. @param fallback the default */
function listInput(fallback = "") {
	return string().default(fallback).transform((text) => text.split(/[\s,]+/).filter((value) => value !== ""));
}
/**
* Reads the inputs that a schema names, as the runner passes them. An empty one counts as not given.
* @throws KilnError `usage` with the name of the input
*/
function readInputs(schema) {
	const names = Object.keys(schema.shape);
	const variables = takeSecrets();
	const given = names.map((name) => [name, variables[`INPUT_${name.toUpperCase()}`]?.trim() ?? ""]).filter(([, value]) => value !== "");
	const parsed = schema.safeParse(Object.fromEntries(given));
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const name = String(issue?.path[0]);
	throw new KilnError("usage", {
		expected: `the input ${name} to be ${issue?.message}`,
		found: JSON.stringify((given.find(([one]) => one === name)?.[1] ?? "").slice(0, 80)),
		next: `correct "${name}" under "with:" of this step, or the variable that it is taken from`
	});
}
// packages/action/src/markdown-table.ts
/** A table for a job summary. Cells may hold text from outside: Markdown and HTML in them is escaped. */
function markdownTable(heading, rows) {
	return [
		rowOf(heading),
		`|${" --- |".repeat(heading.length)}`,
		...rows.map(rowOf)
	].join("\n");
}
function rowOf(cells) {
	return `| ${cells.map(escape).join(" | ")} |`;
}
function escape(text) {
	return oneLine(text.replaceAll(/\s+/g, " ")).replaceAll(/[&<>|\\`*_[\]]/g, (character) => `&#${character.charCodeAt(0)};`);
}
// node_modules/.pnpm/@actions+core@3.0.1/node_modules/@actions/core/lib/utils.js
/**
* Sanitizes an input into a string so it can be passed into issueCommand safely
* @param input input to sanitize into a string
*/
function toCommandValue(input) {
	if (input === null || input === void 0) return "";
	else if (typeof input === "string" || input instanceof String) return input;
	return JSON.stringify(input);
}
/**
*
* @param annotationProperties
* @returns The command properties to send with the actual annotation command
* See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
*/
function toCommandProperties(annotationProperties) {
	if (!Object.keys(annotationProperties).length) return {};
	return {
		title: annotationProperties.title,
		file: annotationProperties.file,
		line: annotationProperties.startLine,
		endLine: annotationProperties.endLine,
		col: annotationProperties.startColumn,
		endColumn: annotationProperties.endColumn
	};
}
// node_modules/.pnpm/@actions+core@3.0.1/node_modules/@actions/core/lib/command.js
/**
* Issues a command to the GitHub Actions runner
*
* @param command - The command name to issue
* @param properties - Additional properties for the command (key-value pairs)
* @param message - The message to include with the command
* @remarks
* This function outputs a specially formatted string to stdout that the Actions
* runner interprets as a command. These commands can control workflow behavior,
* set outputs, create annotations, mask values, and more.
*
* Command Format:
*   ::name key=value,key=value::message
*
* @example
* ```typescript
* // Issue a warning annotation
* issueCommand('warning', {}, 'This is a warning message');
* // Output: ::warning::This is a warning message
*
* // Set an environment variable
* issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
* // Output: ::set-env name=MY_VAR::some value
*
* // Add a secret mask
* issueCommand('add-mask', {}, 'secretValue123');
* // Output: ::add-mask::secretValue123
* ```
*
* @internal
* This is an internal utility function that powers the public API functions
* such as setSecret, warning, error, and exportVariable.
*/
function issueCommand(command, properties, message) {
	const cmd = new Command(command, properties, message);
	process.stdout.write(cmd.toString() + os.EOL);
}
function issue(name, message = "") {
	issueCommand(name, {}, message);
}
const CMD_STRING = "::";
var Command = class {
	constructor(command, properties, message) {
		if (!command) command = "missing.command";
		this.command = command;
		this.properties = properties;
		this.message = message;
	}
	toString() {
		let cmdStr = CMD_STRING + this.command;
		if (this.properties && Object.keys(this.properties).length > 0) {
			cmdStr += " ";
			let first = true;
			for (const key in this.properties) if (this.properties.hasOwnProperty(key)) {
				const val = this.properties[key];
				if (val) {
					if (first) first = false;
					else cmdStr += ",";
					cmdStr += `${key}=${escapeProperty(val)}`;
				}
			}
		}
		cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
		return cmdStr;
	}
};
function escapeData(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
	return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}
// node_modules/.pnpm/@actions+core@3.0.1/node_modules/@actions/core/lib/file-command.js
function issueFileCommand(command, message) {
	const filePath = process.env[`GITHUB_${command}`];
	if (!filePath) throw new Error(`Unable to find environment variable for file command ${command}`);
	if (!fs$1.existsSync(filePath)) throw new Error(`Missing file at path: ${filePath}`);
	fs$1.appendFileSync(filePath, `${toCommandValue(message)}${os.EOL}`, { encoding: "utf8" });
}
function prepareKeyValueMessage(key, value) {
	const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
	const convertedValue = toCommandValue(value);
	if (key.includes(delimiter)) throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
	if (convertedValue.includes(delimiter)) throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
	return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}
// node_modules/.pnpm/@actions+core@3.0.1/node_modules/@actions/core/lib/summary.js
var __awaiter$1 = function(thisArg, _arguments, P, generator) {
	function adopt(value) {
		return value instanceof P ? value : new P(function(resolve) {
			resolve(value);
		});
	}
	return new (P || (P = Promise))(function(resolve, reject) {
		function fulfilled(value) {
			try {
				step(generator.next(value));
			} catch (e) {
				reject(e);
			}
		}
		function rejected(value) {
			try {
				step(generator["throw"](value));
			} catch (e) {
				reject(e);
			}
		}
		function step(result) {
			result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected);
		}
		step((generator = generator.apply(thisArg, _arguments || [])).next());
	});
};
const { access, appendFile, writeFile: writeFile$1 } = promises;
const SUMMARY_ENV_VAR = "GITHUB_STEP_SUMMARY";
var Summary = class {
	constructor() {
		this._buffer = "";
	}
	/**
	* Finds the summary file path from the environment, rejects if env var is not found or file does not exist
	* Also checks r/w permissions.
	*
	* @returns step summary file path
	*/
	filePath() {
		return __awaiter$1(this, void 0, void 0, function* () {
			if (this._filePath) return this._filePath;
			const pathFromEnv = process.env[SUMMARY_ENV_VAR];
			if (!pathFromEnv) throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
			try {
				yield access(pathFromEnv, constants$1.R_OK | constants$1.W_OK);
			} catch (_a) {
				throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
			}
			this._filePath = pathFromEnv;
			return this._filePath;
		});
	}
	/**
	* Wraps content in an HTML tag, adding any HTML attributes
	*
	* @param {string} tag HTML tag to wrap
	* @param {string | null} content content within the tag
	* @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
	*
	* @returns {string} content wrapped in HTML element
	*/
	wrap(tag, content, attrs = {}) {
		const htmlAttrs = Object.entries(attrs).map(([key, value]) => ` ${key}="${value}"`).join("");
		if (!content) return `<${tag}${htmlAttrs}>`;
		return `<${tag}${htmlAttrs}>${content}</${tag}>`;
	}
	/**
	* Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
	*
	* @param {SummaryWriteOptions} [options] (optional) options for write operation
	*
	* @returns {Promise<Summary>} summary instance
	*/
	write(options) {
		return __awaiter$1(this, void 0, void 0, function* () {
			const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
			const filePath = yield this.filePath();
			yield (overwrite ? writeFile$1 : appendFile)(filePath, this._buffer, { encoding: "utf8" });
			return this.emptyBuffer();
		});
	}
	/**
	* Clears the summary buffer and wipes the summary file
	*
	* @returns {Summary} summary instance
	*/
	clear() {
		return __awaiter$1(this, void 0, void 0, function* () {
			return this.emptyBuffer().write({ overwrite: true });
		});
	}
	/**
	* Returns the current summary buffer as a string
	*
	* @returns {string} string of summary buffer
	*/
	stringify() {
		return this._buffer;
	}
	/**
	* If the summary buffer is empty
	*
	* @returns {boolen} true if the buffer is empty
	*/
	isEmptyBuffer() {
		return this._buffer.length === 0;
	}
	/**
	* Resets the summary buffer without writing to summary file
	*
	* @returns {Summary} summary instance
	*/
	emptyBuffer() {
		this._buffer = "";
		return this;
	}
	/**
	* Adds raw text to the summary buffer
	*
	* @param {string} text content to add
	* @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addRaw(text, addEOL = false) {
		this._buffer += text;
		return addEOL ? this.addEOL() : this;
	}
	/**
	* Adds the operating system-specific end-of-line marker to the buffer
	*
	* @returns {Summary} summary instance
	*/
	addEOL() {
		return this.addRaw(EOL);
	}
	/**
	* Adds an HTML codeblock to the summary buffer
	*
	* @param {string} code content to render within fenced code block
	* @param {string} lang (optional) language to syntax highlight code
	*
	* @returns {Summary} summary instance
	*/
	addCodeBlock(code, lang) {
		const attrs = Object.assign({}, lang && { lang });
		const element = this.wrap("pre", this.wrap("code", code), attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML list to the summary buffer
	*
	* @param {string[]} items list of items to render
	* @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
	*
	* @returns {Summary} summary instance
	*/
	addList(items, ordered = false) {
		const tag = ordered ? "ol" : "ul";
		const listItems = items.map((item) => this.wrap("li", item)).join("");
		const element = this.wrap(tag, listItems);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML table to the summary buffer
	*
	* @param {SummaryTableCell[]} rows table rows
	*
	* @returns {Summary} summary instance
	*/
	addTable(rows) {
		const tableBody = rows.map((row) => {
			const cells = row.map((cell) => {
				if (typeof cell === "string") return this.wrap("td", cell);
				const { header, data, colspan, rowspan } = cell;
				const tag = header ? "th" : "td";
				const attrs = Object.assign(Object.assign({}, colspan && { colspan }), rowspan && { rowspan });
				return this.wrap(tag, data, attrs);
			}).join("");
			return this.wrap("tr", cells);
		}).join("");
		const element = this.wrap("table", tableBody);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds a collapsable HTML details element to the summary buffer
	*
	* @param {string} label text for the closed state
	* @param {string} content collapsable content
	*
	* @returns {Summary} summary instance
	*/
	addDetails(label, content) {
		const element = this.wrap("details", this.wrap("summary", label) + content);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML image tag to the summary buffer
	*
	* @param {string} src path to the image you to embed
	* @param {string} alt text description of the image
	* @param {SummaryImageOptions} options (optional) addition image attributes
	*
	* @returns {Summary} summary instance
	*/
	addImage(src, alt, options) {
		const { width, height } = options || {};
		const attrs = Object.assign(Object.assign({}, width && { width }), height && { height });
		const element = this.wrap("img", null, Object.assign({
			src,
			alt
		}, attrs));
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML section heading element
	*
	* @param {string} text heading text
	* @param {number | string} [level=1] (optional) the heading level, default: 1
	*
	* @returns {Summary} summary instance
	*/
	addHeading(text, level) {
		const tag = `h${level}`;
		const allowedTag = [
			"h1",
			"h2",
			"h3",
			"h4",
			"h5",
			"h6"
		].includes(tag) ? tag : "h1";
		const element = this.wrap(allowedTag, text);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML thematic break (<hr>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addSeparator() {
		const element = this.wrap("hr", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML line break (<br>) to the summary buffer
	*
	* @returns {Summary} summary instance
	*/
	addBreak() {
		const element = this.wrap("br", null);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML blockquote to the summary buffer
	*
	* @param {string} text quote text
	* @param {string} cite (optional) citation url
	*
	* @returns {Summary} summary instance
	*/
	addQuote(text, cite) {
		const attrs = Object.assign({}, cite && { cite });
		const element = this.wrap("blockquote", text, attrs);
		return this.addRaw(element).addEOL();
	}
	/**
	* Adds an HTML anchor tag to the summary buffer
	*
	* @param {string} text link text/content
	* @param {string} href hyperlink
	*
	* @returns {Summary} summary instance
	*/
	addLink(text, href) {
		const element = this.wrap("a", text, { href });
		return this.addRaw(element).addEOL();
	}
};
const summary = new Summary();
/**
* The code to exit an action
*/
var ExitCode;
(function(ExitCode) {
	/**
	* A code indicating that the action was successful
	*/
	ExitCode[ExitCode["Success"] = 0] = "Success";
	/**
	* A code indicating that the action was a failure
	*/
	ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
/**
* Registers a secret which will get masked from logs
*
* @param secret - Value of the secret to be masked
* @remarks
* This function instructs the Actions runner to mask the specified value in any
* logs produced during the workflow run. Once registered, the secret value will
* be replaced with asterisks (***) whenever it appears in console output, logs,
* or error messages.
*
* This is useful for protecting sensitive information such as:
* - API keys
* - Access tokens
* - Authentication credentials
* - URL parameters containing signatures (SAS tokens)
*
* Note that masking only affects future logs; any previous appearances of the
* secret in logs before calling this function will remain unmasked.
*
* @example
* ```typescript
* // Register an API token as a secret
* const apiToken = "abc123xyz456";
* setSecret(apiToken);
*
* // Now any logs containing this value will show *** instead
* console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
* ```
*/
function setSecret(secret) {
	issueCommand("add-mask", {}, secret);
}
/**
* Sets the value of an output.
*
* @param     name     name of the output to set
* @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
*/
function setOutput(name, value) {
	if (process.env["GITHUB_OUTPUT"] || "") return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value));
	process.stdout.write(os.EOL);
	issueCommand("set-output", { name }, toCommandValue(value));
}
/**
* Gets whether Actions Step Debug is on or not
*/
function isDebug() {
	return process.env["RUNNER_DEBUG"] === "1";
}
/**
* Writes debug message to user log
* @param message debug message
*/
function debug(message) {
	issueCommand("debug", {}, message);
}
/**
* Adds an error issue
* @param message error issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function error(message, properties = {}) {
	issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Adds a warning issue
* @param message warning issue message. Errors will be converted to string via toString()
* @param properties optional properties to add to the annotation.
*/
function warning(message, properties = {}) {
	issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
* Writes info to log with console.log.
* @param message info message
*/
function info(message) {
	process.stdout.write(message + os.EOL);
}
/**
* Begin an output group.
*
* Output until the next `groupEnd` will be foldable in this group
*
* @param name The name of the output group
*/
function startGroup(name) {
	issue("group", name);
}
/**
* End an output group.
*/
function endGroup() {
	issue("endgroup");
}
/** The programs that kiln itself needs. The testbed has a table of what only tests need. */
const programs = {
	"apt-cache": {
		packages: ["apt"],
		purpose: "read the package indexes of Debian"
	},
	"apt-get": {
		packages: ["apt"],
		purpose: "fetch the package indexes of Debian with their signatures"
	},
	"dpkg-deb": {
		packages: ["dpkg"],
		purpose: "unpack Debian packages"
	},
	flock: {
		packages: ["util-linux"],
		purpose: "lock folders against other kiln processes"
	},
	setsid: {
		packages: ["util-linux"],
		purpose: "start a Docker engine that keeps running after this command"
	},
	mksquashfs: {
		packages: ["squashfs-tools"],
		purpose: "write the images"
	},
	tar: {
		packages: ["tar"],
		purpose: "create archives, and disk images for Google Cloud"
	},
	git: {
		packages: ["git"],
		purpose: "read which commit is checked out in a folder with sources"
	},
	gpgv: {
		packages: ["gpgv"],
		purpose: "verify the signatures of upstreams"
	},
	xz: {
		packages: ["xz-utils"],
		purpose: "decompress disk images, and archives of upstreams"
	},
	skopeo: {
		packages: ["skopeo"],
		purpose: "push the container to a registry"
	},
	bwrap: {
		packages: ["bubblewrap"],
		purpose: "run untrusted programs in a sandbox"
	},
	unsquashfs: {
		packages: ["squashfs-tools"],
		purpose: "read images"
	},
	"dump.erofs": {
		packages: ["erofs-utils"],
		purpose: "read images of others in erofs"
	},
	file: {
		packages: ["file"],
		purpose: "detect the architecture of a program"
	},
	mmdebstrap: {
		packages: ["mmdebstrap"],
		purpose: "build the base image from Debian's archive"
	},
	"qemu-aarch64-static": {
		packages: ["qemu-user-static"],
		purpose: "run arm64 programs"
	},
	"qemu-x86_64-static": {
		packages: ["qemu-user-static"],
		purpose: "run x86-64 programs"
	},
	"systemd-nspawn": {
		packages: ["systemd-container"],
		purpose: "boot a host"
	},
	ip: {
		packages: ["iproute2"],
		purpose: "create the network interfaces of a host"
	},
	"qemu-img": {
		packages: ["qemu-utils"],
		purpose: "convert disk images between formats"
	},
	partx: {
		packages: ["util-linux"],
		purpose: "read the partitions of an image"
	},
	blkid: {
		packages: ["util-linux"],
		purpose: "detect the file system of an image"
	},
	mdir: {
		packages: ["mtools"],
		purpose: "detect the architecture of a disk image from its boot loader"
	},
	dumpe2fs: {
		packages: ["e2fsprogs"],
		purpose: "read the free space of a file system"
	},
	e2fsck: {
		packages: ["e2fsprogs"],
		purpose: "check the file system of a disk image"
	},
	debugfs: {
		packages: ["e2fsprogs"],
		purpose: "write into the file system of a disk image"
	},
	bzip2: {
		packages: ["bzip2"],
		purpose: "decompress disk images, and archives of upstreams"
	},
	zstd: {
		packages: ["zstd"],
		purpose: "decompress disk images, and archives of upstreams"
	},
	"qemu-system-x86_64": {
		packages: ["qemu-system-x86"],
		purpose: "boot a disk image for x86-64"
	},
	"qemu-system-aarch64": {
		packages: ["qemu-system-arm"],
		purpose: "boot a disk image for arm64"
	},
	"firmware for x86-64": {
		packages: ["ovmf"],
		purpose: "boot a disk image for x86-64",
		file: "/usr/share/OVMF/OVMF_CODE_4M.fd"
	},
	"firmware for arm64": {
		packages: ["qemu-efi-aarch64"],
		purpose: "boot a disk image for arm64",
		file: "/usr/share/AAVMF/AAVMF_CODE.fd"
	},
	docker: {
		packages: ["docker-cli", "docker.io"],
		purpose: "talk to the Docker engine"
	},
	dockerd: {
		packages: ["docker.io"],
		purpose: "run the builds in containers"
	},
	"debian-archive-keyring": {
		packages: ["debian-archive-keyring"],
		purpose: "verify the signatures of Debian's archive",
		file: "/usr/share/keyrings/debian-archive-keyring.gpg"
	}
};
const systemFolders = [
	"/usr/local/sbin",
	"/usr/sbin",
	"/sbin",
	"/usr/local/bin",
	"/usr/bin",
	"/bin"
];
/** The path of a program, looked up without starting one; undefined if this machine does not have it. */
function findProgram(name) {
	return [...(process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute), ...systemFolders].map((folder) => join(folder, name)).find(isExecutable);
}
/** Whether a path is a file that this process may execute. */
function isExecutable(path) {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
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
// packages/machine/src/run-as-root.ts
const isRoot = () => process.getuid?.() === 0;
/**
* The arguments before a command that needs root: none, or sudo; undefined if this user cannot become root.
*/
async function rootPrefix() {
	if (isRoot()) return [];
	const sudo = findProgram("sudo");
	if (sudo === void 0) return void 0;
	if ((await tryRun(sudo, ["-n", "true"])).status === 0) return [sudo, "-n"];
	return process.stderr.isTTY ? [sudo] : void 0;
}
/** Like `runAsRoot`, but returns how the command ended. */
async function tryRunAsRoot(command, options) {
	const [program = "", ...args] = [...await rootPrefix() ?? [], ...command];
	return await tryRun(program, args, options);
}
/** A command that needs root, as a user would type it. */
function asTypedCommand(command) {
	return [...isRoot() ? [] : ["sudo"], ...command].join(" ");
}
// packages/machine/src/ensure-programs.ts
/**
* Makes sure that this machine has programs that kiln needs. Missing ones are announced and installed with
* apt.
* @returns the path of each
* @throws KilnError `program-missing` if apt cannot install one
*/
function ensurePrograms(needs, say) {
	return ensureProgramsFrom(programs, needs, say);
}
/** Like `ensurePrograms`, for programs of any table: tests need more than kiln does. */
async function ensureProgramsFrom(table, needs, say) {
	const wanted = needs.map((name) => ({
		name,
		...table[name]
	}));
	const missing = wanted.filter((need) => locate(need) === void 0);
	if (missing.length > 0) await install(missing, say);
	return Object.fromEntries(wanted.map((need) => [need.name, located(need)]));
}
function locate({ name, file }) {
	if (file === void 0) return findProgram(name);
	return existsSync(file) ? file : void 0;
}
function located(need) {
	const path = locate(need);
	if (path === void 0) throw missingError([need], "its package is installed, but the program does not exist");
	return path;
}
async function install(missing, say) {
	if (findProgram("apt-get") === void 0) throw missingError(missing, "no apt-get to install them with");
	if (await rootPrefix() === void 0) throw missingError(missing, "that they are missing, and neither root nor sudo is available to install them");
	if (!hasLists()) await updateLists();
	const packages = await packagesFor(missing);
	for (const [name, purposes] of packages) say(`installing ${name}: it is needed to ${purposes.join(", and to ")}`);
	if (await aptInstall([...packages.keys()]) === void 0) return;
	await updateLists();
	const second = await aptInstall([...(await packagesFor(missing)).keys()]);
	if (second !== void 0) throw missingError(missing, second);
}
/** The packages that provide what is missing, each with its purposes. */
async function packagesFor(missing) {
	const packages = /* @__PURE__ */ new Map();
	for (const need of missing) {
		const name = await knownPackage(need.packages);
		packages.set(name, [...packages.get(name) ?? [], need.purpose]);
	}
	return packages;
}
/** @returns what apt-get printed if it failed */
async function aptInstall(names) {
	const outcome = await aptGet([
		"install",
		"--no-install-recommends",
		...names
	]);
	return outcome.status === 0 ? void 0 : outcome.summary;
}
async function knownPackage(candidates) {
	for (const candidate of candidates.slice(0, -1)) if (await aptOffers(candidate)) return candidate;
	return candidates.at(-1) ?? candidates[0];
}
/** Whether the machine's own package sources have a package. */
async function aptOffers(name) {
	const { status, stdout } = await tryRun("apt-cache", ["show", name]);
	return status === 0 && stdout !== "";
}
async function updateLists() {
	await aptGet(["update"]);
}
async function aptGet(args) {
	return await tryRunAsRoot([...[
		"env",
		"DEBIAN_FRONTEND=noninteractive",
		"apt-get",
		"-q",
		"-y",
		"-o",
		"DPkg::Lock::Timeout=600"
	], ...args]);
}
function hasLists() {
	try {
		return readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
	} catch {
		return false;
	}
}
function missingError(missing, found) {
	const packages = [...new Set(missing.map((need) => need.packages.at(-1) ?? need.name))];
	const purposes = missing.map(({ name, purpose }) => `${name} (needed to ${purpose})`);
	return new KilnError("program-missing", {
		expected: `this machine to have ${purposes.join(" and ")}`,
		found,
		next: `run: ${asTypedCommand([
			"apt-get",
			"install",
			"--no-install-recommends",
			...packages
		])}`
	});
}
// packages/machine/src/files.ts
/**
* SHA-256 of a file, in lower-case hex.
* @throws KilnError `file-inaccessible` unless it is a regular file or a link to one
*/
async function digestOf(path) {
	await using file = await openRegularFile(path, { followLink: true });
	const hash = createHash("sha256");
	await pipeline(file.createReadStream({ autoClose: false }), hash);
	return hash.digest("hex");
}
/**
* Flushes a file, or the entries of a folder, to the disk, so that a power failure after a rename leaves no
* empty file.
*/
async function syncToDisk(path) {
	await using handle = await open(path);
	await handle.sync();
}
/**
* Makes a folder and those above it, unless they exist. Node's own `recursive` never returns where the file
* system refuses a new folder with ENOENT, as /proc does.
*/
async function makeFolder(path) {
	try {
		await makeOne(path);
	} catch (error) {
		if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
		await makeFolder(dirname(path));
		await makeOne(path);
	}
}
async function makeOne(path) {
	await mkdir(path).catch(async (error) => {
		if (!(systemCode(error) === "EEXIST" && (await stat(path)).isDirectory())) throw error;
	});
}
/**
* Writes a file atomically, and makes its folder: it is complete or as before, whenever this process ends.
* @throws the operating system's error
*/
async function replaceFile(path, text, mode = 420) {
	await makeFolder(dirname(path));
	const unfinished = `${path}.${randomUUID()}`;
	try {
		await writeFile(unfinished, text, {
			mode,
			flag: "wx"
		});
		await rename(unfinished, path);
	} finally {
		await rm(unfinished, { force: true });
	}
}
/**
* Opens a file for reading that may come from somebody else. By default it does not follow a link at the end
* of the path. It never blocks, as opening a FIFO would.
* @throws KilnError `file-inaccessible` unless it is a regular file; the operating system's error if it
* cannot be opened
*/
async function openRegularFile(path, { followLink = false } = {}) {
	requireRegular(path, await (followLink ? stat(path) : lstat(path)));
	const flags = constants.O_RDONLY | constants.O_NONBLOCK;
	const file = await open(path, followLink ? flags : flags | constants.O_NOFOLLOW);
	try {
		requireRegular(path, await file.stat());
		return file;
	} catch (error) {
		await file.close();
		throw error;
	}
}
/**
* Reads a regular file of at most `maxBytes` that may come from somebody else.
* @throws KilnError `file-inaccessible` unless it is one; the operating system's error if it cannot be opened
*/
async function readRegularFile(path, maxBytes) {
	await using file = await openRegularFile(path);
	const { size } = await file.stat();
	if (size <= maxBytes) return file.readFile();
	throw new KilnError("file-inaccessible", {
		expected: `${path} to have at most ${maxBytes} bytes`,
		found: `${size} bytes`,
		next: "replace it with a smaller file"
	});
}
function requireRegular(path, stats) {
	if (stats.isFile()) return;
	throw new KilnError("file-inaccessible", {
		expected: `${path} to be a regular file`,
		found: describeType(stats),
		next: "replace it with a regular file"
	});
}
function describeType(stats) {
	if (stats.isSymbolicLink()) return "a symbolic link";
	if (stats.isDirectory()) return "a directory";
	if (stats.isFIFO()) return "a FIFO";
	if (stats.isSocket()) return "a socket";
	return "a device";
}
// packages/machine/src/lock.ts
/** The exit status of flock if the lock is taken. */
const conflict = 75;
/**
* Runs a function while holding a lock on a file. A child process holds the lock as long as a pipe from this
* process is open, so the lock is released when this process ends, however it ends.
* @throws KilnError `busy`, `command-failed`, `file-inaccessible`
*/
async function withLock(path, fn, options = {}) {
	await makeFolder(dirname(path));
	await requireLockFile(path);
	const release = await acquire(path, false, options) ?? await contended(path, options);
	try {
		return await fn();
	} finally {
		await release();
	}
}
/** flock would wait for the writer of a FIFO, and make a file where a link leads. */
async function requireLockFile(path) {
	await (await openRegularFile(path).catch((error) => {
		if (systemCode(error) !== "ENOENT") throw error;
	}))?.close();
}
async function contended(path, options) {
	const { wait = true, what = path, say } = options;
	if (!wait) throw busy$1(path, what);
	say?.(`waiting, because ${what} is in use`);
	const release = await acquire(path, true, options);
	if (release === void 0) throw busy$1(path, what);
	return release;
}
function busy$1(path, what) {
	return new KilnError("busy", {
		expected: `no other kiln process to be using ${what}`,
		found: `another process holds the lock ${path}`,
		next: "wait until it has finished, then try again"
	});
}
/** @returns a function that releases the lock; undefined if another process holds it and `wait` is false */
async function acquire(path, wait, { shared = false }) {
	const args = [
		shared ? "--shared" : "--exclusive",
		...wait ? [] : [
			"--nonblock",
			"--conflict-exit-code",
			String(conflict)
		],
		path,
		"cat"
	];
	const { execa } = await import("./execa.js");
	const holder = execa("flock", args, {
		stdin: "pipe",
		stderr: "pipe",
		detached: true,
		reject: false,
		buffer: false
	});
	const held = new Promise((resolve) => holder.stdout.once("data", () => resolve(true)));
	holder.stdin.on("error", () => void 0);
	holder.stdin.write("held\n");
	const first = await Promise.race([held, holder]);
	if (first !== true) {
		if (first.exitCode === conflict) return void 0;
		throw new KilnError("command-failed", {
			expected: `flock to lock ${path}`,
			found: first.exitCode === void 0 ? String(first.cause) : `exit status ${first.exitCode}`,
			next: `check that ${dirname(path)} is writable, and that util-linux is installed`
		});
	}
	return async () => {
		holder.stdin.end();
		await holder;
	};
}
// packages/machine/src/settings.ts
function hasNoPassword(url) {
	const { username, password } = new URL(url);
	return username === "" && password === "";
}
const mirror = (fallback) => url({
	protocol: /^https?$/,
	error: "a URL that begins with http:// or https://",
	abort: true
}).refine(hasNoPassword, "a URL without a password, because build records contain it").default(fallback).transform((url) => url.replace(/\/+$/, ""));
const address = (fallback) => url({
	protocol: /^https?$/,
	error: "a URL that begins with http:// or https://",
	abort: true
}).refine(hasNoPassword, "a URL without a password, because it becomes an argument of git").default(fallback).transform((url) => url.replace(/\/+$/, ""));
/** A token for an HTTP header. It is checked here because errors about invalid headers print the value. */
const token = string().trim().regex(/^[\x21-\x7e]+$/, "a token without spaces, line breaks or control characters");
/** A list of module proxies, as the go command reads it. */
const goProxies = string().refine((list) => list.split(/[,|]/).every((one) => one === "direct" || one === "off" || isGoProxy(one.trim())), "URLs without passwords, direct or off, separated by commas or bars; logins belong in ~/.netrc");
function isGoProxy(text) {
	const url = URL.parse(text);
	return url !== null && /^(https?|file):$/.test(url.protocol) && hasNoPassword(text);
}
const environment = object({
	KILN_CACHE_DIR: string().optional(),
	XDG_CACHE_HOME: string().optional(),
	KILN_DEBIAN_MIRROR: mirror("http://deb.debian.org/debian"),
	KILN_DEBIAN_SECURITY_MIRROR: mirror("http://deb.debian.org/debian-security"),
	KILN_DEBIAN_KEYRING: string().optional(),
	KILN_SIGNING_KEY: string().optional(),
	KILN_SIGNING_KEY_FILE: string().optional(),
	KILN_SIGNING_PASSPHRASE: string().optional(),
	GITHUB_API_URL: address("https://api.github.com"),
	GITHUB_SERVER_URL: address("https://github.com"),
	GITHUB_TOKEN: token.optional(),
	GITHUB_JOB: string().optional(),
	KILN_UPSTREAM_API_URL: address("https://api.github.com"),
	KILN_UPSTREAM_SERVER_URL: address("https://github.com"),
	KILN_UPSTREAM_TOKEN: token.optional(),
	GOPROXY: goProxies.default("https://proxy.golang.org"),
	GOSUMDB: string().default("sum.golang.org"),
	GOPRIVATE: string().default(""),
	GONOPROXY: string().optional(),
	GONOSUMDB: string().optional(),
	KILN_GITHUB_WAIT_SCALE: stringFormat("factor", /^\d{1,3}(\.\d+)?$/, { error: "a number such as 1 or 0.01" }).transform(Number).default(1)
});
/**
* Reads the settings from an environment. An empty variable counts as unset.
* @throws KilnError `usage`
*/
function parseSettings(variables) {
	const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
	const parsed = environment.safeParse(set);
	if (!parsed.success) {
		const issue = parsed.error.issues[0];
		const name = String(issue?.path[0]);
		throw new KilnError("usage", {
			expected: `the environment variable ${name} to be ${issue?.message}`,
			found: secretSettings.includes(name) ? "a value that is not shown, because it is secret" : withoutLogin(JSON.stringify(variables[name])),
			next: `correct ${name}, or unset it to use the default`
		});
	}
	const values = parsed.data;
	return {
		cacheDirectory: resolve(values.KILN_CACHE_DIR ?? join(values.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sysext-kiln")),
		debianMirror: values.KILN_DEBIAN_MIRROR,
		debianSecurityMirror: values.KILN_DEBIAN_SECURITY_MIRROR,
		debianKeyring: values.KILN_DEBIAN_KEYRING,
		signingKey: values.KILN_SIGNING_KEY,
		signingKeyFile: values.KILN_SIGNING_KEY_FILE,
		signingPassphrase: values.KILN_SIGNING_PASSPHRASE,
		githubApiUrl: values.GITHUB_API_URL,
		githubServerUrl: values.GITHUB_SERVER_URL,
		githubToken: values.GITHUB_TOKEN,
		githubJob: values.GITHUB_JOB,
		upstreamApiUrl: values.KILN_UPSTREAM_API_URL,
		upstreamServerUrl: values.KILN_UPSTREAM_SERVER_URL,
		upstreamToken: values.KILN_UPSTREAM_TOKEN,
		go: {
			proxy: values.GOPROXY,
			sumdb: values.GOSUMDB,
			noProxy: values.GONOPROXY ?? values.GOPRIVATE,
			noSumdb: values.GONOSUMDB ?? values.GOPRIVATE
		},
		githubWaitScale: values.KILN_GITHUB_WAIT_SCALE
	};
}
/** Hides what may be a user name and password in a URL, even if it is malformed. */
function withoutLogin(text) {
	return text.replace(/^"?.*@/, "\"***@");
}
let current;
/** The settings of this process. The first call reads them from its environment and its secrets. */
function settings() {
	current ??= parseSettings({
		...process.env,
		...takeSecrets()
	});
	return current;
}
/** The folder for everything that is kept between runs, or a path below it. */
function cacheDirectory(...names) {
	return join(settings().cacheDirectory, ...names);
}
// packages/machine/src/apt/configuration.ts
/** The keyring that the mirrors' indexes must be signed with: Debian's, unless the settings name another. */
async function archiveKeyring(say) {
	const { debianKeyring } = settings();
	if (debianKeyring !== void 0) return debianKeyring;
	return (await ensurePrograms(["debian-archive-keyring"], say))["debian-archive-keyring"];
}
/** For how long an index is accepted after its date, in seconds: mirrors may be updated rarely. */
const minimumValidTime = 15552e3;
/** Writes the folders and files of a separate apt that knows one suite. @returns the file for APT_CONFIG */
async function writeAptTree(directory, source) {
	for (const folder of [
		"state/lists/partial",
		"cache/archives/partial",
		"etc/empty",
		"etc/sources"
	]) await mkdir(join(directory, folder), { recursive: true });
	await writeFile(join(directory, "state/status"), "");
	await writeFile(join(directory, "etc/sources/kiln.sources"), sourcesEntry(source));
	const file = join(directory, "apt.conf");
	await writeFile(file, `${await machineAcquireSettings()}\n${aptConfiguration(directory)}`, { mode: 384 });
	return file;
}
/** The machine's own settings for reaching mirrors, as apt configuration: proxies, certificates, retries. */
async function machineAcquireSettings() {
	const dump = await run("apt-config", ["dump", "Acquire"]);
	const wanted = /^Acquire::(https?|socks|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|By-Hash|Queue-Mode)\b/i;
	return dump.split("\n").filter((line) => wanted.test(line)).join("\n");
}
function aptConfiguration(directory) {
	const empty = join(directory, "etc/empty");
	return `${[...[
		["Dir", "/"],
		["Dir::State", join(directory, "state")],
		["Dir::State::lists", join(directory, "state/lists")],
		["Dir::State::status", join(directory, "state/status")],
		["Dir::Cache", join(directory, "cache")],
		["Dir::Etc::main", "/dev/null"],
		["Dir::Etc::parts", empty],
		["Dir::Etc::preferences", "/dev/null"],
		["Dir::Etc::preferencesparts", empty],
		["Dir::Etc::sourcelist", "/dev/null"],
		["Dir::Etc::sourceparts", join(directory, "etc/sources")],
		["Dir::Etc::trusted", "/dev/null"],
		["Dir::Etc::trustedparts", empty],
		["Dir::Etc::netrc", "/etc/apt/auth.conf"],
		["Dir::Etc::netrcparts", "/etc/apt/auth.conf.d"],
		["Acquire::Languages", "none"],
		["Acquire::GzipIndexes", "false"],
		["Acquire::Min-ValidTime", String(minimumValidTime)],
		["APT::Update::Error-Mode", "any"],
		["APT::Sandbox::User", "root"]
	].map(([key, value]) => `${key} "${value}";`), "APT::Architectures { \"amd64\"; \"arm64\"; };"].join("\n")}\n`;
}
function sourcesEntry({ suite, mirror, keyring }) {
	return `${[
		"Types: deb deb-src",
		`URIs: ${mirror}`,
		`Suites: ${suite}`,
		"Components: main",
		"Architectures: amd64 arm64",
		`Signed-By: ${keyring}`
	].join("\n")}\n`;
}
// packages/machine/src/apt/deb822.ts
/** Parses a text in Debian's control file format into its paragraphs. */
function parseDeb822(text) {
	return text.split(/\n(?:[ \t]*\n)+/).map(parseParagraph).filter((paragraph) => Object.keys(paragraph).length > 0);
}
function parseParagraph(text) {
	const fields = {};
	let current;
	for (const line of text.split("\n")) {
		if (/^[ \t]/.test(line)) {
			if (current !== void 0) fields[current] += `\n${line.trim()}`;
			continue;
		}
		const colon = line.indexOf(":");
		if (colon <= 0 || line.startsWith("#")) continue;
		current = line.slice(0, colon);
		fields[current] = line.slice(colon + 1).trim();
	}
	return fields;
}
// packages/machine/src/apt/packages.ts
const sha256 = string().regex(/^[0-9a-f]{64}$/);
const size = string().regex(/^\d{1,15}$/).transform(Number);
/** As Debian's policy allows them (sections 5.6.1 and 5.6.12). */
const packageName$1 = string().regex(/^[a-z0-9][a-z0-9+.-]*$/);
const version = string().regex(/^[A-Za-z0-9.+:~-]+$/);
/** A path below the mirror, of which no part leads elsewhere or means something else in a URL. */
const path$1 = string().regex(/^(?:(?!\.\.?(?:\/|$))[A-Za-z0-9.+:~_-]+(?:\/|$))+(?<!\/)$/);
const fileName = path$1.regex(/^[^/]+$/);
const source = object({
	Package: packageName$1,
	Version: version,
	Directory: path$1,
	"Checksums-Sha256": string().transform((text) => text.trim().split("\n")).pipe(array(string().transform((line) => line.split(/\s+/)).pipe(tuple([
		sha256,
		size,
		fileName
	]))))
});
const binary = object({
	Package: packageName$1,
	Version: version,
	Filename: path$1,
	Size: size,
	SHA256: sha256
});
/**
* Parses the output of `apt-cache showsrc`.
* @throws KilnError `archive-invalid`
*/
function parseSources(text, { suite, mirror }) {
	return paragraphs(source, text, suite).map((record) => ({
		package: record.Package,
		version: record.Version,
		suite,
		files: record["Checksums-Sha256"].map(([digest, length, name]) => ({
			name,
			url: `${mirror}/${record.Directory}/${name}`,
			size: length,
			sha256: digest
		}))
	}));
}
/**
* Parses the output of `apt-cache show`.
* @throws KilnError `archive-invalid`
*/
function parseBinaries(text, { suite, mirror }) {
	return paragraphs(binary, text, suite).map((record) => ({
		package: record.Package,
		version: record.Version,
		suite,
		files: [{
			name: record.Filename.slice(record.Filename.lastIndexOf("/") + 1),
			url: `${mirror}/${record.Filename}`,
			size: record.Size,
			sha256: record.SHA256
		}]
	}));
}
function paragraphs(schema, text, suite) {
	const parsed = array(schema).safeParse(parseDeb822(text));
	if (parsed.success) return parsed.data;
	throw new KilnError("archive-invalid", {
		expected: `each package of the suite ${suite} to have a version, and files with their SHA-256`,
		found: prettifyError(parsed.error),
		next: "check that KILN_DEBIAN_MIRROR is a Debian mirror"
	});
}
// packages/machine/src/apt/update.ts
/**
* Updates the index of a suite and verifies its signature.
* @throws KilnError `archive-invalid`, `archive-stale`, `disk-full`, `network-unreachable`
*/
async function updateIndex(directory, source, say) {
	const env = {
		APT_CONFIG: join(directory, "apt.conf"),
		LC_ALL: "C.UTF-8"
	};
	const outcome = await tryRun("apt-get", [
		"update",
		"-q",
		...[
			"-o",
			"Acquire::Retries=2",
			"-o",
			"pkgCacheFile::Generate=false"
		]
	], { env });
	if (outcome.status !== 0) throw updateError(`${outcome.stdout}\n${outcome.stderr}`, source);
	await run("apt-cache", ["gencaches"], { env });
	await warnIfExpired(directory, source, say);
}
/** The error that describes why `apt-get update` failed. */
function updateError(output, { suite, mirror }) {
	const found = output.split("\n").filter((line) => /^[EW]: /.test(line)).slice(0, 3).join(" | ") || output.trim() || "apt-get update failed without a message";
	const expected = `the index of Debian's suite ${suite} at ${mirror}`;
	if (/is expired|is not valid yet/.test(output)) return new KilnError("archive-stale", {
		expected: `${expected} to be less than half a year old`,
		found,
		next: "check this machine's clock, or set KILN_DEBIAN_MIRROR to an up-to-date mirror"
	});
	if (/not signed|NO_PUBKEY|BADSIG|EXPKEYSIG|couldn't be verified|Hash Sum mismatch|unexpected size/.test(output)) return new KilnError("archive-invalid", {
		expected: `${expected} to have a valid signature and matching files`,
		found,
		next: "try again in a few minutes (mirrors are inconsistent during an update), or use another mirror"
	});
	if (/404 +Not Found/.test(output)) return new KilnError("archive-invalid", {
		expected: `${expected} to exist`,
		found,
		next: "check the name of the suite and KILN_DEBIAN_MIRROR"
	});
	if (/No space left on device/.test(output)) return new KilnError("disk-full", {
		expected: `enough disk space for ${expected}`,
		found,
		next: "free some disk space"
	});
	return new KilnError("network-unreachable", {
		expected: `${expected} to be reachable`,
		found,
		next: "check the network, or set KILN_DEBIAN_MIRROR and KILN_DEBIAN_SECURITY_MIRROR to mirrors that can be reached"
	});
}
async function warnIfExpired(directory, { suite, mirror }, say) {
	const lists = join(directory, "state/lists");
	const release = (await readdir(lists)).find((name) => name.endsWith("_InRelease"));
	if (release === void 0) return;
	const text = await readFile(join(lists, release), "utf8");
	const validUntil = parseDeb822(text.slice(text.indexOf("\n\n") + 2, text.indexOf("\nSHA256:")))[0]?.["Valid-Until"];
	if (validUntil !== void 0 && Date.parse(validUntil) < Date.now()) say(`the index of ${suite} at ${mirror} expired at ${validUntil}; using it anyway, because mirrors may lag behind`);
}
// packages/machine/src/apt/archive.ts
const opened = /* @__PURE__ */ new Map();
/**
* Opens a suite of Debian's archive. Its index is fetched once per process, and only if it has changed.
* @throws KilnError `archive-invalid`, `archive-stale`, `network-unreachable`
*/
function openArchive(suite, options) {
	const mirror = options.mirror ?? mirrorOf(suite);
	const key = `${suite} ${mirror}`;
	const known = opened.get(key);
	if (known !== void 0) return known;
	const archive = open$4(suite, mirror, options.say);
	opened.set(key, archive);
	archive.catch(() => opened.delete(key));
	return archive;
}
/** The mirror of a suite, without a trailing slash. */
function mirrorOf(suite) {
	const { debianMirror, debianSecurityMirror } = settings();
	return suite.endsWith("-security") ? debianSecurityMirror : debianMirror;
}
async function open$4(suite, mirror, say) {
	if (!/^[a-z][a-z0-9-]*$/.test(suite)) throw new KilnError("usage", {
		expected: "the name of a Debian suite, such as trixie or trixie-security",
		found: JSON.stringify(suite),
		next: "correct the name of the suite"
	});
	await ensurePrograms(["apt-get"], say);
	const keyring = await archiveKeyring(say);
	const directory = cacheDirectory("apt", `${suite}-${createHash("sha256").update(`${mirror} ${keyring}`).digest("hex").slice(0, 8)}`);
	const lock = `${directory}.lock`;
	const what = `the index of ${suite}`;
	const update = async () => {
		await writeAptTree(directory, {
			suite,
			mirror,
			keyring
		});
		await updateIndex(directory, {
			suite,
			mirror,
			keyring
		}, say);
	};
	await withLock(lock, update, {
		what,
		say
	});
	const query = (args) => withLock(lock, () => aptCache(directory, args), {
		what,
		shared: true
	});
	return {
		suite,
		mirror,
		sourcePackages: async (name) => parseSources(await query([
			"showsrc",
			"--only-source",
			packageName(name)
		]), {
			suite,
			mirror
		}),
		binaryPackages: async (name, architecture) => parseBinaries(await query(["show", `${packageName(name)}:${architecture}`]), {
			suite,
			mirror
		})
	};
}
async function aptCache(directory, args) {
	const outcome = await tryRun("apt-cache", args, { env: {
		APT_CONFIG: join(directory, "apt.conf"),
		LC_ALL: "C.UTF-8"
	} });
	if (outcome.status === 0) return outcome.stdout;
	if (/Unable to (locate|find a source) package|No packages found|Can't select versions/.test(outcome.stderr)) return "";
	throw new KilnError("archive-invalid", {
		expected: `apt-cache ${args.join(" ")} to read the index in ${directory}`,
		found: outcome.summary,
		next: `remove ${directory} and try again: it will be fetched again`
	});
}
function packageName(name) {
	if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return name;
	throw new KilnError("usage", {
		expected: "the name of a Debian package",
		found: JSON.stringify(name),
		next: "correct the name: it consists of lower-case letters, digits, +, - and ."
	});
}
// packages/machine/src/download.ts
/** More than any file has that kiln downloads, in bytes. */
const largestFile = 16 * 1024 ** 3;
const pausesBeforeRetry$1 = [1e3, 4e3];
/** After this long without any data, a request fails. */
const longestSilenceMs = 6e4;
/**
* Downloads a file. It appears at the destination complete and with the right digest, or not at all.
* @throws KilnError `digest-mismatch`, `disk-full`, `download-missing`, `network-unreachable`
*/
async function download(file, destination, options = {}) {
	await makeFolder(dirname(destination));
	await removeAbandonedParts(destination);
	for (const pause of [...pausesBeforeRetry$1, void 0]) try {
		await attempt(file, destination, options);
		return;
	} catch (error) {
		options.signal?.throwIfAborted();
		if (pause === void 0 || !isKilnError(error, "network-unreachable")) throw error;
		await setTimeout$1(pause, void 0, options.signal === void 0 ? {} : { signal: options.signal });
	}
}
/**
* Downloads a file into the cache unless it is there. If the cached file is damaged, it is downloaded again.
* @returns its path in the cache
*/
async function cachedDownload(file, options = {}) {
	const path = cacheDirectory("downloads", file.sha256);
	if (!existsSync(path) || await digestOf(path) !== file.sha256) await download(file, path, options);
	return path;
}
async function attempt(file, destination, { onProgress, signal, maxBytes = file.size ?? largestFile }) {
	const part = join(dirname(destination), `.${basename(destination)}.${process.pid}-${nextNumber++}.part`);
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(/* @__PURE__ */ new Error("no data for a minute")), longestSilenceMs);
	const signals = [silence.signal, ...signal === void 0 ? [] : [signal]];
	const digest = createHash("sha256");
	let received = 0;
	const meter = new Transform({ transform(chunk, _encoding, done) {
		timer.refresh();
		digest.update(chunk);
		received += chunk.length;
		onProgress?.(received, file.size);
		if (received > maxBytes) done(tooLarge$1(file, maxBytes));
		else done(null, chunk);
	} });
	try {
		const either = AbortSignal.any(signals);
		const body = await (file.open?.(either) ?? open$3(file, maxBytes, either));
		await pipeline(body, meter, createWriteStream(part, { flags: "wx" }));
		verify(file, received, digest.digest("hex"));
		await rename(part, destination);
	} catch (error) {
		throw asKilnError(error, file, destination);
	} finally {
		clearTimeout(timer);
		await rm(part, { force: true });
	}
}
let nextNumber = 0;
async function open$3(file, maxBytes, signal) {
	const { url } = file;
	const response = await fetch(url, { signal });
	const isTooLarge = Number(response.headers.get("content-length")) > maxBytes;
	if (response.ok && response.body !== null && !isTooLarge) return Readable.fromWeb(response.body);
	await response.body?.cancel();
	if (response.ok && isTooLarge) throw tooLarge$1(file, maxBytes);
	const transient = response.status >= 500 || response.status === 429 || response.status === 408;
	throw new KilnError(transient ? "network-unreachable" : "download-missing", {
		expected: `${url} to be available for download`,
		found: statusOf(response),
		next: transient ? "try again later" : "check that the file exists, or use another mirror"
	});
}
/** A server's status, for messages. */
function statusOf({ status, statusText }) {
	const text = `status ${status} ${statusText}`.trim();
	return status === 403 ? `${text}, which some servers send for files that they do not have` : text;
}
function verify(file, received, sha256) {
	if (file.sha256 === void 0) {
		if (file.size === void 0 || received === file.size) return;
		throw new KilnError("digest-mismatch", {
			expected: `${file.url} to have ${file.size} bytes`,
			found: `${received}`,
			next: "do not use this file; try again, and if the problem persists, report it to the operator of that server"
		});
	}
	if (sha256 === file.sha256) return;
	const length = file.size === void 0 || file.size === received ? "" : ` and ${received} bytes instead of ${file.size}`;
	throw new KilnError("digest-mismatch", {
		expected: `${file.url} to have the SHA-256 ${file.sha256}`,
		found: `${sha256}${length}`,
		next: "do not use this file; try again, and if the problem persists, report it to the operator of that server"
	});
}
function tooLarge$1({ url }, maxBytes) {
	return new KilnError("digest-mismatch", {
		expected: `${url} to have at most ${maxBytes} bytes`,
		found: "more",
		next: "do not use this file; try again, and if the problem persists, report it to the operator of that server"
	});
}
function asKilnError(error, file, destination) {
	if (isKilnError(error)) return error;
	if (!(error instanceof Error)) return error;
	if (isDiskFull(error)) return diskFullError(destination, error);
	if ("syscall" in error && error.syscall === "open") return error;
	return new KilnError("network-unreachable", {
		expected: `${file.url} to be available for download`,
		found: reasonsOf(error),
		next: "check the network and the proxy settings (http_proxy, https_proxy)",
		cause: error
	});
}
/**
* Removes what killed downloads left. The process ID in the name shows whether a file is still being written.
*/
async function removeAbandonedParts(destination) {
	const prefix = `.${basename(destination)}.`;
	for (const name of await readdir(dirname(destination))) {
		if (!name.startsWith(prefix) || !name.endsWith(".part")) continue;
		if (existsSync(`/proc/${Number.parseInt(name.slice(prefix.length), 10)}`)) continue;
		await rm(join(dirname(destination), name), { force: true });
	}
}
// packages/machine/src/kept-answers.ts
/** How long an answer is kept that is not requested again, in milliseconds. */
const keptMs = 2592e6;
/**
* Keeps answers in a folder, each for 30 days after its last use. Nothing in the folder is trusted, and it may be
* removed at any time: a damaged answer counts as none.
*/
function keptAnswers(folder, schema) {
	let pruned;
	const pathOf = (url, key) => join(folder, `${createHash("sha256").update(`${key} ${url}`).digest("hex")}.json`);
	return {
		async read(url, key = "") {
			pruned ??= prune(folder);
			await pruned;
			const path = pathOf(url, key);
			try {
				if (!(await lstat(path)).isFile()) return void 0;
				const answer = schema.parse(JSON.parse(await readFile(path, "utf8")));
				if (answer.url !== url) return void 0;
				await utimes(path, /* @__PURE__ */ new Date(), /* @__PURE__ */ new Date()).catch(() => void 0);
				return answer;
			} catch {
				return;
			}
		},
		async write(answer, key = "") {
			await replaceFile(pathOf(answer.url, key), JSON.stringify(answer)).catch(() => void 0);
		}
	};
}
async function prune(folder) {
	await makeFolder(folder).catch(() => void 0);
	const names = await readdir(folder).catch(() => []);
	for (const path of names.map((name) => join(folder, name))) if (Date.now() - ((await stat(path).catch(() => void 0))?.mtimeMs ?? Date.now()) > keptMs) await rm(path, { force: true }).catch(() => void 0);
}
// packages/machine/src/remote-document.ts
const pausesBeforeRetry = [1e3, 4e3];
/** The longest pause that a server may ask for, in milliseconds. */
const longestPause = 6e4;
/**
* Reads a document; undefined if the server does not have it. Follows redirects, but not from https to http.
* @throws KilnError `network-unreachable`, `document-invalid` if it is too large
*/
async function readRemoteDocument(url, options) {
	const work = () => requestDocument(url, options);
	return options.retry === false ? work() : withRetries(work);
}
/**
* Asks a server for a file. It is forbidden if the server answers 403: some do so for files that they do not
* have, and others for all files.
* @throws KilnError `network-unreachable`
*/
async function readRemoteHead(url) {
	return withRetries(async () => {
		const first = await request$1(url, { method: "HEAD" });
		const response = [
			403,
			405,
			501
		].includes(first.status) ? await request$1(url, {}) : first;
		await response.body?.cancel();
		if (isMissing(response)) return "missing";
		if (response.status === 403) return "forbidden";
		requireSuccess(response, url);
		const length = response.headers.get("content-length");
		return {
			size: length === null || response.headers.has("content-encoding") ? void 0 : Number(length),
			type: response.headers.get("content-type") ?? ""
		};
	});
}
const asked = /* @__PURE__ */ new Map();
/**
* Whether a file is available: in the cache, or on its server, which is asked once per process.
* @throws KilnError `network-unreachable`
*/
function isAvailable({ url, sha256 }) {
	if (existsSync(cacheDirectory("downloads", sha256))) return Promise.resolve(true);
	const answer = asked.get(url) ?? readRemoteHead(url).then((head) => {
		if (head === "forbidden") throw forbidden(url);
		return head !== "missing";
	});
	asked.set(url, answer);
	return answer;
}
/** The error for a file that a server refuses to send, to anybody or to this machine. */
function forbidden(url) {
	return new KilnError("download-missing", {
		expected: `${url} to be readable`,
		found: statusOf({
			status: 403,
			statusText: "Forbidden"
		}),
		next: "check the URL, and whether the server requires a login or blocks this machine"
	});
}
async function withRetries(work) {
	for (const pause of pausesBeforeRetry) try {
		return await work();
	} catch (error) {
		if (!isKilnError(error, "network-unreachable")) throw error;
		await setTimeout$1(error instanceof Unreachable ? error.retryAfterMs ?? pause : pause);
	}
	return work();
}
/** Opened by the first request: the cache is not known before. */
let documents;
async function requestDocument(url, { largest, keep = false }) {
	documents ??= keptAnswers(cacheDirectory("documents"), keptSchema);
	const kept = keep ? await documents.read(url) : void 0;
	const response = await request$1(url, { headers: {
		...kept?.etag !== void 0 && { "if-none-match": kept.etag },
		...kept?.modified !== void 0 && { "if-modified-since": kept.modified }
	} });
	if (response.status === 304 && kept) {
		await response.body?.cancel();
		return {
			body: Buffer.from(kept.body, "base64"),
			nextPage: kept.nextPage
		};
	}
	if (isMissing(response)) {
		await response.body?.cancel();
		return;
	}
	requireSuccess(response, url);
	const body = await bodyOf(response, url, largest);
	const nextPage = response.headers.get("x-next-page") || void 0;
	const etag = response.headers.get("etag") ?? void 0;
	const modified = response.headers.get("last-modified") ?? void 0;
	if (keep && (etag ?? modified) !== void 0) await documents.write({
		url,
		etag,
		modified,
		nextPage,
		body: body.toString("base64")
	});
	return {
		body,
		nextPage
	};
}
/** Follows redirects itself, because `fetch` shows only where the last one leads. */
async function request$1(url, init) {
	const headers = {
		...init.headers,
		"user-agent": "sysext-kiln"
	};
	const signal = AbortSignal.timeout(longestSilenceMs);
	let at = url;
	for (let count = 0; count <= mostRedirects; count += 1) {
		const options = {
			...init,
			headers,
			signal,
			redirect: "manual"
		};
		const response = await fetch(at, options).catch((cause) => {
			throw new Unreachable(url, reasonsOf(cause), cause);
		});
		const location = redirects.has(response.status) ? response.headers.get("location") : null;
		if (location === null) return response;
		await response.body?.cancel();
		at = redirected(at, location, url);
	}
	throw new Unreachable(url, `more than ${mostRedirects} redirects`, void 0);
}
/** The statuses of redirects that say where to. */
const redirects = /* @__PURE__ */ new Set([
	301,
	302,
	303,
	307,
	308
]);
const mostRedirects = 10;
/** Where a redirect leads: to the web, and from https only to https. */
function redirected(from, location, url) {
	const to = URL.canParse(location, from) ? new URL(location, from) : void 0;
	if (to?.protocol === "https:" || to?.protocol === "http:" && !from.startsWith("https:")) return to.href;
	throw new KilnError("document-invalid", {
		expected: `${url} to be answered over ${from.startsWith("https:") ? "https" : "http or https"}`,
		found: `a redirect to ${location}`,
		next: "use a URL that stays on https: anybody on the way could change the answer"
	});
}
/** Only 404 and 410 mean that something does not exist: an overloaded server has it again later. */
function isMissing({ status }) {
	return status === 404 || status === 410;
}
function requireSuccess(response, url) {
	if (response.ok) return;
	if (response.status === 403) throw forbidden(url);
	const { headers } = response;
	const seconds = Number(headers.get("retry-after") ?? NaN);
	const pause = seconds * 1e3 <= longestPause ? seconds * 1e3 : void 0;
	throw new Unreachable(url, statusOf(response), void 0, pause);
}
async function bodyOf({ body }, url, largest) {
	const chunks = [];
	let received = 0;
	try {
		for await (const chunk of body ?? []) {
			received += chunk.length;
			if (received > largest) break;
			chunks.push(chunk);
		}
	} catch (cause) {
		throw new Unreachable(url, reasonsOf(cause), cause);
	}
	if (received <= largest) return Buffer.concat(chunks);
	throw new KilnError("document-invalid", {
		expected: `${url} to have at most ${largest} bytes`,
		found: "more",
		next: "check the URL in extension.yaml"
	});
}
var Unreachable = class extends KilnError {
	retryAfterMs;
	constructor(url, found, cause, retryAfterMs) {
		super("network-unreachable", {
			expected: `${url} to respond`,
			found,
			next: "try again later, or check the URL, the network and the proxy settings (http_proxy, https_proxy)",
			cause
		});
		this.retryAfterMs = retryAfterMs;
	}
};
/** A document as it is kept. */
const keptSchema = object({
	url: string(),
	etag: string().optional(),
	modified: string().optional(),
	nextPage: string().optional(),
	body: base64()
});
// packages/machine/src/later-debian.ts
/** The newest stable Debian. Its programs that need only libc also run on the previous release. */
const laterSuite = "trixie";
/**
* Extracts a program from a package of the newest stable Debian, without installing the package.
* @param paths the paths that the program may have in the package
* @param destination the path that it gets; it appears there complete or not at all
* @throws KilnError `program-missing`, and those of a download
*/
async function extractFromLaterDebian(name, paths, destination, say) {
	const { "dpkg-deb": dpkgDeb } = await ensurePrograms(["dpkg-deb"], say);
	const archive = await openArchive(laterSuite, { say });
	const [newest] = await archive.binaryPackages(name, machineArchitecture());
	const file = newest?.files[0];
	if (file === void 0) throw missing$1(name, archive.mirror, "that this suite does not have the package");
	const deb = await cachedDownload(file);
	const folder = dirname(destination);
	await makeFolder(folder);
	const scratch = await mkdtemp(join(folder, ".unpack-"));
	try {
		await run(dpkgDeb, [
			"--extract",
			deb,
			scratch
		]);
		const unpacked = paths.map((path) => join(scratch, path)).find(existsSync);
		if (unpacked === void 0) throw missing$1(name, archive.mirror, `a package without ${paths.join(" or ")}`);
		await chmod(unpacked, 493);
		await rename(unpacked, destination);
	} finally {
		await rm(scratch, {
			recursive: true,
			force: true
		});
	}
}
function missing$1(name, mirror, found) {
	return new KilnError("program-missing", {
		expected: `the program of the package ${name} in Debian ${laterSuite} at ${mirror}`,
		found,
		next: `install ${name} yourself`
	});
}
/** Debian's name of this machine's architecture. */
function machineArchitecture() {
	return process.arch === "arm64" ? "arm64" : "amd64";
}
// packages/machine/src/go/go.ts
/** Debian's package with a go command that fetches and verifies newer toolchains, and where it is in it. */
const debianGo = {
	name: "golang-1.24-go",
	path: "usr/lib/go-1.24/bin/go"
};
/**
* A go command that can fetch modules with their verification. It compiles nothing: that is what the pinned
* toolchain is for, which it fetches. If this machine's is missing or older than 1.21, the one of the newest
* stable Debian is put into the cache, which does not need root.
* @throws KilnError `program-missing`, and those of a download
*/
async function bootstrapGo(say) {
	const present = findProgram("go");
	if (present !== void 0 && await isNewEnough(present)) return present;
	const cached = debianProgram();
	if (!isExecutable(cached)) {
		say(`fetching a go command from Debian ${laterSuite}: it is needed to fetch and verify Go modules`);
		await extractFromLaterDebian(debianGo.name, [debianGo.path], cached, say);
	}
	return cached;
}
function debianProgram() {
	return cacheDirectory("tools", "go", "go");
}
async function isNewEnough(program) {
	const { stdout } = await tryRun(program, ["version"], { env: { GOTOOLCHAIN: "local" } });
	return Number(/^go version go1\.(\d+)/.exec(stdout)?.[1]) >= 21;
}
/** The folder of fetched modules, which the go command verifies when it fetches them. */
function moduleCache() {
	return cacheDirectory("go", "modules");
}
/** What the go command reads from its environment: nothing of the user's but where modules come from. */
function goEnvironment() {
	const { proxy, sumdb, noProxy, noSumdb } = settings().go;
	const others = Object.entries(process.env).flatMap(([name, value]) => value === void 0 || /^(CGO_|GO)/.test(name) ? [] : [[name, value]]);
	return {
		...Object.fromEntries(others),
		GOENV: "off",
		GOFLAGS: "-modcacherw",
		GOTELEMETRY: "off",
		GOTOOLCHAIN: "local",
		GOWORK: "off",
		GOPROXY: proxy,
		GOSUMDB: sumdb,
		GONOPROXY: noProxy,
		GONOSUMDB: noSumdb,
		GOMODCACHE: moduleCache(),
		GOPATH: cacheDirectory("go", "path")
	};
}
/**
* Runs the go command.
* @throws KilnError `digest-mismatch`, `download-missing`, `network-unreachable`, `command-failed`
*/
async function runGo(args, options) {
	const { say, cwd, env = {}, mayFail = false, program = await bootstrapGo(say) } = options;
	const root = program === debianProgram() ? { GOROOT: dirname(program) } : {};
	const outcome = await tryRun(program, args, {
		onlyEnv: {
			...goEnvironment(),
			...root,
			...env
		},
		cwd: cwd ?? "/"
	});
	if (outcome.status === 0 || mayFail) return outcome;
	throw goError(`go ${args.join(" ")}`, outcome.stderr.trim() || outcome.ending);
}
const next = {
	verify: "do not use this version; report it to upstream and to the operator of the module proxy",
	database: "set GOSUMDB to a checksum database, or unset it to use the public one",
	network: "try again later, or check the network and the settings GOPROXY and GOSUMDB",
	missing: "check the module and its version, or use another module proxy (GOPROXY)",
	package: "correct \"programs\" of the upstream go in extension.yaml",
	other: "read the message of the go command"
};
/** By what the go command prints. */
const kinds = [
	[
		/checksum mismatch|SECURITY ERROR|invalid GOSUMDB|bad (?:record|signature)/,
		"digest-mismatch",
		next.verify
	],
	[
		/checksum database disabled/,
		"settings-invalid",
		next.database
	],
	[
		/does not contain package|cannot find package|no required module provides|no Go files/,
		"build-failed",
		next.package
	],
	[
		/\b(?:404|410|403) |unknown revision|no matching versions/,
		"download-missing",
		next.missing
	],
	[
		/dial tcp|connection re|no such host|timeout|EOF|\b5\d\d /i,
		"network-unreachable",
		next.network
	]
];
/** The error for what the go command printed. */
function goError(command, text) {
	const [, code = "command-failed", advice = next.other] = kinds.find(([pattern]) => pattern.test(text)) ?? [];
	return new KilnError(code, {
		expected: `the command \`${command}\` to succeed`,
		found: text.split("\n").slice(0, 8).join("\n    "),
		next: advice
	});
}
/** Whether a module is one of a list of patterns such as GOPRIVATE: globs of the start of its path. */
function isMatchedBy(module, patterns) {
	return patterns.split(",").filter((pattern) => pattern !== "").some((pattern) => {
		const length = pattern.split("/").length;
		return matchesGlob(module.split("/").slice(0, length).join("/"), pattern);
	});
}
// packages/machine/src/go/modules.ts
const downloadedModule = object({
	Path: string(),
	Version: string().default(""),
	Error: string().optional(),
	/** The folder with its files. */
	Dir: string().optional(),
	/** Its go.mod. */
	GoMod: string().optional(),
	/** Digests of its files, and of its go.mod. */
	Sum: string().optional(),
	GoModSum: string().optional()
});
/**
* Fetches modules into the module cache, unless they are there, and verifies them against the checksum
* database.
* @param modules such as `go.etcd.io/etcd/server/v3@v3.6.16`
* @throws KilnError those of `runGo`
*/
async function downloadModules(modules, options) {
	const download = async (env) => {
		const { stdout, stderr } = await runGo([
			"mod",
			"download",
			"-json",
			...modules
		], {
			...options,
			env,
			mayFail: true
		});
		return {
			found: parseGoJson(stdout, downloadedModule),
			stderr
		};
	};
	let { found, stderr } = await download({});
	if (found.some(({ Sum, Error: text = "" }) => Sum === void 0 && /requires go >= /.test(text))) ({found, stderr} = await download({ GOTOOLCHAIN: "auto" }));
	return modules.map((wanted) => {
		const one = found.find(({ Path, Version }) => `${Path}@${Version}` === wanted);
		if (one?.Sum === void 0 || one.GoMod === void 0) throw goError(`go mod download ${wanted}`, one?.Error ?? stderr.trim());
		return {
			path: one.Path,
			version: one.Version,
			folder: one.Dir,
			goMod: one.GoMod,
			sum: one.Sum
		};
	});
}
/** Parses what the go command prints with `-json`: one object after the other. */
function parseGoJson(text, schema) {
	return text.split(/(?<=^\})\n/m).filter((part) => part.trim() !== "").map((part) => schema.parse(JSON.parse(part)));
}
// packages/machine/src/go/toolchain.ts
/** The module whose versions are Go's toolchains, such as `v0.0.1-go1.27.1.linux-amd64`. */
const toolchainModule = "golang.org/toolchain";
// packages/machine/src/reporter.ts
/** How long a log goes without a line about progress, in milliseconds. */
const progressEvery = 3e4;
/**
* Chooses what a log gets of a phase's lines, which a terminal shows one at a time: every step, but of lines that differ
* only in their numbers, such as `sending, 1.2 of 6.4 GB`, one every 30 seconds.
*/
function stepsOf(say) {
	let last = "";
	let shownAt = 0;
	return (line) => {
		const words = line.replaceAll(/[\d.]+/g, "");
		const now = Date.now();
		if (words === last && now - shownAt < progressEvery) return;
		last = words;
		shownAt = now;
		say(line);
	};
}
/** A size for people: `20.5 MB`. */
function formatBytes(bytes) {
	if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
	return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
// packages/machine/src/sandbox/root.ts
/**
* The programs and libraries of this machine, without its configuration and data: for a trusted program that
* reads untrusted data.
*/
const machinePrograms = {
	folder: "/",
	names: [
		"usr",
		"bin",
		"sbin",
		"lib",
		"lib32",
		"lib64",
		"libx32"
	]
};
/** What the sandbox itself provides, whatever the tree contains there. */
const provided = /* @__PURE__ */ new Set([
	"dev",
	"proc",
	"tmp"
]);
/**
* The top-level entries of a root. Each is mounted separately, so that mount points can be added without a
* change to the tree.
*/
async function topEntries({ folder, names }) {
	const found = (await readdir(folder)).filter((name) => !provided.has(name) && (names === void 0 || names.includes(name)));
	return Promise.all(found.map(async (name) => {
		const path = join(folder, name);
		return (await lstat(path)).isSymbolicLink() ? {
			name,
			link: await readlink(path)
		} : { name };
	}));
}
// packages/machine/src/sandbox/setup.ts
/**
* Belongs to no person and no service, and is within the range that a container maps (systemd,
* docs/UIDS-GIDS.md).
*/
const unprivilegedUser = {
	uid: 65533,
	gid: 65533
};
/** The id of "nobody", which the program has in its own user namespace. */
const userInside = 65534;
/** The command that gives up root's rights permanently, up to its `--`. */
function asUser({ uid, gid }) {
	return [
		"setpriv",
		`--reuid=${uid}`,
		`--regid=${gid}`,
		"--clear-groups"
	];
}
function unavailable(found, cause) {
	return new KilnError("sandbox-unavailable", {
		expected: "a sandbox for untrusted programs",
		found,
		next: "run kiln as root, let this user run sudo without a password, or allow it user namespaces (on Ubuntu: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0)",
		cause
	});
}
// packages/machine/src/sandbox/command-line.ts
/** Where bubblewrap finds the seccomp filter, and the user namespace. */
const filterDescriptor = "3";
const namespaceDescriptor = "4";
/**
* The command line that runs a command in the sandbox. Before bubblewrap come, in this order: if kiln is
* root, a mount namespace that shows the bound folders at paths that the unprivileged user can reach, and the
* change to that user; the limits; a hint to the kernel to end these processes first when memory runs out; a
* signal for when kiln ends, because bubblewrap requests one only later; the closing of descriptors.
*/
function commandLine(plan, command) {
	const { setup, readOnly, writable } = plan;
	const sources = [
		plan.root,
		...readOnly.map(({ source }) => source),
		...writable.map(({ source }) => source)
	];
	const shown = setup.fromRoot ? sources.map((_, index) => `/mnt/${index}`) : sources;
	const at = (source) => shown[sources.indexOf(source)] ?? source;
	const moved = (binds) => binds.map(({ source, target }) => ({
		source: at(source),
		target
	}));
	return [
		...setup.isChrooted ? leaveChroot : [],
		...setup.fromRoot ? [
			...showAtMnt(sources),
			...asUser(setup.user),
			"--"
		] : [],
		...[
			"prlimit",
			...plan.resourceLimits,
			"--"
		],
		...[
			"choom",
			"--adjust",
			"1000",
			"--"
		],
		...[
			"setpriv",
			"--pdeathsig",
			"KILL",
			"--"
		],
		...[
			"bash",
			"-c",
			lastSteps,
			"bash",
			String(process.pid),
			plan.namespace ?? "/dev/null"
		],
		...bubblewrap({
			...plan,
			root: at(plan.root),
			readOnly: moved(readOnly),
			writable: moved(writable)
		}),
		"--",
		...command
	];
}
/**
* Stops if kiln ended before the signal was requested, opens the user namespace, and closes the descriptors
* that kiln inherited. The output goes through pipes: Node's own streams are sockets, and a socket belongs to
* the network namespace where it was made, whose interfaces it shows to whoever has it.
*/
const lastSteps = `
  if [ "$PPID" != "$1" ]; then exit 1; fi
  exec 4< "$2" || exit; shift 2
  exec > >(exec cat) 2> >(exec cat >&2) || exit
  for path in /proc/self/fd/*; do
    if ((\${path##*/} > 4)); then eval "exec \${path##*/}>&-"; fi
  done
  exec "$@"`;
/**
* Makes the root of a chroot the root of a mount namespace that ends with the command. Entering the namespace that a
* process is in already takes the process to that namespace's own root (setns(2)): the first time to the machine's, over
* which the chroot's root is then mounted, and the second time to that.
*/
const leaveChroot = [
	...[
		"unshare",
		"--mount",
		"--propagation",
		"private",
		"--",
		"sh",
		"-c"
	],
	`exec 9< / && exec nsenter --mount=/proc/self/ns/mnt -- sh -c '
    mount --rbind /proc/self/fd/9 / && exec nsenter --mount=/proc/self/ns/mnt -- "$@"' sh "$@"`,
	"sh"
];
/**
* Binds each source at /mnt/INDEX, in a mount namespace that ends with the command. All are opened first,
* because one may be below /mnt.
*/
function showAtMnt(sources) {
	const script = `set -e
  count=$1; shift
  opened=()
  for ((index = 0; index < count; index++)); do
    exec {descriptor}< "$1"; opened+=("/proc/$$/fd/$descriptor"); shift
  done
  mount -t tmpfs -o mode=0755 tmpfs /mnt
  for ((index = 0; index < count; index++)); do
    if [ -d "\${opened[index]}" ]; then mkdir "/mnt/$index"; else touch "/mnt/$index"; fi
    mount --no-canonicalize --bind "\${opened[index]}" "/mnt/$index"
  done
  exec "$@"`;
	return [
		...[
			"unshare",
			"--mount",
			"--propagation",
			"private",
			"--"
		],
		"bash",
		"-c",
		script,
		"bash",
		String(sources.length),
		...sources
	];
}
function bubblewrap({ namespace, bwrap, root, top, readOnly, writable, env, limits }) {
	const scratch = [
		"--size",
		String(limits.scratch),
		"--perms",
		"1777",
		"--tmpfs"
	];
	return [
		bwrap,
		...namespace === void 0 ? ["--unshare-user", "--disable-userns"] : [
			"--userns",
			namespaceDescriptor,
			"--assert-userns-disabled"
		],
		...["--sync-fd", namespaceDescriptor],
		...[
			"--unshare-pid",
			"--unshare-net",
			"--unshare-ipc",
			"--unshare-uts",
			"--unshare-cgroup-try"
		],
		...[
			"--uid",
			String(userInside),
			"--gid",
			String(userInside),
			"--hostname",
			"sandbox"
		],
		...[
			"--cap-drop",
			"ALL",
			"--seccomp",
			filterDescriptor
		],
		...["--new-session", "--die-with-parent"],
		...["--clearenv", ...Object.entries(env).flatMap(([name, value]) => [
			"--setenv",
			name,
			value
		])],
		...top.flatMap(({ name, link }) => link === void 0 ? [
			"--ro-bind",
			join(root, name),
			`/${name}`
		] : [
			"--symlink",
			link,
			`/${name}`
		]),
		...[
			"--proc",
			"/proc",
			...devices,
			...scratch,
			"/dev/shm",
			...scratch,
			"/tmp"
		],
		...readOnly.flatMap(({ source, target }) => [
			"--ro-bind",
			source,
			target
		]),
		...writable.flatMap(({ source, target }) => [
			"--bind",
			source,
			target
		]),
		...[
			"--remount-ro",
			"/",
			"--chdir",
			"/"
		]
	];
}
/** No terminals: a file system of pseudoterminals needs a user 0, and nothing here needs one. */
const devices = [
	...[
		"null",
		"zero",
		"full",
		"random",
		"urandom"
	].flatMap((name) => [
		"--dev-bind",
		`/dev/${name}`,
		`/dev/${name}`
	]),
	...[
		"--symlink",
		"/proc/self/fd",
		"/dev/fd"
	],
	...[
		"stdin",
		"stdout",
		"stderr"
	].flatMap((name, number) => [
		"--symlink",
		`/proc/self/fd/${number}`,
		`/dev/${name}`
	])
];
// packages/machine/src/sandbox/limits.ts
const MiB = 1048576;
/** Enough for a program that reports its version, also under an emulator. */
const defaultLimits = {
	memory: 4096 * MiB,
	processes: 256,
	openFiles: 1024,
	fileSize: 64 * MiB,
	scratch: 64 * MiB,
	seconds: 60,
	output: 1 * MiB
};
/**
* The options of prlimit for what the kernel limits. It counts the processes of a user, before Linux 5.14
* also those outside the sandbox, so those that are already running are added.
*/
async function resourceLimits(limits, uid) {
	return [
		"--core=1",
		`--as=${limits.memory}`,
		`--fsize=${limits.fileSize}`,
		`--nofile=${limits.openFiles}`,
		`--cpu=${limits.seconds}`,
		`--nproc=${limits.processes + await threadsOf(uid)}`
	];
}
async function threadsOf(uid) {
	const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
	return (await Promise.all(processes.map((pid) => threadsIn(`/proc/${pid}`, uid)))).reduce((sum, count) => sum + count, 0);
}
async function threadsIn(folder, uid) {
	const status = await readIfPresent(`${folder}/status`);
	if (Number(/^Uid:\s*(\d+)/m.exec(status)?.[1]) !== uid) return 0;
	return Number(/^Threads:\s*(\d+)/m.exec(status)?.[1]);
}
/** Reads a file of a process; empty if the process has ended. */
async function readIfPresent(path) {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (["ENOENT", "ESRCH"].includes(systemCode(error) ?? "")) return "";
		throw error;
	}
}
// packages/machine/src/sandbox/system-calls.ts
/**
* What no program needs that only reports about itself or converts a file: calls that change mounts,
* namespaces or the whole machine, look into other processes, or open large parts of the kernel that have no
* namespaces. Most of them also need a capability that nothing in the sandbox has; the filter holds where the
* kernel's check has a fault.
*/
const denied = {
	chroot: [161, 51],
	fsconfig: [431, 431],
	fsmount: [432, 432],
	fsopen: [430, 430],
	fspick: [433, 433],
	mount: [165, 40],
	mount_setattr: [442, 442],
	move_mount: [429, 429],
	open_tree: [428, 428],
	open_tree_attr: [467, 467],
	pivot_root: [155, 41],
	umount2: [166, 39],
	name_to_handle_at: [303, 264],
	open_by_handle_at: [304, 265],
	setns: [308, 268],
	unshare: [272, 97],
	kcmp: [312, 272],
	pidfd_getfd: [438, 438],
	process_madvise: [440, 440],
	process_vm_readv: [310, 270],
	process_vm_writev: [311, 271],
	ptrace: [101, 117],
	add_key: [248, 217],
	keyctl: [250, 219],
	request_key: [249, 218],
	acct: [163, 89],
	adjtimex: [159, 171],
	clock_adjtime: [305, 266],
	clock_settime: [227, 112],
	delete_module: [176, 106],
	finit_module: [313, 273],
	init_module: [175, 105],
	ioperm: [173, void 0],
	iopl: [172, void 0],
	kexec_file_load: [320, 294],
	kexec_load: [246, 104],
	quotactl: [179, 60],
	quotactl_fd: [443, 443],
	reboot: [169, 142],
	setdomainname: [171, 162],
	sethostname: [170, 161],
	settimeofday: [164, 170],
	swapoff: [168, 225],
	swapon: [167, 224],
	syslog: [103, 116],
	uselib: [134, void 0],
	vhangup: [153, 58],
	bpf: [321, 280],
	fanotify_init: [300, 262],
	io_uring_enter: [426, 426],
	io_uring_register: [427, 427],
	io_uring_setup: [425, 425],
	lookup_dcookie: [212, 18],
	perf_event_open: [298, 241],
	userfaultfd: [323, 282]
};
/** What is denied for some of its arguments, or with another error. */
const examined = {
	clone: [56, 220],
	clone3: [435, 435],
	ioctl: [16, 29],
	prlimit64: [302, 261],
	setrlimit: [160, 164],
	socket: [41, 198]
};
const index = {
	x64: 0,
	arm64: 1
};
/** The numbers of the calls that are denied whatever their arguments. */
function deniedCalls(machine) {
	return Object.values(denied).map((pair) => pair[index[machine]]).filter((number) => number !== void 0);
}
/** The numbers of the calls whose arguments decide. */
function examinedCalls(machine) {
	const at = index[machine];
	const { clone, clone3, ioctl, prlimit64, setrlimit, socket } = examined;
	return {
		clone: clone[at],
		clone3: clone3[at],
		ioctl: ioctl[at],
		prlimit64: prlimit64[at],
		setrlimit: setrlimit[at],
		socket: socket[at]
	};
}
// packages/machine/src/sandbox/seccomp.ts
/** Fields of `struct seccomp_data` by their offset (both machines are little-endian). */
const field = {
	number: 0,
	architecture: 4,
	/** The lower half of an argument. */
	argument: (index) => 16 + 8 * index,
	upperHalf: (index) => 20 + 8 * index
};
/** The AUDIT_ARCH_ value of a machine's own system calls (linux/audit.h). */
const auditArchitecture = {
	x64: 3221225534,
	arm64: 3221225655
};
/** Instructions of classic BPF that a filter needs (linux/bpf_common.h). */
const op = {
	load: 32,
	jumpIfEqual: 21,
	jumpIfAtLeast: 53,
	jumpIfAnyBit: 69,
	return: 6
};
const errno = {
	EPERM: 1,
	ENOSYS: 38,
	EAFNOSUPPORT: 97
};
const allow = 2147418112;
const fail = (error) => 327680 | error;
/** The call seems to succeed, and does nothing. */
const ignore$1 = fail(0);
/** The first number of the x32 calls, which duplicate the calls of an x86-64 kernel. */
const firstX32Call = 1073741824;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 2114060288;
/**
* AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: a network namespace separates these, but not AF_VSOCK and AF_ALG.
*/
const socketFamilies = [
	1,
	2,
	10,
	16
];
/** RLIMIT_CORE, which keeps crashes from the machine's crash handler: no program may lower it. */
const coreLimit = 4;
/** TIOCSTI and TIOCLINUX, which type into a terminal. */
const terminalInputs = [21522, 21532];
/**
* The filter of system calls for programs in the sandbox, as bwrap takes it: an array of `struct
* sock_filter`. A program of another architecture runs under an emulator, which makes this machine's calls.
*/
function seccompFilter(machine) {
	const { clone, clone3, ioctl, prlimit64, setrlimit, socket } = examinedCalls(machine);
	return encode([
		load(field.architecture),
		...unless(op.jumpIfEqual, auditArchitecture[machine], fail(errno.ENOSYS)),
		load(field.number),
		...machine === "x64" ? when(op.jumpIfAtLeast, firstX32Call, fail(errno.ENOSYS)) : [],
		...deniedCalls(machine).flatMap((call) => when(op.jumpIfEqual, call, fail(errno.EPERM))),
		...when(op.jumpIfEqual, clone3, fail(errno.ENOSYS)),
		...examine(clone, 0, [...when(op.jumpIfAnyBit, namespaceFlags, fail(errno.EPERM)), answer(allow)]),
		...examine(socket, 0, [...socketFamilies.flatMap((family) => when(op.jumpIfEqual, family, allow)), answer(fail(errno.EAFNOSUPPORT))]),
		...examine(setrlimit, 0, [...when(op.jumpIfEqual, coreLimit, ignore$1), answer(allow)]),
		...examine(prlimit64, 1, [
			...unless(op.jumpIfEqual, coreLimit, allow),
			...[field.argument(2), field.upperHalf(2)].flatMap((half) => [load(half), ...when(op.jumpIfAnyBit, 4294967295, ignore$1)]),
			answer(allow)
		]),
		...examine(ioctl, 1, [...terminalInputs.flatMap((request) => when(op.jumpIfEqual, request, fail(errno.EPERM))), answer(allow)]),
		answer(allow)
	]);
}
const load = (offset) => [
	op.load,
	0,
	0,
	offset
];
const answer = (value) => [
	op.return,
	0,
	0,
	value
];
const when = (test, value, result) => [[
	test,
	0,
	1,
	value
], answer(result)];
const unless = (test, value, result) => [[
	test,
	1,
	0,
	value
], answer(result)];
/** Instructions that decide about a call by one of its arguments; `decision` must end in an answer. */
function examine(call, argument, decision) {
	return [
		[
			op.jumpIfEqual,
			0,
			decision.length + 1,
			call
		],
		load(field.argument(argument)),
		...decision
	];
}
function encode(instructions) {
	const bytes = Buffer.alloc(8 * instructions.length);
	for (const [index, [code, whenTrue, whenFalse, value]] of instructions.entries()) {
		bytes.writeUInt16LE(code, 8 * index);
		bytes.writeUInt8(whenTrue, 8 * index + 2);
		bytes.writeUInt8(whenFalse, 8 * index + 3);
		bytes.writeUInt32LE(value, 8 * index + 4);
	}
	return bytes;
}
// packages/machine/src/sandbox/user-namespace.ts
/**
* Runs work with the path of a user namespace that root made for the sandbox's user, in which no other can be
* made. Root is needed only to make it: the owner of a namespace may enter it without any capability.
*
* Ubuntu 24.04 and later need this, and with them GitHub's runners. There AppArmor takes the capabilities
* from a process that makes a user namespace, unless the process already has CAP_SYS_ADMIN or a profile
* allows it, while entering an existing namespace is not restricted. AppArmor's own regression tests state
* both: "unconfined cap_sys_admin" and "setns - user" in tests/regression/apparmor/userns.sh.
* @throws KilnError `sandbox-unavailable`
*/
async function withGrantedNamespace({ user, rootPrefix }, work) {
	const [program = "", ...args] = [...rootPrefix, ...makeNamespace(user)];
	const keeper = spawn(program, args, { stdio: [
		"pipe",
		"pipe",
		"pipe"
	] });
	try {
		return await work(`/proc/${await pidOf(keeper)}/ns/user`);
	} finally {
		keeper.stdin.end();
	}
}
/** With CAP_SYS_ADMIN, but as the user: a namespace belongs to the user who makes it. */
function makeNamespace(user) {
	return [
		...asUser(user),
		...[
			"--inh-caps=+sys_admin",
			"--ambient-caps=+sys_admin",
			"--"
		],
		...[
			"unshare",
			"--user",
			"--keep-caps",
			`--map-user=${userInside}`,
			`--map-group=${userInside}`,
			"--"
		],
		...[
			"sh",
			"-c",
			"echo 0 > /proc/sys/user/max_user_namespaces && echo $$ && exec cat"
		]
	];
}
/** What the process prints once the namespace is complete. */
async function pidOf({ stdout, stderr }) {
	if (stdout === null || stderr === null) throw new Error("the child process has no pipes");
	const ended = text(stderr).then((complaint) => {
		throw unavailable(complaint.trim() || "no user namespace, and no error message");
	});
	const [line] = await Promise.race([once(stdout.setEncoding("utf8"), "data"), ended]);
	return Number(line);
}
// packages/machine/src/sandbox/run-in-setup.ts
/** Runs a command in the sandbox that a setup gives. */
async function runIn(setup, command, { root, readOnly = [], writable = [], env = {}, limits: changes, signal }) {
	const limits = {
		...defaultLimits,
		...changes
	};
	const { uid, gid } = setup.user;
	if (setup.fromRoot) await Promise.all(writable.map(({ source }) => chown(source, uid, gid)));
	const { bwrap } = await ensurePrograms(["bwrap"], () => void 0);
	const plan = {
		setup,
		bwrap,
		root: root.folder,
		readOnly,
		writable,
		limits,
		env: {
			PATH: "/usr/local/bin:/usr/bin:/bin",
			...env
		},
		top: await topEntries(root),
		resourceLimits: await resourceLimits(limits, uid)
	};
	const start = (namespace) => {
		const [program = "", ...args] = commandLine({
			...plan,
			namespace
		}, command);
		return tryRun(program, args, {
			onlyEnv: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
			thirdInput: seccompFilter(process.arch === "arm64" ? "arm64" : "x64"),
			maxOutput: limits.output,
			timeoutMs: limits.seconds * 1e3,
			...signal === void 0 ? {} : { signal }
		});
	};
	return setup.userNamespace === "own" ? await start() : await withGrantedNamespace(setup, start);
}
// packages/machine/src/sandbox/choose-setup.ts
let chosen;
/**
* The first setup that works on this machine, found out once by running `true` in it.
* @throws KilnError `sandbox-unavailable`
*/
function chooseSetup() {
	return chosen ??= firstWorking();
}
async function firstWorking() {
	const uid = process.getuid?.() ?? 0;
	const gid = process.getgid?.() ?? 0;
	const fromRoot = uid === 0 && await isRootOutside();
	const own = {
		user: fromRoot ? unprivilegedUser : {
			uid,
			gid
		},
		fromRoot,
		isChrooted: false,
		userNamespace: "own",
		rootPrefix: []
	};
	const problem = await problemWith(own);
	if (problem === void 0) return own;
	const chrooted = {
		...own,
		isChrooted: true
	};
	if (fromRoot && await problemWith(chrooted) === void 0) return chrooted;
	const prefix = await rootPrefix();
	if (prefix === void 0) throw unavailable(`${problem}, and no sudo without a password`);
	const granted = {
		...own,
		userNamespace: "granted",
		rootPrefix: prefix
	};
	const second = await problemWith(granted);
	if (second === void 0) return granted;
	throw unavailable(`${problem}; and in a user namespace made by root: ${second}`);
}
/**
* Whether root here is root of the machine or of a container. In a namespace of `unshare --map-root-user` it
* is another user.
*/
async function isRootOutside() {
	return /^\s*0\s+0\s/.test(await readFile("/proc/self/uid_map", "utf8"));
}
/** Why a setup does not work here; undefined if it does. */
async function problemWith(setup) {
	const { status, summary } = await runIn(setup, ["/usr/bin/true"], { root: machinePrograms });
	return status === 0 ? void 0 : summary;
}
// packages/machine/src/sandbox/sandbox.ts
/**
* Runs an untrusted program, or a program that reads untrusted data. It gets:
*
* - namespaces of its own for mounts, processes, network, IPC, host name and users, and no way to
*   create others;
* - a read-only root, /proc and five devices, a small /tmp, and what the options name;
* - an unprivileged user of the machine, without capabilities, and no way to gain any (no_new_privs);
* - no system calls that a program of this kind does not need (seccomp), no terminal, and no descriptors
*   except 0 to 2;
* - limits: of memory, processes, files and processor time by the kernel (rlimits), of time and output by
*   kiln, which ends every process. When the machine's memory runs out, these processes are the first that
*   the kernel ends.
*
* The program ends with kiln, even if kiln is killed. If that happens in the milliseconds in which bubblewrap
* sets up the sandbox, only the limit of processor time ends the program.
* @throws KilnError `sandbox-unavailable`
*/
async function runInSandbox(command, options) {
	return await runIn(await chooseSetup(), command, options);
}
// packages/machine/src/work-folder.ts
/**
* Runs work with a new folder, and removes the folder afterwards, also if this process exits or is
* terminated. Also removes the folders that killed processes have left.
*/
async function withWorkFolder({ parent, prefix = "" }, work) {
	await makeFolder(parent);
	await removeOrphans(parent, prefix);
	const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
	const removeNow = () => rmSync(folder, {
		recursive: true,
		force: true,
		maxRetries: 20,
		retryDelay: 50
	});
	using _ = onTermination(removeNow);
	process.once("exit", removeNow);
	try {
		return await work(folder);
	} finally {
		process.off("exit", removeNow);
		await rm(folder, {
			recursive: true,
			force: true
		});
	}
}
const signals = [
	"SIGINT",
	"SIGTERM",
	"SIGHUP"
];
/** Runs a function when this process gets a signal to terminate; the signal then has its usual effect. */
function onTermination(act) {
	const actAndTerminate = (signal) => {
		act();
		process.kill(process.pid, signal);
	};
	for (const signal of signals) process.once(signal, actAndTerminate);
	return { [Symbol.dispose]() {
		for (const signal of signals) process.off(signal, actAndTerminate);
	} };
}
async function removeOrphans(parent, prefix) {
	const orphans = (await readdir(parent)).filter((name) => isOrphan(name, prefix));
	await Promise.all(orphans.map(async (name) => {
		try {
			await rm(join(parent, name), {
				recursive: true,
				force: true
			});
		} catch (error) {
			if (![
				"EACCES",
				"EPERM",
				"ENOTEMPTY"
			].includes(systemCode(error) ?? "")) throw error;
		}
	}));
}
function isOrphan(name, prefix) {
	const [, pid] = /^(\d+)-\w{6}$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
	return pid !== void 0 && !isAlive(Number(pid));
}
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return systemCode(error) === "EPERM";
	}
}
// packages/action/src/log.ts
function logLine(line) {
	info(harmless(line));
}
function openLog() {
	let isOpen = false;
	const end = () => {
		if (isOpen) endGroup();
		isOpen = false;
	};
	const phase = (title) => {
		end();
		startGroup(oneLine(title));
		isOpen = true;
	};
	return {
		phase,
		say: stepsOf(logLine),
		log: logLine,
		reporter: { run: (phases, options) => runPhases({
			phase,
			log: logLine
		}, phases, options) },
		[Symbol.dispose]: end
	};
}
async function runPhases({ phase, log }, phases, { concurrency = 1 } = {}) {
	const errors = [];
	const runOne = async (run, ownLog) => {
		await run(stepsOf(ownLog)).catch((error) => {
			ownLog(`failed: ${error instanceof Error ? error.message : String(error)}`);
			errors.push(error);
		});
	};
	if (concurrency === 1) {
		for (const { title, run } of phases) {
			phase(title);
			await runOne(run, log);
		}
		return errors;
	}
	phase(phases.map(({ title }) => title).join(", "));
	const waiting = phases.values();
	const work = async () => {
		for (const { title, run } of waiting) await runOne(run, (line) => log(`${title}: ${line}`));
	};
	await Promise.all(Array.from({ length: concurrency }, work));
	return errors;
}
/**
* Keeps a program's output, or a name from outside, from being a command to the runner, which reads `##[`
* anywhere and `::` at the start of a line. For the runner a carriage return ends a line, too.
*/
function harmless(line) {
	return oneLine(line.replaceAll(/[\r\n]+/g, " ")).replaceAll("##[", "# #[").replace(/^(\s*):(?=:)/, "$1: ");
}
/** Reports a warning as an annotation. */
function warn(title, text) {
	warning(printable(text), { title });
}
/**
* Reports an error as an annotation, which GitHub shows with the run. The stack is only in the log of a run
* with debug logging.
*/
function annotate(thrown) {
	for (const error$1 of thrown instanceof AggregateError ? thrown.errors : [thrown]) {
		const shown = isDiskFull(error$1) ? diskFullError("what was being written", error$1) : error$1;
		if (isKilnError(shown)) {
			const { code, expected, found, next } = shown;
			error(`expected ${printable(expected)}\nfound: ${printable(found)}\nnext: ${printable(next)}`, { title: code });
		} else error(`${printable(shown instanceof Error ? shown.message : String(shown))}\nfound: an error that kiln did not foresee\nnext: run it again with debug logging, and report what it prints`, { title: "unexpected" });
		if (!isDebug()) continue;
		for (let at = shown; at instanceof Error; at = at.cause) debug(printable(at.stack ?? at.message));
	}
}
// packages/action/src/run-action.ts
/**
* Runs an action as GitHub's runner starts it. Every error becomes an annotation and sets the exit status 1.
* The summary is written even then.
*/
async function runAction({ inputs, outputs }, work) {
	for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
	using log = openLog();
	const errors = [];
	try {
		const given = readInputs(inputs);
		await useProxies();
		await work({
			inputs: given,
			phase: log.phase,
			say: log.say,
			log: log.log,
			reporter: log.reporter,
			setOutput,
			summarize: (markdown) => void summary.addRaw(escapeControls(markdown), true).addEOL(),
			warn,
			fail: (error) => void errors.push(error)
		});
	} catch (error) {
		errors.push(error);
	}
	log[Symbol.dispose]();
	for (const error of errors) annotate(error);
	if (errors.length > 0) process.exitCode = 1;
	if (!summary.isEmptyBuffer()) await summary.write();
}
/**
* Sends requests through the proxy that a self-hosted runner has in http_proxy and https_proxy. Node ignores
* those unless a program asks for them, which is possible from 24.14 on.
*/
async function useProxies() {
	if (!Object.keys(process.env).some((name) => /^https?_proxy$/i.test(name))) return;
	const http = await import("node:http");
	if ("setGlobalProxyFromEnv" in http) http.setGlobalProxyFromEnv();
}
// node_modules/.pnpm/@actions+github@9.1.1/node_modules/@actions/github/lib/context.js
var Context = class {
	/**
	* Hydrate the context from the environment
	*/
	constructor() {
		var _a, _b, _c;
		this.payload = {};
		if (process.env.GITHUB_EVENT_PATH) {
			if (existsSync$1(process.env.GITHUB_EVENT_PATH)) this.payload = JSON.parse(readFileSync$1(process.env.GITHUB_EVENT_PATH, { encoding: "utf8" }));
			else {
				const path = process.env.GITHUB_EVENT_PATH;
				process.stdout.write(`GITHUB_EVENT_PATH ${path} does not exist${EOL}`);
			}
		}
		this.eventName = process.env.GITHUB_EVENT_NAME;
		this.sha = process.env.GITHUB_SHA;
		this.ref = process.env.GITHUB_REF;
		this.workflow = process.env.GITHUB_WORKFLOW;
		this.action = process.env.GITHUB_ACTION;
		this.actor = process.env.GITHUB_ACTOR;
		this.job = process.env.GITHUB_JOB;
		this.runAttempt = parseInt(process.env.GITHUB_RUN_ATTEMPT, 10);
		this.runNumber = parseInt(process.env.GITHUB_RUN_NUMBER, 10);
		this.runId = parseInt(process.env.GITHUB_RUN_ID, 10);
		this.apiUrl = (_a = process.env.GITHUB_API_URL) !== null && _a !== void 0 ? _a : `https://api.github.com`;
		this.serverUrl = (_b = process.env.GITHUB_SERVER_URL) !== null && _b !== void 0 ? _b : `https://github.com`;
		this.graphqlUrl = (_c = process.env.GITHUB_GRAPHQL_URL) !== null && _c !== void 0 ? _c : `https://api.github.com/graphql`;
	}
	get issue() {
		const payload = this.payload;
		return Object.assign(Object.assign({}, this.repo), { number: (payload.issue || payload.pull_request || payload).number });
	}
	get repo() {
		if (process.env.GITHUB_REPOSITORY) {
			const [owner, repo] = process.env.GITHUB_REPOSITORY.split("/");
			return {
				owner,
				repo
			};
		}
		if (this.payload.repository) return {
			owner: this.payload.repository.owner.login,
			repo: this.payload.repository.name
		};
		throw new Error("context.repo requires a GITHUB_REPOSITORY environment variable like 'owner/repo'");
	}
};
// node_modules/.pnpm/universal-user-agent@7.0.3/node_modules/universal-user-agent/index.js
function getUserAgent() {
	if (typeof navigator === "object" && "userAgent" in navigator) return navigator.userAgent;
	if (typeof process === "object" && process.version !== void 0) return `Node.js/${process.version.substr(1)} (${process.platform}; ${process.arch})`;
	return "<environment undetectable>";
}
// node_modules/.pnpm/before-after-hook@4.0.0/node_modules/before-after-hook/lib/register.js
function register(state, name, method, options) {
	if (typeof method !== "function") throw new Error("method for before hook must be a function");
	if (!options) options = {};
	if (Array.isArray(name)) return name.reverse().reduce((callback, name) => {
		return register.bind(null, state, name, callback, options);
	}, method)();
	return Promise.resolve().then(() => {
		if (!state.registry[name]) return method(options);
		return state.registry[name].reduce((method, registered) => {
			return registered.hook.bind(null, method, options);
		}, method)();
	});
}
// node_modules/.pnpm/before-after-hook@4.0.0/node_modules/before-after-hook/lib/add.js
function addHook(state, kind, name, hook) {
	const orig = hook;
	if (!state.registry[name]) state.registry[name] = [];
	if (kind === "before") hook = (method, options) => {
		return Promise.resolve().then(orig.bind(null, options)).then(method.bind(null, options));
	};
	if (kind === "after") hook = (method, options) => {
		let result;
		return Promise.resolve().then(method.bind(null, options)).then((result_) => {
			result = result_;
			return orig(result, options);
		}).then(() => {
			return result;
		});
	};
	if (kind === "error") hook = (method, options) => {
		return Promise.resolve().then(method.bind(null, options)).catch((error) => {
			return orig(error, options);
		});
	};
	state.registry[name].push({
		hook,
		orig
	});
}
// node_modules/.pnpm/before-after-hook@4.0.0/node_modules/before-after-hook/lib/remove.js
function removeHook(state, name, method) {
	if (!state.registry[name]) return;
	const index = state.registry[name].map((registered) => {
		return registered.orig;
	}).indexOf(method);
	if (index === -1) return;
	state.registry[name].splice(index, 1);
}
// node_modules/.pnpm/before-after-hook@4.0.0/node_modules/before-after-hook/index.js
const bind = Function.bind;
const bindable = bind.bind(bind);
function bindApi(hook, state, name) {
	const removeHookRef = bindable(removeHook, null).apply(null, name ? [state, name] : [state]);
	hook.api = { remove: removeHookRef };
	hook.remove = removeHookRef;
	[
		"before",
		"error",
		"after",
		"wrap"
	].forEach((kind) => {
		const args = name ? [
			state,
			kind,
			name
		] : [state, kind];
		hook[kind] = hook.api[kind] = bindable(addHook, null).apply(null, args);
	});
}
function Singular() {
	const singularHookName = Symbol("Singular");
	const singularHookState = { registry: {} };
	const singularHook = register.bind(null, singularHookState, singularHookName);
	bindApi(singularHook, singularHookState, singularHookName);
	return singularHook;
}
function Collection() {
	const state = { registry: {} };
	const hook = register.bind(null, state);
	bindApi(hook, state);
	return hook;
}
var before_after_hook_default = {
	Singular,
	Collection
};
// node_modules/.pnpm/@octokit+endpoint@11.0.5/node_modules/@octokit/endpoint/dist-bundle/index.js
var DEFAULTS = {
	method: "GET",
	baseUrl: "https://api.github.com",
	headers: {
		accept: "application/vnd.github.v3+json",
		"user-agent": `octokit-endpoint.js/0.0.0-development ${getUserAgent()}`
	},
	mediaType: { format: "" }
};
function lowercaseKeys(object) {
	if (!object) return {};
	return Object.keys(object).reduce((newObj, key) => {
		newObj[key.toLowerCase()] = object[key];
		return newObj;
	}, {});
}
function isPlainObject$1(value) {
	if (typeof value !== "object" || value === null) return false;
	if (Object.prototype.toString.call(value) !== "[object Object]") return false;
	const proto = Object.getPrototypeOf(value);
	if (proto === null) return true;
	const Ctor = Object.prototype.hasOwnProperty.call(proto, "constructor") && proto.constructor;
	return typeof Ctor === "function" && Ctor instanceof Ctor && Function.prototype.call(Ctor) === Function.prototype.call(value);
}
function mergeDeep(defaults, options) {
	const result = Object.assign({}, defaults);
	Object.keys(options).forEach((key) => {
		if (isPlainObject$1(options[key])) {
			if (!(key in defaults)) Object.assign(result, { [key]: options[key] });
			else result[key] = mergeDeep(defaults[key], options[key]);
		} else Object.assign(result, { [key]: options[key] });
	});
	return result;
}
function removeUndefinedProperties(obj) {
	for (const key in obj) if (obj[key] === void 0) delete obj[key];
	return obj;
}
function merge(defaults, route, options) {
	if (typeof route === "string") {
		let [method, url] = route.split(" ");
		options = Object.assign(url ? {
			method,
			url
		} : { url: method }, options);
	} else options = Object.assign({}, route);
	options.headers = lowercaseKeys(options.headers);
	removeUndefinedProperties(options);
	removeUndefinedProperties(options.headers);
	const mergedOptions = mergeDeep(defaults || {}, options);
	if (options.url === "/graphql") {
		if (defaults && defaults.mediaType.previews?.length) mergedOptions.mediaType.previews = defaults.mediaType.previews.filter((preview) => !mergedOptions.mediaType.previews.includes(preview)).concat(mergedOptions.mediaType.previews);
		mergedOptions.mediaType.previews = (mergedOptions.mediaType.previews || []).map((preview) => preview.replace(/-preview/, ""));
	}
	return mergedOptions;
}
function addQueryParameters(url, parameters) {
	const separator = /\?/.test(url) ? "&" : "?";
	const names = Object.keys(parameters);
	if (names.length === 0) return url;
	return url + separator + names.map((name) => {
		if (name === "q") return "q=" + parameters.q.split("+").map(encodeURIComponent).join("+");
		return `${name}=${encodeURIComponent(parameters[name])}`;
	}).join("&");
}
var urlVariableRegex = /\{[^{}}]+\}/g;
function removeNonChars(variableName) {
	return variableName.replace(/(?:^\W+)|(?:(?<!\W)\W+$)/g, "").split(/,/);
}
function extractUrlVariableNames(url) {
	const matches = url.match(urlVariableRegex);
	if (!matches) return [];
	return matches.map(removeNonChars).reduce((a, b) => a.concat(b), []);
}
function omit(object, keysToOmit) {
	const result = { __proto__: null };
	for (const key of Object.keys(object)) if (keysToOmit.indexOf(key) === -1) result[key] = object[key];
	return result;
}
function encodeReserved(str) {
	return str.split(/(%[0-9A-Fa-f]{2})/g).map(function(part) {
		if (!/%[0-9A-Fa-f]/.test(part)) part = encodeURI(part).replace(/%5B/g, "[").replace(/%5D/g, "]");
		return part;
	}).join("");
}
function encodeUnreserved(str) {
	return encodeURIComponent(str).replace(/[!'()*]/g, function(c) {
		return "%" + c.charCodeAt(0).toString(16).toUpperCase();
	});
}
function encodeValue(operator, value, key) {
	value = operator === "+" || operator === "#" ? encodeReserved(value) : encodeUnreserved(value);
	if (key) return encodeUnreserved(key) + "=" + value;
	else return value;
}
function isDefined(value) {
	return value !== void 0 && value !== null;
}
function isKeyOperator(operator) {
	return operator === ";" || operator === "&" || operator === "?";
}
function getValues(context, operator, key, modifier) {
	var value = context[key], result = [];
	if (isDefined(value) && value !== "") {
		if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
			value = value.toString();
			if (modifier && modifier !== "*") value = value.substring(0, parseInt(modifier, 10));
			result.push(encodeValue(operator, value, isKeyOperator(operator) ? key : ""));
		} else if (modifier === "*") {
			if (Array.isArray(value)) value.filter(isDefined).forEach(function(value2) {
				result.push(encodeValue(operator, value2, isKeyOperator(operator) ? key : ""));
			});
			else Object.keys(value).forEach(function(k) {
				if (isDefined(value[k])) result.push(encodeValue(operator, value[k], k));
			});
		} else {
			const tmp = [];
			if (Array.isArray(value)) value.filter(isDefined).forEach(function(value2) {
				tmp.push(encodeValue(operator, value2));
			});
			else Object.keys(value).forEach(function(k) {
				if (isDefined(value[k])) {
					tmp.push(encodeUnreserved(k));
					tmp.push(encodeValue(operator, value[k].toString()));
				}
			});
			if (isKeyOperator(operator)) result.push(encodeUnreserved(key) + "=" + tmp.join(","));
			else if (tmp.length !== 0) result.push(tmp.join(","));
		}
	} else if (operator === ";") {
		if (isDefined(value)) result.push(encodeUnreserved(key));
	} else if (value === "" && (operator === "&" || operator === "?")) result.push(encodeUnreserved(key) + "=");
	else if (value === "") result.push("");
	return result;
}
function parseUrl(template) {
	return { expand: expand.bind(null, template) };
}
function expand(template, context) {
	var operators = [
		"+",
		"#",
		".",
		"/",
		";",
		"?",
		"&"
	];
	template = template.replace(/\{([^\{\}]+)\}|([^\{\}]+)/g, function(_, expression, literal) {
		if (expression) {
			let operator = "";
			const values = [];
			if (operators.indexOf(expression.charAt(0)) !== -1) {
				operator = expression.charAt(0);
				expression = expression.substr(1);
			}
			expression.split(/,/g).forEach(function(variable) {
				var tmp = /([^:\*]*)(?::(\d+)|(\*))?/.exec(variable);
				values.push(getValues(context, operator, tmp[1], tmp[2] || tmp[3]));
			});
			if (operator && operator !== "+") {
				var separator = ",";
				if (operator === "?") separator = "&";
				else if (operator !== "#") separator = operator;
				return (values.length !== 0 ? operator : "") + values.join(separator);
			} else return values.join(",");
		} else return encodeReserved(literal);
	});
	if (template === "/") return template;
	else return template.replace(/\/$/, "");
}
function parse$2(options) {
	let method = options.method.toUpperCase();
	let url = (options.url || "/").replace(/:([a-z]\w+)/g, "{$1}");
	let headers = Object.assign({}, options.headers);
	let body;
	let parameters = omit(options, [
		"method",
		"baseUrl",
		"url",
		"headers",
		"request",
		"mediaType"
	]);
	const urlVariableNames = extractUrlVariableNames(url);
	url = parseUrl(url).expand(parameters);
	if (!/^http/.test(url)) url = options.baseUrl + url;
	const remainingParameters = omit(parameters, Object.keys(options).filter((option) => urlVariableNames.includes(option)).concat("baseUrl"));
	if (!/application\/octet-stream/i.test(headers.accept)) {
		if (options.mediaType.format) headers.accept = headers.accept.split(/,/).map((format) => format.replace(/application\/vnd(\.\w+)(\.v3)?(\.\w+)?(\+json)?$/, `application/vnd$1$2.${options.mediaType.format}`)).join(",");
		if (url.endsWith("/graphql")) {
			if (options.mediaType.previews?.length) headers.accept = (headers.accept.match(/(?<![\w-])[\w-]+(?=-preview)/g) || []).concat(options.mediaType.previews).map((preview) => {
				return `application/vnd.github.${preview}-preview${options.mediaType.format ? `.${options.mediaType.format}` : "+json"}`;
			}).join(",");
		}
	}
	if (["GET", "HEAD"].includes(method)) url = addQueryParameters(url, remainingParameters);
	else if ("data" in remainingParameters) body = remainingParameters.data;
	else if (Object.keys(remainingParameters).length) body = remainingParameters;
	if (!headers["content-type"] && typeof body !== "undefined") headers["content-type"] = "application/json; charset=utf-8";
	if (["PATCH", "PUT"].includes(method) && typeof body === "undefined") body = "";
	return Object.assign({
		method,
		url,
		headers
	}, typeof body !== "undefined" ? { body } : null, options.request ? { request: options.request } : null);
}
function endpointWithDefaults(defaults, route, options) {
	return parse$2(merge(defaults, route, options));
}
function withDefaults$2(oldDefaults, newDefaults) {
	const DEFAULTS2 = merge(oldDefaults, newDefaults);
	const endpoint2 = endpointWithDefaults.bind(null, DEFAULTS2);
	return Object.assign(endpoint2, {
		DEFAULTS: DEFAULTS2,
		defaults: withDefaults$2.bind(null, DEFAULTS2),
		merge: merge.bind(null, DEFAULTS2),
		parse: parse$2
	});
}
var endpoint = withDefaults$2(null, DEFAULTS);
// node_modules/.pnpm/content-type@3.1.1/node_modules/content-type/dist/index.js
/*!
* content-type
* Copyright(c) 2015 Douglas Christopher Wilson
* MIT Licensed
*/
const SP = 32;
const HTAB = 9;
const SEMI = 59;
const EQ = 61;
const DQUOTE = 34;
const BSLASH = 92;
const COMMA = 44;
const LOWER_CASE = 1;
const OWS = 2;
const SEMI_FLAG = 4;
const COMMA_FLAG = 8;
const TOKEN_FLAG = 16;
const NON_ASCII = 65280;
const CASE_FLAGS = 65281;
/**
* Character flags used to normalize HTTP field values while scanning.
* Out-of-range reads intentionally coerce to zero in bitwise expressions.
*/
const CHAR_MAP = /* @__PURE__ */ new Uint8Array(256);
CHAR_MAP[HTAB] |= OWS;
CHAR_MAP[SP] |= OWS;
CHAR_MAP[SEMI] |= SEMI_FLAG;
CHAR_MAP[COMMA] |= COMMA_FLAG;
for (let code = 128; code <= 255; code++) CHAR_MAP[code] |= LOWER_CASE;
for (const char of "!#$%&'*+-.^_`|~") CHAR_MAP[char.charCodeAt(0)] |= TOKEN_FLAG;
for (let code = 48; code <= 57; code++) CHAR_MAP[code] |= TOKEN_FLAG;
for (let code = 65; code <= 90; code++) CHAR_MAP[code] |= 17;
for (let code = 97; code <= 122; code++) CHAR_MAP[code] |= TOKEN_FLAG;
/**
* Null object perf optimization. Faster than `Object.create(null)` and `{ __proto__: null }`.
*/
const NullObject = /* @__PURE__ */ (() => {
	const C = function() {};
	C.prototype = Object.create(null);
	return C;
})();
/**
* Parse a `Content-Type` header.
*/
function parse$1(header, options) {
	const stopFlags = SEMI_FLAG | (options?.comma === true ? COMMA_FLAG : 0);
	const len = header.length;
	let valueStart = options?.start ?? 0;
	while ((CHAR_MAP[header.charCodeAt(valueStart)] & OWS) !== 0) valueStart++;
	let index = valueStart;
	let typeFlags = 0;
	let whitespace = -1;
	let stop = options?.parameters === false ? COMMA_FLAG : 0;
	while (index < len) {
		const code = header.charCodeAt(index);
		const flags = CHAR_MAP[code];
		if ((flags & stopFlags) !== 0) {
			stop |= flags & COMMA_FLAG;
			break;
		}
		if ((flags & OWS) !== 0) {
			if (whitespace === -1) whitespace = index;
		} else whitespace = -1;
		typeFlags |= code & NON_ASCII | flags;
		index++;
	}
	const valueEnd = whitespace === -1 ? index : whitespace;
	const value = header.slice(valueStart, valueEnd);
	const type = (typeFlags & CASE_FLAGS) === 0 ? value : value.toLowerCase();
	if (index === len || stop !== 0) return {
		type,
		index,
		parameters: new NullObject()
	};
	return parseParameters(header, type, index, len, stopFlags);
}
/**
* Parses the parameters of a `Content-Type` header starting at the given index.
*/
function parseParameters(header, type, index, len, stopFlags) {
	const parameters = new NullObject();
	parameter: while (index < len) {
		index++;
		while ((CHAR_MAP[header.charCodeAt(index)] & OWS) !== 0) index++;
		const keyStart = index;
		let keyFlags = 0;
		let keyWhitespace = -1;
		while (index < len) {
			const code = header.charCodeAt(index);
			const flags = CHAR_MAP[code];
			if ((flags & stopFlags) !== 0) {
				if ((flags & COMMA_FLAG) !== 0) break parameter;
				continue parameter;
			}
			if (code === EQ) {
				const keyEnd = keyWhitespace === -1 ? index : keyWhitespace;
				const value = header.slice(keyStart, keyEnd);
				const key = (keyFlags & CASE_FLAGS) === 0 ? value : value.toLowerCase();
				index++;
				while ((CHAR_MAP[header.charCodeAt(index)] & OWS) !== 0) index++;
				if (index < len && header.charCodeAt(index) === DQUOTE) {
					const quotedStart = ++index;
					let escaped = false;
					while (index < len) {
						const code = header.charCodeAt(index);
						if (code === DQUOTE) {
							if (parameters[key] === void 0) parameters[key] = escaped ? unescapeQuotedPairs(header, quotedStart, index) : header.slice(quotedStart, index);
							index++;
							let stop = 0;
							while (index < len) {
								const code = header.charCodeAt(index);
								const flags = CHAR_MAP[code];
								if ((flags & stopFlags) !== 0) {
									stop = flags & COMMA_FLAG;
									break;
								}
								index++;
							}
							if (stop !== 0) break parameter;
							continue parameter;
						}
						if (code === BSLASH && index + 1 < len) {
							escaped = true;
							index += 2;
							continue;
						}
						index++;
					}
					continue parameter;
				}
				const valueStart = index;
				let stop = 0;
				let valueWhitespace = -1;
				while (index < len) {
					const code = header.charCodeAt(index);
					const flags = CHAR_MAP[code];
					if ((flags & stopFlags) !== 0) {
						stop = flags & COMMA_FLAG;
						break;
					}
					if ((flags & OWS) !== 0) {
						if (valueWhitespace === -1) valueWhitespace = index;
					} else valueWhitespace = -1;
					index++;
				}
				if (parameters[key] === void 0) {
					const valueEnd = valueWhitespace === -1 ? index : valueWhitespace;
					parameters[key] = header.slice(valueStart, valueEnd);
				}
				if (stop !== 0) break parameter;
				continue parameter;
			}
			if ((flags & OWS) !== 0) {
				if (keyWhitespace === -1) keyWhitespace = index;
			} else keyWhitespace = -1;
			keyFlags |= code & NON_ASCII | flags;
			index++;
		}
	}
	return {
		type,
		index,
		parameters
	};
}
/**
* Remove backslashes from quoted pairs in a known-terminated quoted string body.
*/
function unescapeQuotedPairs(str, start, end) {
	let result = "";
	for (let index = start; index < end; index++) if (str.charCodeAt(index) === BSLASH) {
		result += str.slice(start, index);
		start = ++index;
	}
	return result + str.slice(start, end);
}
// node_modules/.pnpm/json-with-bigint@3.5.12/node_modules/json-with-bigint/json-with-bigint.js
const intRegex = /^-?\d+$/;
const noiseValue = /^-?\d+n+$/;
const originalStringify = JSON.stringify;
const originalParse = JSON.parse;
const customFormat = /^-?\d+n$/;
const bigIntsStringify = /([\[:])?"(-?\d+)n"($|\s*[,\}\]])/g;
const noiseStringify = /([\[:])?("-?\d+n+)n("$|"\s*[,\}\]])/g;
/**
* @typedef {(this: any, key: string | number | undefined, value: any) => any} Replacer
* @typedef {(key: string | number | undefined, value: any, context?: { source: string }) => any} Reviver
*/
/**
* Checks if a value is unstringifiable according to native JSON.stringify rules.
*
* @param {any} val The value to check.
* @returns {boolean} True if the value is undefined, a function, or a symbol.
*/
const isUnstringifiable = (val) => val === void 0 || typeof val === "function" || typeof val === "symbol";
/**
* Checks if a value is a native JSON.rawJSON object (Node.js 22+).
*
* @param {any} val The value to check.
* @returns {boolean} True if the value is a RawJSON instance.
*/
const isRawJSON = (val) => val !== null && typeof val === "object" && val.constructor && val.constructor.name === "RawJSON";
/**
* Iteratively converts a JS value to a JSON string.
* Used as a fallback when the native JSON.stringify hits the Maximum Call Stack size.
* Fully compliant with JSON formatting (space), replacers, and toJSON behaviors.
*
* @param {any} rootValue The value to stringify.
* @param {Replacer | Array<string | number> | null} [replacer] User's custom replacer function.
* @param {string | number} [spaceParam] Indentation for pretty-printing.
* @returns {string | undefined} The generated JSON string.
*/
const stringifyIteratively = (rootValue, replacer, spaceParam) => {
	let space = "";
	if (typeof spaceParam === "number") space = " ".repeat(Math.min(10, Math.max(0, Math.floor(spaceParam))));
	else if (typeof spaceParam === "string") space = spaceParam.slice(0, 10);
	const isFunctionReplacer = typeof replacer === "function";
	const propertyList = Array.isArray(replacer) ? new Set(replacer.map(String)) : null;
	/**
	* Prepares a value for stringification by resolving toJSON, handling BigInts,
	* applying custom replacers, and unwrapping primitive objects.
	*
	* @param {object|Array} parent The parent object or array holding the value.
	* @param {string} key The key associated with the value.
	* @param {any} val The raw value to process.
	* @returns {any} The processed value ready for stringification.
	*/
	const prepareVal = (parent, key, val) => {
		if (val !== null && typeof val === "object" && typeof val.toJSON === "function") val = val.toJSON(key);
		if (typeof val === "string" && noiseValue.test(val)) return val + "n";
		if (typeof val === "bigint") {
			if ("rawJSON" in JSON) return JSON.rawJSON(val.toString());
			return val.toString() + "n";
		}
		if (isFunctionReplacer) val = replacer.call(parent, key, val);
		if (val !== null && typeof val === "object") {
			if (val instanceof Number || val instanceof String || val instanceof Boolean) val = val.valueOf();
		}
		return val;
	};
	const rootProcessed = prepareVal({ "": rootValue }, "", rootValue);
	if (isUnstringifiable(rootProcessed)) return;
	const isRootPrimitive = rootProcessed === null || typeof rootProcessed !== "object";
	const isRootNativeRawJSON = isRawJSON(rootProcessed);
	if (isRootPrimitive || isRootNativeRawJSON) return originalStringify(rootProcessed);
	const chunks = [];
	let level = 0;
	const stack = [{
		parent: { "": rootProcessed },
		key: "",
		val: rootProcessed,
		isArray: Array.isArray(rootProcessed),
		keys: Array.isArray(rootProcessed) ? null : Object.keys(rootProcessed),
		index: 0,
		first: true
	}];
	const visited = new WeakSet([rootProcessed]);
	while (stack.length > 0) {
		const node = stack[stack.length - 1];
		if (node.index === 0) {
			chunks.push(node.isArray ? "[" : "{");
			level++;
		}
		let isDone = false;
		if (node.isArray) {
			if (node.index < node.val.length) {
				if (!node.first) chunks.push(",");
				if (space) chunks.push("\n" + space.repeat(level));
				const childRaw = node.val[node.index];
				const childVal = prepareVal(node.val, String(node.index), childRaw);
				if (isUnstringifiable(childVal)) {
					chunks.push("null");
					node.first = false;
					node.index++;
				} else {
					const isComplexObject = childVal !== null && typeof childVal === "object";
					const isNativeRaw = isRawJSON(childVal);
					if (isComplexObject && !isNativeRaw) {
						if (visited.has(childVal)) throw new TypeError("Converting circular structure to JSON");
						visited.add(childVal);
						stack.push({
							parent: node.val,
							key: String(node.index),
							val: childVal,
							isArray: Array.isArray(childVal),
							keys: Array.isArray(childVal) ? null : Object.keys(childVal),
							index: 0,
							first: true
						});
						node.first = false;
						node.index++;
					} else {
						chunks.push(originalStringify(childVal));
						node.first = false;
						node.index++;
					}
				}
			} else isDone = true;
		} else {
			while (node.index < node.keys.length) {
				const k = node.keys[node.index++];
				if (propertyList && !propertyList.has(k)) continue;
				const childRaw = node.val[k];
				const childVal = prepareVal(node.val, k, childRaw);
				if (isUnstringifiable(childVal)) continue;
				if (!node.first) chunks.push(",");
				if (space) chunks.push("\n" + space.repeat(level) + originalStringify(k) + ": ");
				else chunks.push(originalStringify(k) + ":");
				const isComplexObject = childVal !== null && typeof childVal === "object";
				const isNativeRaw = isRawJSON(childVal);
				if (isComplexObject && !isNativeRaw) {
					if (visited.has(childVal)) throw new TypeError("Converting circular structure to JSON");
					visited.add(childVal);
					stack.push({
						parent: node.val,
						key: k,
						val: childVal,
						isArray: Array.isArray(childVal),
						keys: Array.isArray(childVal) ? null : Object.keys(childVal),
						index: 0,
						first: true
					});
					node.first = false;
					break;
				} else {
					chunks.push(originalStringify(childVal));
					node.first = false;
				}
			}
			if (node.index >= node.keys.length && stack[stack.length - 1] === node) isDone = true;
		}
		if (isDone) {
			level--;
			if (!node.first && space) chunks.push("\n" + space.repeat(level));
			chunks.push(node.isArray ? "]" : "}");
			visited.delete(node.val);
			stack.pop();
		}
	}
	return chunks.join("");
};
/**
* Converts a JavaScript value to a JSON string.
*
* Supports serialization of BigInt values using two strategies:
* 1. Custom format "123n" → "123" (universal fallback)
* 2. Native JSON.rawJSON() (Node.js 22+, fastest) when available
*
* All other values are serialized exactly like native JSON.stringify().
*
* @param {*} value The value to convert to a JSON string.
* @param {Replacer | Array<string | number> | null} [replacer]
* A function that alters the behavior of the stringification process,
* or an array of strings/numbers to indicate properties to exclude.
* @param {string | number} [space]
* A string or number to specify indentation or pretty-printing.
* @returns {string} The JSON string representation.
*/
const JSONStringify = (value, replacer, space) => {
	try {
		if ("rawJSON" in JSON) return originalStringify(value, (key, val) => {
			if (typeof val === "bigint") return JSON.rawJSON(val.toString());
			if (typeof replacer === "function") return replacer(key, val);
			if (Array.isArray(replacer) && replacer.includes(key)) return val;
			return val;
		}, space);
		if (!value) return originalStringify(value, replacer, space);
		return originalStringify(value, (key, val) => {
			if (typeof val === "string" && noiseValue.test(val)) return val.toString() + "n";
			if (typeof val === "bigint") return val.toString() + "n";
			if (typeof replacer === "function") return replacer(key, val);
			if (Array.isArray(replacer) && replacer.includes(key)) return val;
			return val;
		}, space).replace(bigIntsStringify, "$1$2$3").replace(noiseStringify, "$1$2$3");
	} catch (error) {
		if (error instanceof RangeError) {
			const convertedJSON = stringifyIteratively(value, replacer, space);
			if (convertedJSON === void 0) return void 0;
			if ("rawJSON" in JSON) return convertedJSON;
			return convertedJSON.replace(bigIntsStringify, "$1$2$3").replace(noiseStringify, "$1$2$3");
		}
		throw error;
	}
};
const featureCache = /* @__PURE__ */ new Map();
/**
* Detects if the current JSON.parse implementation supports the context.source feature.
*
* Uses toString() fingerprinting to cache results and automatically detect runtime
* replacements of JSON.parse (polyfills, mocks, etc.).
*
* @returns {boolean} true if context.source is supported, false otherwise.
*/
const isContextSourceSupported = () => {
	const parseFingerprint = JSON.parse.toString();
	if (featureCache.has(parseFingerprint)) return featureCache.get(parseFingerprint);
	try {
		const result = JSON.parse("1", (_, __, context) => !!context?.source && context.source === "1");
		featureCache.set(parseFingerprint, result);
		return result;
	} catch {
		featureCache.set(parseFingerprint, false);
		return false;
	}
};
/**
* Reviver function that converts custom-format BigInt strings back to BigInt values.
* Also handles "noise" strings that accidentally match the BigInt format.
*
* @param {string | number | undefined} key The object key.
* @param {*} value The value being parsed.
* @param {object} [context] Parse context (if supported by JSON.parse).
* @param {Reviver} [userReviver] User's custom reviver function.
* @returns {any} The transformed value.
*/
const convertMarkedBigIntsReviver = (key, value, context, userReviver) => {
	if (typeof value === "string" && customFormat.test(value)) return BigInt(value.slice(0, -1));
	if (typeof value === "string" && noiseValue.test(value)) return value.slice(0, -1);
	if (!(typeof userReviver === "function")) return value;
	return userReviver(key, value, context);
};
/**
* Fast JSON.parse implementation (~2x faster than classic fallback).
* Uses JSON.parse's context.source feature to detect integers and convert
* large numbers directly to BigInt without string manipulation.
*
* Does not support legacy custom format from v1 of this library.
*
* @param {string} text JSON string to parse.
* @param {Reviver} [reviver] Transform function to apply to each value.
* @returns {any} Parsed JavaScript value.
*/
const JSONParseV2 = (text, reviver) => {
	return JSON.parse(text, (key, value, context) => {
		const isBigNumber = typeof value === "number" && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER);
		const isInt = context && intRegex.test(context.source);
		if (isBigNumber && isInt) return BigInt(context.source);
		if (!(typeof reviver === "function")) return value;
		return reviver(key, value, context);
	});
};
const MAX_INT = Number.MAX_SAFE_INTEGER.toString();
const MAX_DIGITS = MAX_INT.length;
const stringsOrLargeNumbers = /"(?:[^"\\]|\\.)*"|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/g;
const noiseValueWithQuotes = /^"-?\d+n+"$/;
/**
* Iteratively traverses the parsed object bottom-up (post-order),
* emulating the native JSON.parse reviver behavior.
* This avoids Call Stack overflows (RangeError) on deeply nested structures.
*
* @param {any} parsed The natively parsed JSON object.
* @param {Reviver} [userReviver] User's custom reviver function.
* @returns {any} The fully processed object.
*/
const applyReviverIteratively = (parsed, userReviver) => {
	const rootHolder = { "": parsed };
	const stack = [{
		parent: rootHolder,
		key: "",
		visited: false
	}];
	while (stack.length > 0) {
		const node = stack[stack.length - 1];
		if (!node.visited) {
			node.visited = true;
			const value = node.parent[node.key];
			if (value !== null && typeof value === "object") {
				const keys = Object.keys(value);
				for (let i = keys.length - 1; i >= 0; i--) stack.push({
					parent: value,
					key: keys[i],
					visited: false
				});
			}
		} else {
			const { parent, key } = node;
			let value = parent[key];
			if (typeof value === "string") {
				if (customFormat.test(value)) value = BigInt(value.slice(0, -1));
				else if (noiseValue.test(value)) value = value.slice(0, -1);
			}
			if (typeof userReviver === "function") value = userReviver.call(parent, key, value);
			if (value === void 0) delete parent[key];
			else parent[key] = value;
			stack.pop();
		}
	}
	return rootHolder[""];
};
/**
* Pre-processes the JSON string to mark large numbers with an 'n' suffix.
*
* @param {string} text The raw JSON string.
* @returns {string} The serialized string with marked BigInts.
*/
const serializeBigInts = (text) => {
	return text.replace(stringsOrLargeNumbers, (match, digits, fractional, exponential) => {
		const isString = match[0] === "\"";
		if (isString && noiseValueWithQuotes.test(match)) return match.substring(0, match.length - 1) + "n\"";
		const hasFractionalOrExponential = fractional || exponential;
		const isLessThanMaxSafeInt = digits && (digits.length < MAX_DIGITS || digits.length === MAX_DIGITS && digits <= MAX_INT);
		if (isString || hasFractionalOrExponential || isLessThanMaxSafeInt) return match;
		return "\"" + match + "n\"";
	});
};
/**
* Converts a JSON string into a JavaScript value.
*
* Supports parsing of large integers using two strategies:
* 1. Classic fallback: Marks large numbers with "123n" format, then converts to BigInt
* 2. Fast path (JSONParseV2): Uses context.source feature (~2x faster) when available
*
* All other JSON values are parsed exactly like native JSON.parse().
*
* @param {string} text A valid JSON string.
* @param {Reviver} [reviver]
* A function that transforms the results. This function is called for each member
* of the object. If a member contains nested objects, the nested objects are
* transformed before the parent object is.
* @returns {any} The parsed JavaScript value.
* @throws {SyntaxError} If text is not valid JSON.
*/
const JSONParse = (text, reviver) => {
	if (!text) return originalParse(text, reviver);
	try {
		if (isContextSourceSupported()) return JSONParseV2(text, reviver);
		const serializedData = serializeBigInts(text);
		return originalParse(serializedData, (key, value, context) => convertMarkedBigIntsReviver(key, value, context, reviver));
	} catch (error) {
		if (error instanceof RangeError) {
			const serializedData = serializeBigInts(text);
			const parsed = originalParse(serializedData);
			return applyReviverIteratively(parsed, reviver);
		}
		throw error;
	}
};
// node_modules/.pnpm/@octokit+request-error@7.1.2/node_modules/@octokit/request-error/dist-src/index.js
var RequestError = class extends Error {
	name;
	/**
	* http status code
	*/
	status;
	/**
	* Request options that lead to the error.
	*/
	request;
	/**
	* Response object if a response was received
	*/
	response;
	constructor(message, statusCode, options) {
		super(message, { cause: options.cause });
		this.name = "HttpError";
		this.status = Number.parseInt(statusCode);
		if (Number.isNaN(this.status)) this.status = 0;
		/* v8 ignore else -- @preserve -- Bug with vitest coverage where it sees an else branch that doesn't exist */
		if ("response" in options) this.response = options.response;
		const requestCopy = Object.assign({}, options.request);
		if (options.request.headers.authorization) requestCopy.headers = Object.assign({}, options.request.headers, { authorization: options.request.headers.authorization.replace(/(?<! ) .*$/, " [REDACTED]") });
		requestCopy.url = requestCopy.url.replace(/\bclient_secret=\w+/g, "client_secret=[REDACTED]").replace(/\baccess_token=\w+/g, "access_token=[REDACTED]");
		this.request = requestCopy;
	}
};
// node_modules/.pnpm/@octokit+request@10.0.16/node_modules/@octokit/request/dist-bundle/index.js
var defaults_default = { headers: { "user-agent": `octokit-request.js/10.0.16 ${getUserAgent()}` } };
function isPlainObject(value) {
	if (typeof value !== "object" || value === null) return false;
	if (Object.prototype.toString.call(value) !== "[object Object]") return false;
	const proto = Object.getPrototypeOf(value);
	if (proto === null) return true;
	const Ctor = Object.prototype.hasOwnProperty.call(proto, "constructor") && proto.constructor;
	return typeof Ctor === "function" && Ctor instanceof Ctor && Function.prototype.call(Ctor) === Function.prototype.call(value);
}
var noop$2 = () => "";
async function fetchWrapper(requestOptions) {
	const fetch = requestOptions.request?.fetch || globalThis.fetch;
	if (!fetch) throw new Error("fetch is not set. Please pass a fetch implementation as new Octokit({ request: { fetch }}). Learn more at https://github.com/octokit/octokit.js/#fetch-missing");
	const log = requestOptions.request?.log || console;
	const parseSuccessResponseBody = requestOptions.request?.parseSuccessResponseBody !== false;
	const body = isPlainObject(requestOptions.body) || Array.isArray(requestOptions.body) ? JSONStringify(requestOptions.body) : requestOptions.body;
	const requestHeaders = Object.fromEntries(Object.entries(requestOptions.headers).map(([name, value]) => [name, String(value)]));
	let fetchResponse;
	try {
		fetchResponse = await fetch(requestOptions.url, {
			method: requestOptions.method,
			body,
			redirect: requestOptions.request?.redirect,
			headers: requestHeaders,
			signal: requestOptions.request?.signal,
			...requestOptions.body && { duplex: "half" }
		});
	} catch (error) {
		let message = "Unknown Error";
		if (error instanceof Error) {
			if (error.name === "AbortError") {
				error.status = 500;
				throw error;
			}
			message = error.message;
			if (error.name === "TypeError" && "cause" in error) {
				if (error.cause instanceof Error) message = error.cause.message;
				else if (typeof error.cause === "string") message = error.cause;
			}
		}
		const requestError = new RequestError(message, 500, { request: requestOptions });
		requestError.cause = error;
		throw requestError;
	}
	const status = fetchResponse.status;
	const url = fetchResponse.url;
	const responseHeaders = {};
	for (const [key, value] of fetchResponse.headers) responseHeaders[key] = value;
	const octokitResponse = {
		url,
		status,
		headers: responseHeaders,
		data: ""
	};
	if ("deprecation" in responseHeaders) {
		const matches = responseHeaders.link && responseHeaders.link.match(/<([^<>]+)>; rel="deprecation"/);
		const deprecationLink = matches && matches.pop();
		log.warn(`[@octokit/request] "${requestOptions.method} ${requestOptions.url}" is deprecated. It is scheduled to be removed on ${responseHeaders.sunset}${deprecationLink ? `. See ${deprecationLink}` : ""}`);
	}
	if (status === 204 || status === 205) return octokitResponse;
	if (requestOptions.method === "HEAD") {
		if (status < 400) return octokitResponse;
		throw new RequestError(fetchResponse.statusText, status, {
			response: octokitResponse,
			request: requestOptions
		});
	}
	if (status === 304) {
		octokitResponse.data = await getResponseData(fetchResponse);
		throw new RequestError("Not modified", status, {
			response: octokitResponse,
			request: requestOptions
		});
	}
	if (status >= 400) {
		octokitResponse.data = await getResponseData(fetchResponse);
		throw new RequestError(toErrorMessage(octokitResponse.data), status, {
			response: octokitResponse,
			request: requestOptions
		});
	}
	octokitResponse.data = parseSuccessResponseBody ? await getResponseData(fetchResponse) : fetchResponse.body;
	return octokitResponse;
}
async function getResponseData(response) {
	const contentType = response.headers.get("content-type");
	if (!contentType) return response.text().catch(noop$2);
	const mimetype = parse$1(contentType);
	if (isJSONResponse(mimetype)) {
		let text = "";
		try {
			text = await response.text();
			return JSONParse(text);
		} catch (err) {
			return text;
		}
	} else if (mimetype.type.startsWith("text/") || mimetype.parameters.charset?.toLowerCase() === "utf-8" && mimetype.type !== "application/octet-stream") return response.text().catch(noop$2);
	else return response.arrayBuffer().catch(
		/* v8 ignore next -- @preserve */
		() => /* @__PURE__ */ new ArrayBuffer(0)
	);
}
function isJSONResponse(mimetype) {
	return mimetype.type === "application/json" || mimetype.type === "application/scim+json";
}
function toErrorMessage(data) {
	if (typeof data === "string") return data;
	if (data instanceof ArrayBuffer) return "Unknown error";
	if (typeof data === "object" && data !== null && "message" in data) {
		const objectData = data;
		const suffix = "documentation_url" in objectData ? ` - ${objectData.documentation_url}` : "";
		return Array.isArray(objectData.errors) ? `${objectData.message}: ${objectData.errors.map((v) => JSON.stringify(v)).join(", ")}${suffix}` : `${objectData.message}${suffix}`;
	}
	return `Unknown error: ${JSON.stringify(data)}`;
}
function withDefaults$1(oldEndpoint, newDefaults) {
	const endpoint2 = oldEndpoint.defaults(newDefaults);
	const newApi = function(route, parameters) {
		const endpointOptions = endpoint2.merge(route, parameters);
		if (!endpointOptions.request || !endpointOptions.request.hook) return fetchWrapper(endpoint2.parse(endpointOptions));
		const request2 = (route2, parameters2) => {
			return fetchWrapper(endpoint2.parse(endpoint2.merge(route2, parameters2)));
		};
		Object.assign(request2, {
			endpoint: endpoint2,
			defaults: withDefaults$1.bind(null, endpoint2)
		});
		return endpointOptions.request.hook(request2, endpointOptions);
	};
	return Object.assign(newApi, {
		endpoint: endpoint2,
		defaults: withDefaults$1.bind(null, endpoint2)
	});
}
var request = withDefaults$1(endpoint, defaults_default);
/* v8 ignore next -- @preserve */
/* v8 ignore else -- @preserve */
// node_modules/.pnpm/@octokit+graphql@9.0.5/node_modules/@octokit/graphql/dist-bundle/index.js
var VERSION$7 = "0.0.0-development";
function _buildMessageForResponseErrors(data) {
	return `Request failed due to following response errors:
` + data.errors.map((e) => ` - ${e.message}`).join("\n");
}
var GraphqlResponseError = class extends Error {
	constructor(request2, headers, response) {
		super(_buildMessageForResponseErrors(response));
		this.request = request2;
		this.headers = headers;
		this.response = response;
		this.errors = response.errors;
		this.data = response.data;
		if (Error.captureStackTrace) Error.captureStackTrace(this, this.constructor);
	}
	request;
	headers;
	response;
	name = "GraphqlResponseError";
	errors;
	data;
};
var NON_VARIABLE_OPTIONS = [
	"method",
	"baseUrl",
	"url",
	"headers",
	"request",
	"query",
	"mediaType",
	"operationName"
];
var FORBIDDEN_VARIABLE_OPTIONS = [
	"query",
	"method",
	"url"
];
var GHES_V3_SUFFIX_REGEX = /\/api\/v3\/?$/;
function graphql(request2, query, options) {
	if (options) {
		if (typeof query === "string" && "query" in options) return Promise.reject(/* @__PURE__ */ new Error(`[@octokit/graphql] "query" cannot be used as variable name`));
		for (const key in options) {
			if (!FORBIDDEN_VARIABLE_OPTIONS.includes(key)) continue;
			return Promise.reject(/* @__PURE__ */ new Error(`[@octokit/graphql] "${key}" cannot be used as variable name`));
		}
	}
	const parsedOptions = typeof query === "string" ? Object.assign({ query }, options) : query;
	const requestOptions = Object.keys(parsedOptions).reduce((result, key) => {
		if (NON_VARIABLE_OPTIONS.includes(key)) {
			result[key] = parsedOptions[key];
			return result;
		}
		if (!result.variables) result.variables = {};
		result.variables[key] = parsedOptions[key];
		return result;
	}, {});
	const baseUrl = parsedOptions.baseUrl || request2.endpoint.DEFAULTS.baseUrl;
	if (GHES_V3_SUFFIX_REGEX.test(baseUrl)) requestOptions.url = baseUrl.replace(GHES_V3_SUFFIX_REGEX, "/api/graphql");
	return request2(requestOptions).then((response) => {
		if (response.data.errors) {
			const headers = {};
			for (const key of Object.keys(response.headers)) headers[key] = response.headers[key];
			throw new GraphqlResponseError(requestOptions, headers, response.data);
		}
		return response.data.data;
	});
}
function withDefaults(request2, newDefaults) {
	const newRequest = request2.defaults(newDefaults);
	const newApi = (query, options) => {
		return graphql(newRequest, query, options);
	};
	return Object.assign(newApi, {
		defaults: withDefaults.bind(null, newRequest),
		endpoint: newRequest.endpoint
	});
}
withDefaults(request, {
	headers: { "user-agent": `octokit-graphql.js/${VERSION$7} ${getUserAgent()}` },
	method: "POST",
	url: "/graphql"
});
function withCustomRequest(customRequest) {
	return withDefaults(customRequest, {
		method: "POST",
		url: "/graphql"
	});
}
/* v8 ignore if -- @preserve */
// node_modules/.pnpm/@octokit+auth-token@6.0.0/node_modules/@octokit/auth-token/dist-bundle/index.js
var b64url = "(?:[a-zA-Z0-9_-]+)";
var sep = "\\.";
var jwtRE = new RegExp(`^${b64url}${sep}${b64url}${sep}${b64url}$`);
var isJWT = jwtRE.test.bind(jwtRE);
async function auth(token) {
	const isApp = isJWT(token);
	const isInstallation = token.startsWith("v1.") || token.startsWith("ghs_");
	const isUserToServer = token.startsWith("ghu_");
	return {
		type: "token",
		token,
		tokenType: isApp ? "app" : isInstallation ? "installation" : isUserToServer ? "user-to-server" : "oauth"
	};
}
function withAuthorizationPrefix(token) {
	if (token.split(/\./).length === 3) return `bearer ${token}`;
	return `token ${token}`;
}
async function hook(token, request, route, parameters) {
	const endpoint = request.endpoint.merge(route, parameters);
	endpoint.headers.authorization = withAuthorizationPrefix(token);
	return request(endpoint);
}
var createTokenAuth = function createTokenAuth2(token) {
	if (!token) throw new Error("[@octokit/auth-token] No token passed to createTokenAuth");
	if (typeof token !== "string") throw new Error("[@octokit/auth-token] Token passed to createTokenAuth is not a string");
	token = token.replace(/^(token|bearer) +/i, "");
	return Object.assign(auth.bind(null, token), { hook: hook.bind(null, token) });
};
// node_modules/.pnpm/@octokit+core@7.0.8/node_modules/@octokit/core/dist-src/version.js
const VERSION$6 = "7.0.8";
// node_modules/.pnpm/@octokit+core@7.0.8/node_modules/@octokit/core/dist-src/index.js
const noop$1 = () => {};
const consoleWarn = console.warn.bind(console);
const consoleError = console.error.bind(console);
function createLogger(logger = {}) {
	if (typeof logger.debug !== "function") logger.debug = noop$1;
	if (typeof logger.info !== "function") logger.info = noop$1;
	if (typeof logger.warn !== "function") logger.warn = consoleWarn;
	if (typeof logger.error !== "function") logger.error = consoleError;
	return logger;
}
const userAgentTrail = `octokit-core.js/${VERSION$6} ${getUserAgent()}`;
var Octokit$1 = class {
	static VERSION = VERSION$6;
	static defaults(defaults) {
		const OctokitWithDefaults = class extends this {
			constructor(...args) {
				const options = args[0] || {};
				if (typeof defaults === "function") {
					super(defaults(options));
					return;
				}
				super(Object.assign({}, defaults, options, options.userAgent && defaults.userAgent ? { userAgent: `${options.userAgent} ${defaults.userAgent}` } : null));
			}
		};
		return OctokitWithDefaults;
	}
	static plugins = [];
	/**
	* Attach a plugin (or many) to your Octokit instance.
	*
	* @example
	* const API = Octokit.plugin(plugin1, plugin2, plugin3, ...)
	*/
	static plugin(...newPlugins) {
		const currentPlugins = this.plugins;
		const NewOctokit = class extends this {
			static plugins = currentPlugins.concat(newPlugins.filter((plugin) => !currentPlugins.includes(plugin)));
		};
		return NewOctokit;
	}
	constructor(options = {}) {
		const hook = new before_after_hook_default.Collection();
		const requestDefaults = {
			baseUrl: request.endpoint.DEFAULTS.baseUrl,
			headers: {},
			request: Object.assign({}, options.request, { hook: hook.bind(null, "request") }),
			mediaType: {
				previews: [],
				format: ""
			}
		};
		requestDefaults.headers["user-agent"] = options.userAgent ? `${options.userAgent} ${userAgentTrail}` : userAgentTrail;
		if (options.baseUrl) requestDefaults.baseUrl = options.baseUrl;
		if (options.previews) requestDefaults.mediaType.previews = options.previews;
		if (options.timeZone) requestDefaults.headers["time-zone"] = options.timeZone;
		this.request = request.defaults(requestDefaults);
		this.graphql = withCustomRequest(this.request).defaults(requestDefaults);
		this.log = createLogger(options.log);
		this.hook = hook;
		if (!options.authStrategy) {
			if (!options.auth) this.auth = async () => ({ type: "unauthenticated" });
			else {
				const auth = createTokenAuth(options.auth);
				hook.wrap("request", auth.hook);
				this.auth = auth;
			}
		} else {
			const { authStrategy, ...otherOptions } = options;
			const auth = authStrategy(Object.assign({
				request: this.request,
				log: this.log,
				octokit: this,
				octokitOptions: otherOptions
			}, options.auth));
			hook.wrap("request", auth.hook);
			this.auth = auth;
		}
		const classConstructor = this.constructor;
		for (let i = 0; i < classConstructor.plugins.length; ++i) Object.assign(this, classConstructor.plugins[i](this, options));
	}
	request;
	graphql;
	log;
	hook;
	auth;
};
// node_modules/.pnpm/@octokit+plugin-rest-endpoint-methods@17.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-rest-endpoint-methods/dist-src/version.js
const VERSION$5 = "17.0.0";
// node_modules/.pnpm/@octokit+plugin-rest-endpoint-methods@17.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-rest-endpoint-methods/dist-src/generated/endpoints.js
var endpoints_default = {
	actions: {
		addCustomLabelsToSelfHostedRunnerForOrg: ["POST /orgs/{org}/actions/runners/{runner_id}/labels"],
		addCustomLabelsToSelfHostedRunnerForRepo: ["POST /repos/{owner}/{repo}/actions/runners/{runner_id}/labels"],
		addRepoAccessToSelfHostedRunnerGroupInOrg: ["PUT /orgs/{org}/actions/runner-groups/{runner_group_id}/repositories/{repository_id}"],
		addSelectedRepoToOrgSecret: ["PUT /orgs/{org}/actions/secrets/{secret_name}/repositories/{repository_id}"],
		addSelectedRepoToOrgVariable: ["PUT /orgs/{org}/actions/variables/{name}/repositories/{repository_id}"],
		approveWorkflowRun: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/approve"],
		cancelWorkflowRun: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel"],
		createEnvironmentVariable: ["POST /repos/{owner}/{repo}/environments/{environment_name}/variables"],
		createHostedRunnerForOrg: ["POST /orgs/{org}/actions/hosted-runners"],
		createOrUpdateEnvironmentSecret: ["PUT /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}"],
		createOrUpdateOrgSecret: ["PUT /orgs/{org}/actions/secrets/{secret_name}"],
		createOrUpdateRepoSecret: ["PUT /repos/{owner}/{repo}/actions/secrets/{secret_name}"],
		createOrgVariable: ["POST /orgs/{org}/actions/variables"],
		createRegistrationTokenForOrg: ["POST /orgs/{org}/actions/runners/registration-token"],
		createRegistrationTokenForRepo: ["POST /repos/{owner}/{repo}/actions/runners/registration-token"],
		createRemoveTokenForOrg: ["POST /orgs/{org}/actions/runners/remove-token"],
		createRemoveTokenForRepo: ["POST /repos/{owner}/{repo}/actions/runners/remove-token"],
		createRepoVariable: ["POST /repos/{owner}/{repo}/actions/variables"],
		createWorkflowDispatch: ["POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches"],
		deleteActionsCacheById: ["DELETE /repos/{owner}/{repo}/actions/caches/{cache_id}"],
		deleteActionsCacheByKey: ["DELETE /repos/{owner}/{repo}/actions/caches{?key,ref}"],
		deleteArtifact: ["DELETE /repos/{owner}/{repo}/actions/artifacts/{artifact_id}"],
		deleteCustomImageFromOrg: ["DELETE /orgs/{org}/actions/hosted-runners/images/custom/{image_definition_id}"],
		deleteCustomImageVersionFromOrg: ["DELETE /orgs/{org}/actions/hosted-runners/images/custom/{image_definition_id}/versions/{version}"],
		deleteEnvironmentSecret: ["DELETE /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}"],
		deleteEnvironmentVariable: ["DELETE /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}"],
		deleteHostedRunnerForOrg: ["DELETE /orgs/{org}/actions/hosted-runners/{hosted_runner_id}"],
		deleteOrgSecret: ["DELETE /orgs/{org}/actions/secrets/{secret_name}"],
		deleteOrgVariable: ["DELETE /orgs/{org}/actions/variables/{name}"],
		deleteRepoSecret: ["DELETE /repos/{owner}/{repo}/actions/secrets/{secret_name}"],
		deleteRepoVariable: ["DELETE /repos/{owner}/{repo}/actions/variables/{name}"],
		deleteSelfHostedRunnerFromOrg: ["DELETE /orgs/{org}/actions/runners/{runner_id}"],
		deleteSelfHostedRunnerFromRepo: ["DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}"],
		deleteWorkflowRun: ["DELETE /repos/{owner}/{repo}/actions/runs/{run_id}"],
		deleteWorkflowRunLogs: ["DELETE /repos/{owner}/{repo}/actions/runs/{run_id}/logs"],
		disableSelectedRepositoryGithubActionsOrganization: ["DELETE /orgs/{org}/actions/permissions/repositories/{repository_id}"],
		disableWorkflow: ["PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/disable"],
		downloadArtifact: ["GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}"],
		downloadJobLogsForWorkflowRun: ["GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs"],
		downloadWorkflowRunAttemptLogs: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/logs"],
		downloadWorkflowRunLogs: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs"],
		enableSelectedRepositoryGithubActionsOrganization: ["PUT /orgs/{org}/actions/permissions/repositories/{repository_id}"],
		enableWorkflow: ["PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable"],
		forceCancelWorkflowRun: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel"],
		generateRunnerJitconfigForOrg: ["POST /orgs/{org}/actions/runners/generate-jitconfig"],
		generateRunnerJitconfigForRepo: ["POST /repos/{owner}/{repo}/actions/runners/generate-jitconfig"],
		getActionsCacheList: ["GET /repos/{owner}/{repo}/actions/caches"],
		getActionsCacheUsage: ["GET /repos/{owner}/{repo}/actions/cache/usage"],
		getActionsCacheUsageByRepoForOrg: ["GET /orgs/{org}/actions/cache/usage-by-repository"],
		getActionsCacheUsageForOrg: ["GET /orgs/{org}/actions/cache/usage"],
		getAllowedActionsOrganization: ["GET /orgs/{org}/actions/permissions/selected-actions"],
		getAllowedActionsRepository: ["GET /repos/{owner}/{repo}/actions/permissions/selected-actions"],
		getArtifact: ["GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}"],
		getCustomImageForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/custom/{image_definition_id}"],
		getCustomImageVersionForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/custom/{image_definition_id}/versions/{version}"],
		getCustomOidcSubClaimForRepo: ["GET /repos/{owner}/{repo}/actions/oidc/customization/sub"],
		getEnvironmentPublicKey: ["GET /repos/{owner}/{repo}/environments/{environment_name}/secrets/public-key"],
		getEnvironmentSecret: ["GET /repos/{owner}/{repo}/environments/{environment_name}/secrets/{secret_name}"],
		getEnvironmentVariable: ["GET /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}"],
		getGithubActionsDefaultWorkflowPermissionsOrganization: ["GET /orgs/{org}/actions/permissions/workflow"],
		getGithubActionsDefaultWorkflowPermissionsRepository: ["GET /repos/{owner}/{repo}/actions/permissions/workflow"],
		getGithubActionsPermissionsOrganization: ["GET /orgs/{org}/actions/permissions"],
		getGithubActionsPermissionsRepository: ["GET /repos/{owner}/{repo}/actions/permissions"],
		getHostedRunnerForOrg: ["GET /orgs/{org}/actions/hosted-runners/{hosted_runner_id}"],
		getHostedRunnersGithubOwnedImagesForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/github-owned"],
		getHostedRunnersLimitsForOrg: ["GET /orgs/{org}/actions/hosted-runners/limits"],
		getHostedRunnersMachineSpecsForOrg: ["GET /orgs/{org}/actions/hosted-runners/machine-sizes"],
		getHostedRunnersPartnerImagesForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/partner"],
		getHostedRunnersPlatformsForOrg: ["GET /orgs/{org}/actions/hosted-runners/platforms"],
		getJobForWorkflowRun: ["GET /repos/{owner}/{repo}/actions/jobs/{job_id}"],
		getOrgPublicKey: ["GET /orgs/{org}/actions/secrets/public-key"],
		getOrgSecret: ["GET /orgs/{org}/actions/secrets/{secret_name}"],
		getOrgVariable: ["GET /orgs/{org}/actions/variables/{name}"],
		getPendingDeploymentsForRun: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments"],
		getRepoPermissions: [
			"GET /repos/{owner}/{repo}/actions/permissions",
			{},
			{ renamed: ["actions", "getGithubActionsPermissionsRepository"] }
		],
		getRepoPublicKey: ["GET /repos/{owner}/{repo}/actions/secrets/public-key"],
		getRepoSecret: ["GET /repos/{owner}/{repo}/actions/secrets/{secret_name}"],
		getRepoVariable: ["GET /repos/{owner}/{repo}/actions/variables/{name}"],
		getReviewsForRun: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/approvals"],
		getSelfHostedRunnerForOrg: ["GET /orgs/{org}/actions/runners/{runner_id}"],
		getSelfHostedRunnerForRepo: ["GET /repos/{owner}/{repo}/actions/runners/{runner_id}"],
		getWorkflow: ["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}"],
		getWorkflowAccessToRepository: ["GET /repos/{owner}/{repo}/actions/permissions/access"],
		getWorkflowRun: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}"],
		getWorkflowRunAttempt: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}"],
		getWorkflowRunUsage: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/timing"],
		getWorkflowUsage: ["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/timing"],
		listArtifactsForRepo: ["GET /repos/{owner}/{repo}/actions/artifacts"],
		listCustomImageVersionsForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/custom/{image_definition_id}/versions"],
		listCustomImagesForOrg: ["GET /orgs/{org}/actions/hosted-runners/images/custom"],
		listEnvironmentSecrets: ["GET /repos/{owner}/{repo}/environments/{environment_name}/secrets"],
		listEnvironmentVariables: ["GET /repos/{owner}/{repo}/environments/{environment_name}/variables"],
		listGithubHostedRunnersInGroupForOrg: ["GET /orgs/{org}/actions/runner-groups/{runner_group_id}/hosted-runners"],
		listHostedRunnersForOrg: ["GET /orgs/{org}/actions/hosted-runners"],
		listJobsForWorkflowRun: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs"],
		listJobsForWorkflowRunAttempt: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs"],
		listLabelsForSelfHostedRunnerForOrg: ["GET /orgs/{org}/actions/runners/{runner_id}/labels"],
		listLabelsForSelfHostedRunnerForRepo: ["GET /repos/{owner}/{repo}/actions/runners/{runner_id}/labels"],
		listOrgSecrets: ["GET /orgs/{org}/actions/secrets"],
		listOrgVariables: ["GET /orgs/{org}/actions/variables"],
		listRepoOrganizationSecrets: ["GET /repos/{owner}/{repo}/actions/organization-secrets"],
		listRepoOrganizationVariables: ["GET /repos/{owner}/{repo}/actions/organization-variables"],
		listRepoSecrets: ["GET /repos/{owner}/{repo}/actions/secrets"],
		listRepoVariables: ["GET /repos/{owner}/{repo}/actions/variables"],
		listRepoWorkflows: ["GET /repos/{owner}/{repo}/actions/workflows"],
		listRunnerApplicationsForOrg: ["GET /orgs/{org}/actions/runners/downloads"],
		listRunnerApplicationsForRepo: ["GET /repos/{owner}/{repo}/actions/runners/downloads"],
		listSelectedReposForOrgSecret: ["GET /orgs/{org}/actions/secrets/{secret_name}/repositories"],
		listSelectedReposForOrgVariable: ["GET /orgs/{org}/actions/variables/{name}/repositories"],
		listSelectedRepositoriesEnabledGithubActionsOrganization: ["GET /orgs/{org}/actions/permissions/repositories"],
		listSelfHostedRunnersForOrg: ["GET /orgs/{org}/actions/runners"],
		listSelfHostedRunnersForRepo: ["GET /repos/{owner}/{repo}/actions/runners"],
		listWorkflowRunArtifacts: ["GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts"],
		listWorkflowRuns: ["GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs"],
		listWorkflowRunsForRepo: ["GET /repos/{owner}/{repo}/actions/runs"],
		reRunJobForWorkflowRun: ["POST /repos/{owner}/{repo}/actions/jobs/{job_id}/rerun"],
		reRunWorkflow: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun"],
		reRunWorkflowFailedJobs: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs"],
		removeAllCustomLabelsFromSelfHostedRunnerForOrg: ["DELETE /orgs/{org}/actions/runners/{runner_id}/labels"],
		removeAllCustomLabelsFromSelfHostedRunnerForRepo: ["DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}/labels"],
		removeCustomLabelFromSelfHostedRunnerForOrg: ["DELETE /orgs/{org}/actions/runners/{runner_id}/labels/{name}"],
		removeCustomLabelFromSelfHostedRunnerForRepo: ["DELETE /repos/{owner}/{repo}/actions/runners/{runner_id}/labels/{name}"],
		removeSelectedRepoFromOrgSecret: ["DELETE /orgs/{org}/actions/secrets/{secret_name}/repositories/{repository_id}"],
		removeSelectedRepoFromOrgVariable: ["DELETE /orgs/{org}/actions/variables/{name}/repositories/{repository_id}"],
		reviewCustomGatesForRun: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule"],
		reviewPendingDeploymentsForRun: ["POST /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments"],
		setAllowedActionsOrganization: ["PUT /orgs/{org}/actions/permissions/selected-actions"],
		setAllowedActionsRepository: ["PUT /repos/{owner}/{repo}/actions/permissions/selected-actions"],
		setCustomLabelsForSelfHostedRunnerForOrg: ["PUT /orgs/{org}/actions/runners/{runner_id}/labels"],
		setCustomLabelsForSelfHostedRunnerForRepo: ["PUT /repos/{owner}/{repo}/actions/runners/{runner_id}/labels"],
		setCustomOidcSubClaimForRepo: ["PUT /repos/{owner}/{repo}/actions/oidc/customization/sub"],
		setGithubActionsDefaultWorkflowPermissionsOrganization: ["PUT /orgs/{org}/actions/permissions/workflow"],
		setGithubActionsDefaultWorkflowPermissionsRepository: ["PUT /repos/{owner}/{repo}/actions/permissions/workflow"],
		setGithubActionsPermissionsOrganization: ["PUT /orgs/{org}/actions/permissions"],
		setGithubActionsPermissionsRepository: ["PUT /repos/{owner}/{repo}/actions/permissions"],
		setSelectedReposForOrgSecret: ["PUT /orgs/{org}/actions/secrets/{secret_name}/repositories"],
		setSelectedReposForOrgVariable: ["PUT /orgs/{org}/actions/variables/{name}/repositories"],
		setSelectedRepositoriesEnabledGithubActionsOrganization: ["PUT /orgs/{org}/actions/permissions/repositories"],
		setWorkflowAccessToRepository: ["PUT /repos/{owner}/{repo}/actions/permissions/access"],
		updateEnvironmentVariable: ["PATCH /repos/{owner}/{repo}/environments/{environment_name}/variables/{name}"],
		updateHostedRunnerForOrg: ["PATCH /orgs/{org}/actions/hosted-runners/{hosted_runner_id}"],
		updateOrgVariable: ["PATCH /orgs/{org}/actions/variables/{name}"],
		updateRepoVariable: ["PATCH /repos/{owner}/{repo}/actions/variables/{name}"]
	},
	activity: {
		checkRepoIsStarredByAuthenticatedUser: ["GET /user/starred/{owner}/{repo}"],
		deleteRepoSubscription: ["DELETE /repos/{owner}/{repo}/subscription"],
		deleteThreadSubscription: ["DELETE /notifications/threads/{thread_id}/subscription"],
		getFeeds: ["GET /feeds"],
		getRepoSubscription: ["GET /repos/{owner}/{repo}/subscription"],
		getThread: ["GET /notifications/threads/{thread_id}"],
		getThreadSubscriptionForAuthenticatedUser: ["GET /notifications/threads/{thread_id}/subscription"],
		listEventsForAuthenticatedUser: ["GET /users/{username}/events"],
		listNotificationsForAuthenticatedUser: ["GET /notifications"],
		listOrgEventsForAuthenticatedUser: ["GET /users/{username}/events/orgs/{org}"],
		listPublicEvents: ["GET /events"],
		listPublicEventsForRepoNetwork: ["GET /networks/{owner}/{repo}/events"],
		listPublicEventsForUser: ["GET /users/{username}/events/public"],
		listPublicOrgEvents: ["GET /orgs/{org}/events"],
		listReceivedEventsForUser: ["GET /users/{username}/received_events"],
		listReceivedPublicEventsForUser: ["GET /users/{username}/received_events/public"],
		listRepoEvents: ["GET /repos/{owner}/{repo}/events"],
		listRepoNotificationsForAuthenticatedUser: ["GET /repos/{owner}/{repo}/notifications"],
		listReposStarredByAuthenticatedUser: ["GET /user/starred"],
		listReposStarredByUser: ["GET /users/{username}/starred"],
		listReposWatchedByUser: ["GET /users/{username}/subscriptions"],
		listStargazersForRepo: ["GET /repos/{owner}/{repo}/stargazers"],
		listWatchedReposForAuthenticatedUser: ["GET /user/subscriptions"],
		listWatchersForRepo: ["GET /repos/{owner}/{repo}/subscribers"],
		markNotificationsAsRead: ["PUT /notifications"],
		markRepoNotificationsAsRead: ["PUT /repos/{owner}/{repo}/notifications"],
		markThreadAsDone: ["DELETE /notifications/threads/{thread_id}"],
		markThreadAsRead: ["PATCH /notifications/threads/{thread_id}"],
		setRepoSubscription: ["PUT /repos/{owner}/{repo}/subscription"],
		setThreadSubscription: ["PUT /notifications/threads/{thread_id}/subscription"],
		starRepoForAuthenticatedUser: ["PUT /user/starred/{owner}/{repo}"],
		unstarRepoForAuthenticatedUser: ["DELETE /user/starred/{owner}/{repo}"]
	},
	apps: {
		addRepoToInstallation: [
			"PUT /user/installations/{installation_id}/repositories/{repository_id}",
			{},
			{ renamed: ["apps", "addRepoToInstallationForAuthenticatedUser"] }
		],
		addRepoToInstallationForAuthenticatedUser: ["PUT /user/installations/{installation_id}/repositories/{repository_id}"],
		checkToken: ["POST /applications/{client_id}/token"],
		createFromManifest: ["POST /app-manifests/{code}/conversions"],
		createInstallationAccessToken: ["POST /app/installations/{installation_id}/access_tokens"],
		deleteAuthorization: ["DELETE /applications/{client_id}/grant"],
		deleteInstallation: ["DELETE /app/installations/{installation_id}"],
		deleteToken: ["DELETE /applications/{client_id}/token"],
		getAuthenticated: ["GET /app"],
		getBySlug: ["GET /apps/{app_slug}"],
		getInstallation: ["GET /app/installations/{installation_id}"],
		getOrgInstallation: ["GET /orgs/{org}/installation"],
		getRepoInstallation: ["GET /repos/{owner}/{repo}/installation"],
		getSubscriptionPlanForAccount: ["GET /marketplace_listing/accounts/{account_id}"],
		getSubscriptionPlanForAccountStubbed: ["GET /marketplace_listing/stubbed/accounts/{account_id}"],
		getUserInstallation: ["GET /users/{username}/installation"],
		getWebhookConfigForApp: ["GET /app/hook/config"],
		getWebhookDelivery: ["GET /app/hook/deliveries/{delivery_id}"],
		listAccountsForPlan: ["GET /marketplace_listing/plans/{plan_id}/accounts"],
		listAccountsForPlanStubbed: ["GET /marketplace_listing/stubbed/plans/{plan_id}/accounts"],
		listInstallationReposForAuthenticatedUser: ["GET /user/installations/{installation_id}/repositories"],
		listInstallationRequestsForAuthenticatedApp: ["GET /app/installation-requests"],
		listInstallations: ["GET /app/installations"],
		listInstallationsForAuthenticatedUser: ["GET /user/installations"],
		listPlans: ["GET /marketplace_listing/plans"],
		listPlansStubbed: ["GET /marketplace_listing/stubbed/plans"],
		listReposAccessibleToInstallation: ["GET /installation/repositories"],
		listSubscriptionsForAuthenticatedUser: ["GET /user/marketplace_purchases"],
		listSubscriptionsForAuthenticatedUserStubbed: ["GET /user/marketplace_purchases/stubbed"],
		listWebhookDeliveries: ["GET /app/hook/deliveries"],
		redeliverWebhookDelivery: ["POST /app/hook/deliveries/{delivery_id}/attempts"],
		removeRepoFromInstallation: [
			"DELETE /user/installations/{installation_id}/repositories/{repository_id}",
			{},
			{ renamed: ["apps", "removeRepoFromInstallationForAuthenticatedUser"] }
		],
		removeRepoFromInstallationForAuthenticatedUser: ["DELETE /user/installations/{installation_id}/repositories/{repository_id}"],
		resetToken: ["PATCH /applications/{client_id}/token"],
		revokeInstallationAccessToken: ["DELETE /installation/token"],
		scopeToken: ["POST /applications/{client_id}/token/scoped"],
		suspendInstallation: ["PUT /app/installations/{installation_id}/suspended"],
		unsuspendInstallation: ["DELETE /app/installations/{installation_id}/suspended"],
		updateWebhookConfigForApp: ["PATCH /app/hook/config"]
	},
	billing: {
		getGithubActionsBillingOrg: ["GET /orgs/{org}/settings/billing/actions"],
		getGithubActionsBillingUser: ["GET /users/{username}/settings/billing/actions"],
		getGithubBillingPremiumRequestUsageReportOrg: ["GET /organizations/{org}/settings/billing/premium_request/usage"],
		getGithubBillingPremiumRequestUsageReportUser: ["GET /users/{username}/settings/billing/premium_request/usage"],
		getGithubBillingUsageReportOrg: ["GET /organizations/{org}/settings/billing/usage"],
		getGithubBillingUsageReportUser: ["GET /users/{username}/settings/billing/usage"],
		getGithubPackagesBillingOrg: ["GET /orgs/{org}/settings/billing/packages"],
		getGithubPackagesBillingUser: ["GET /users/{username}/settings/billing/packages"],
		getSharedStorageBillingOrg: ["GET /orgs/{org}/settings/billing/shared-storage"],
		getSharedStorageBillingUser: ["GET /users/{username}/settings/billing/shared-storage"]
	},
	campaigns: {
		createCampaign: ["POST /orgs/{org}/campaigns"],
		deleteCampaign: ["DELETE /orgs/{org}/campaigns/{campaign_number}"],
		getCampaignSummary: ["GET /orgs/{org}/campaigns/{campaign_number}"],
		listOrgCampaigns: ["GET /orgs/{org}/campaigns"],
		updateCampaign: ["PATCH /orgs/{org}/campaigns/{campaign_number}"]
	},
	checks: {
		create: ["POST /repos/{owner}/{repo}/check-runs"],
		createSuite: ["POST /repos/{owner}/{repo}/check-suites"],
		get: ["GET /repos/{owner}/{repo}/check-runs/{check_run_id}"],
		getSuite: ["GET /repos/{owner}/{repo}/check-suites/{check_suite_id}"],
		listAnnotations: ["GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations"],
		listForRef: ["GET /repos/{owner}/{repo}/commits/{ref}/check-runs"],
		listForSuite: ["GET /repos/{owner}/{repo}/check-suites/{check_suite_id}/check-runs"],
		listSuitesForRef: ["GET /repos/{owner}/{repo}/commits/{ref}/check-suites"],
		rerequestRun: ["POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest"],
		rerequestSuite: ["POST /repos/{owner}/{repo}/check-suites/{check_suite_id}/rerequest"],
		setSuitesPreferences: ["PATCH /repos/{owner}/{repo}/check-suites/preferences"],
		update: ["PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}"]
	},
	codeScanning: {
		commitAutofix: ["POST /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/autofix/commits"],
		createAutofix: ["POST /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/autofix"],
		createVariantAnalysis: ["POST /repos/{owner}/{repo}/code-scanning/codeql/variant-analyses"],
		deleteAnalysis: ["DELETE /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}{?confirm_delete}"],
		deleteCodeqlDatabase: ["DELETE /repos/{owner}/{repo}/code-scanning/codeql/databases/{language}"],
		getAlert: [
			"GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}",
			{},
			{ renamedParameters: { alert_id: "alert_number" } }
		],
		getAnalysis: ["GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}"],
		getAutofix: ["GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/autofix"],
		getCodeqlDatabase: ["GET /repos/{owner}/{repo}/code-scanning/codeql/databases/{language}"],
		getDefaultSetup: ["GET /repos/{owner}/{repo}/code-scanning/default-setup"],
		getSarif: ["GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}"],
		getVariantAnalysis: ["GET /repos/{owner}/{repo}/code-scanning/codeql/variant-analyses/{codeql_variant_analysis_id}"],
		getVariantAnalysisRepoTask: ["GET /repos/{owner}/{repo}/code-scanning/codeql/variant-analyses/{codeql_variant_analysis_id}/repos/{repo_owner}/{repo_name}"],
		listAlertInstances: ["GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/instances"],
		listAlertsForOrg: ["GET /orgs/{org}/code-scanning/alerts"],
		listAlertsForRepo: ["GET /repos/{owner}/{repo}/code-scanning/alerts"],
		listAlertsInstances: [
			"GET /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}/instances",
			{},
			{ renamed: ["codeScanning", "listAlertInstances"] }
		],
		listCodeqlDatabases: ["GET /repos/{owner}/{repo}/code-scanning/codeql/databases"],
		listRecentAnalyses: ["GET /repos/{owner}/{repo}/code-scanning/analyses"],
		updateAlert: ["PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}"],
		updateDefaultSetup: ["PATCH /repos/{owner}/{repo}/code-scanning/default-setup"],
		uploadSarif: ["POST /repos/{owner}/{repo}/code-scanning/sarifs"]
	},
	codeSecurity: {
		attachConfiguration: ["POST /orgs/{org}/code-security/configurations/{configuration_id}/attach"],
		attachEnterpriseConfiguration: ["POST /enterprises/{enterprise}/code-security/configurations/{configuration_id}/attach"],
		createConfiguration: ["POST /orgs/{org}/code-security/configurations"],
		createConfigurationForEnterprise: ["POST /enterprises/{enterprise}/code-security/configurations"],
		deleteConfiguration: ["DELETE /orgs/{org}/code-security/configurations/{configuration_id}"],
		deleteConfigurationForEnterprise: ["DELETE /enterprises/{enterprise}/code-security/configurations/{configuration_id}"],
		detachConfiguration: ["DELETE /orgs/{org}/code-security/configurations/detach"],
		getConfiguration: ["GET /orgs/{org}/code-security/configurations/{configuration_id}"],
		getConfigurationForRepository: ["GET /repos/{owner}/{repo}/code-security-configuration"],
		getConfigurationsForEnterprise: ["GET /enterprises/{enterprise}/code-security/configurations"],
		getConfigurationsForOrg: ["GET /orgs/{org}/code-security/configurations"],
		getDefaultConfigurations: ["GET /orgs/{org}/code-security/configurations/defaults"],
		getDefaultConfigurationsForEnterprise: ["GET /enterprises/{enterprise}/code-security/configurations/defaults"],
		getRepositoriesForConfiguration: ["GET /orgs/{org}/code-security/configurations/{configuration_id}/repositories"],
		getRepositoriesForEnterpriseConfiguration: ["GET /enterprises/{enterprise}/code-security/configurations/{configuration_id}/repositories"],
		getSingleConfigurationForEnterprise: ["GET /enterprises/{enterprise}/code-security/configurations/{configuration_id}"],
		setConfigurationAsDefault: ["PUT /orgs/{org}/code-security/configurations/{configuration_id}/defaults"],
		setConfigurationAsDefaultForEnterprise: ["PUT /enterprises/{enterprise}/code-security/configurations/{configuration_id}/defaults"],
		updateConfiguration: ["PATCH /orgs/{org}/code-security/configurations/{configuration_id}"],
		updateEnterpriseConfiguration: ["PATCH /enterprises/{enterprise}/code-security/configurations/{configuration_id}"]
	},
	codesOfConduct: {
		getAllCodesOfConduct: ["GET /codes_of_conduct"],
		getConductCode: ["GET /codes_of_conduct/{key}"]
	},
	codespaces: {
		addRepositoryForSecretForAuthenticatedUser: ["PUT /user/codespaces/secrets/{secret_name}/repositories/{repository_id}"],
		addSelectedRepoToOrgSecret: ["PUT /orgs/{org}/codespaces/secrets/{secret_name}/repositories/{repository_id}"],
		checkPermissionsForDevcontainer: ["GET /repos/{owner}/{repo}/codespaces/permissions_check"],
		codespaceMachinesForAuthenticatedUser: ["GET /user/codespaces/{codespace_name}/machines"],
		createForAuthenticatedUser: ["POST /user/codespaces"],
		createOrUpdateOrgSecret: ["PUT /orgs/{org}/codespaces/secrets/{secret_name}"],
		createOrUpdateRepoSecret: ["PUT /repos/{owner}/{repo}/codespaces/secrets/{secret_name}"],
		createOrUpdateSecretForAuthenticatedUser: ["PUT /user/codespaces/secrets/{secret_name}"],
		createWithPrForAuthenticatedUser: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/codespaces"],
		createWithRepoForAuthenticatedUser: ["POST /repos/{owner}/{repo}/codespaces"],
		deleteForAuthenticatedUser: ["DELETE /user/codespaces/{codespace_name}"],
		deleteFromOrganization: ["DELETE /orgs/{org}/members/{username}/codespaces/{codespace_name}"],
		deleteOrgSecret: ["DELETE /orgs/{org}/codespaces/secrets/{secret_name}"],
		deleteRepoSecret: ["DELETE /repos/{owner}/{repo}/codespaces/secrets/{secret_name}"],
		deleteSecretForAuthenticatedUser: ["DELETE /user/codespaces/secrets/{secret_name}"],
		exportForAuthenticatedUser: ["POST /user/codespaces/{codespace_name}/exports"],
		getCodespacesForUserInOrg: ["GET /orgs/{org}/members/{username}/codespaces"],
		getExportDetailsForAuthenticatedUser: ["GET /user/codespaces/{codespace_name}/exports/{export_id}"],
		getForAuthenticatedUser: ["GET /user/codespaces/{codespace_name}"],
		getOrgPublicKey: ["GET /orgs/{org}/codespaces/secrets/public-key"],
		getOrgSecret: ["GET /orgs/{org}/codespaces/secrets/{secret_name}"],
		getPublicKeyForAuthenticatedUser: ["GET /user/codespaces/secrets/public-key"],
		getRepoPublicKey: ["GET /repos/{owner}/{repo}/codespaces/secrets/public-key"],
		getRepoSecret: ["GET /repos/{owner}/{repo}/codespaces/secrets/{secret_name}"],
		getSecretForAuthenticatedUser: ["GET /user/codespaces/secrets/{secret_name}"],
		listDevcontainersInRepositoryForAuthenticatedUser: ["GET /repos/{owner}/{repo}/codespaces/devcontainers"],
		listForAuthenticatedUser: ["GET /user/codespaces"],
		listInOrganization: [
			"GET /orgs/{org}/codespaces",
			{},
			{ renamedParameters: { org_id: "org" } }
		],
		listInRepositoryForAuthenticatedUser: ["GET /repos/{owner}/{repo}/codespaces"],
		listOrgSecrets: ["GET /orgs/{org}/codespaces/secrets"],
		listRepoSecrets: ["GET /repos/{owner}/{repo}/codespaces/secrets"],
		listRepositoriesForSecretForAuthenticatedUser: ["GET /user/codespaces/secrets/{secret_name}/repositories"],
		listSecretsForAuthenticatedUser: ["GET /user/codespaces/secrets"],
		listSelectedReposForOrgSecret: ["GET /orgs/{org}/codespaces/secrets/{secret_name}/repositories"],
		preFlightWithRepoForAuthenticatedUser: ["GET /repos/{owner}/{repo}/codespaces/new"],
		publishForAuthenticatedUser: ["POST /user/codespaces/{codespace_name}/publish"],
		removeRepositoryForSecretForAuthenticatedUser: ["DELETE /user/codespaces/secrets/{secret_name}/repositories/{repository_id}"],
		removeSelectedRepoFromOrgSecret: ["DELETE /orgs/{org}/codespaces/secrets/{secret_name}/repositories/{repository_id}"],
		repoMachinesForAuthenticatedUser: ["GET /repos/{owner}/{repo}/codespaces/machines"],
		setRepositoriesForSecretForAuthenticatedUser: ["PUT /user/codespaces/secrets/{secret_name}/repositories"],
		setSelectedReposForOrgSecret: ["PUT /orgs/{org}/codespaces/secrets/{secret_name}/repositories"],
		startForAuthenticatedUser: ["POST /user/codespaces/{codespace_name}/start"],
		stopForAuthenticatedUser: ["POST /user/codespaces/{codespace_name}/stop"],
		stopInOrganization: ["POST /orgs/{org}/members/{username}/codespaces/{codespace_name}/stop"],
		updateForAuthenticatedUser: ["PATCH /user/codespaces/{codespace_name}"]
	},
	copilot: {
		addCopilotSeatsForTeams: ["POST /orgs/{org}/copilot/billing/selected_teams"],
		addCopilotSeatsForUsers: ["POST /orgs/{org}/copilot/billing/selected_users"],
		cancelCopilotSeatAssignmentForTeams: ["DELETE /orgs/{org}/copilot/billing/selected_teams"],
		cancelCopilotSeatAssignmentForUsers: ["DELETE /orgs/{org}/copilot/billing/selected_users"],
		copilotMetricsForOrganization: ["GET /orgs/{org}/copilot/metrics"],
		copilotMetricsForTeam: ["GET /orgs/{org}/team/{team_slug}/copilot/metrics"],
		getCopilotOrganizationDetails: ["GET /orgs/{org}/copilot/billing"],
		getCopilotSeatDetailsForUser: ["GET /orgs/{org}/members/{username}/copilot"],
		listCopilotSeats: ["GET /orgs/{org}/copilot/billing/seats"]
	},
	credentials: { revoke: ["POST /credentials/revoke"] },
	dependabot: {
		addSelectedRepoToOrgSecret: ["PUT /orgs/{org}/dependabot/secrets/{secret_name}/repositories/{repository_id}"],
		createOrUpdateOrgSecret: ["PUT /orgs/{org}/dependabot/secrets/{secret_name}"],
		createOrUpdateRepoSecret: ["PUT /repos/{owner}/{repo}/dependabot/secrets/{secret_name}"],
		deleteOrgSecret: ["DELETE /orgs/{org}/dependabot/secrets/{secret_name}"],
		deleteRepoSecret: ["DELETE /repos/{owner}/{repo}/dependabot/secrets/{secret_name}"],
		getAlert: ["GET /repos/{owner}/{repo}/dependabot/alerts/{alert_number}"],
		getOrgPublicKey: ["GET /orgs/{org}/dependabot/secrets/public-key"],
		getOrgSecret: ["GET /orgs/{org}/dependabot/secrets/{secret_name}"],
		getRepoPublicKey: ["GET /repos/{owner}/{repo}/dependabot/secrets/public-key"],
		getRepoSecret: ["GET /repos/{owner}/{repo}/dependabot/secrets/{secret_name}"],
		listAlertsForEnterprise: ["GET /enterprises/{enterprise}/dependabot/alerts"],
		listAlertsForOrg: ["GET /orgs/{org}/dependabot/alerts"],
		listAlertsForRepo: ["GET /repos/{owner}/{repo}/dependabot/alerts"],
		listOrgSecrets: ["GET /orgs/{org}/dependabot/secrets"],
		listRepoSecrets: ["GET /repos/{owner}/{repo}/dependabot/secrets"],
		listSelectedReposForOrgSecret: ["GET /orgs/{org}/dependabot/secrets/{secret_name}/repositories"],
		removeSelectedRepoFromOrgSecret: ["DELETE /orgs/{org}/dependabot/secrets/{secret_name}/repositories/{repository_id}"],
		repositoryAccessForOrg: ["GET /organizations/{org}/dependabot/repository-access"],
		setRepositoryAccessDefaultLevel: ["PUT /organizations/{org}/dependabot/repository-access/default-level"],
		setSelectedReposForOrgSecret: ["PUT /orgs/{org}/dependabot/secrets/{secret_name}/repositories"],
		updateAlert: ["PATCH /repos/{owner}/{repo}/dependabot/alerts/{alert_number}"],
		updateRepositoryAccessForOrg: ["PATCH /organizations/{org}/dependabot/repository-access"]
	},
	dependencyGraph: {
		createRepositorySnapshot: ["POST /repos/{owner}/{repo}/dependency-graph/snapshots"],
		diffRange: ["GET /repos/{owner}/{repo}/dependency-graph/compare/{basehead}"],
		exportSbom: ["GET /repos/{owner}/{repo}/dependency-graph/sbom"]
	},
	emojis: { get: ["GET /emojis"] },
	enterpriseTeamMemberships: {
		add: ["PUT /enterprises/{enterprise}/teams/{enterprise-team}/memberships/{username}"],
		bulkAdd: ["POST /enterprises/{enterprise}/teams/{enterprise-team}/memberships/add"],
		bulkRemove: ["POST /enterprises/{enterprise}/teams/{enterprise-team}/memberships/remove"],
		get: ["GET /enterprises/{enterprise}/teams/{enterprise-team}/memberships/{username}"],
		list: ["GET /enterprises/{enterprise}/teams/{enterprise-team}/memberships"],
		remove: ["DELETE /enterprises/{enterprise}/teams/{enterprise-team}/memberships/{username}"]
	},
	enterpriseTeamOrganizations: {
		add: ["PUT /enterprises/{enterprise}/teams/{enterprise-team}/organizations/{org}"],
		bulkAdd: ["POST /enterprises/{enterprise}/teams/{enterprise-team}/organizations/add"],
		bulkRemove: ["POST /enterprises/{enterprise}/teams/{enterprise-team}/organizations/remove"],
		delete: ["DELETE /enterprises/{enterprise}/teams/{enterprise-team}/organizations/{org}"],
		getAssignment: ["GET /enterprises/{enterprise}/teams/{enterprise-team}/organizations/{org}"],
		getAssignments: ["GET /enterprises/{enterprise}/teams/{enterprise-team}/organizations"]
	},
	enterpriseTeams: {
		create: ["POST /enterprises/{enterprise}/teams"],
		delete: ["DELETE /enterprises/{enterprise}/teams/{team_slug}"],
		get: ["GET /enterprises/{enterprise}/teams/{team_slug}"],
		list: ["GET /enterprises/{enterprise}/teams"],
		update: ["PATCH /enterprises/{enterprise}/teams/{team_slug}"]
	},
	gists: {
		checkIsStarred: ["GET /gists/{gist_id}/star"],
		create: ["POST /gists"],
		createComment: ["POST /gists/{gist_id}/comments"],
		delete: ["DELETE /gists/{gist_id}"],
		deleteComment: ["DELETE /gists/{gist_id}/comments/{comment_id}"],
		fork: ["POST /gists/{gist_id}/forks"],
		get: ["GET /gists/{gist_id}"],
		getComment: ["GET /gists/{gist_id}/comments/{comment_id}"],
		getRevision: ["GET /gists/{gist_id}/{sha}"],
		list: ["GET /gists"],
		listComments: ["GET /gists/{gist_id}/comments"],
		listCommits: ["GET /gists/{gist_id}/commits"],
		listForUser: ["GET /users/{username}/gists"],
		listForks: ["GET /gists/{gist_id}/forks"],
		listPublic: ["GET /gists/public"],
		listStarred: ["GET /gists/starred"],
		star: ["PUT /gists/{gist_id}/star"],
		unstar: ["DELETE /gists/{gist_id}/star"],
		update: ["PATCH /gists/{gist_id}"],
		updateComment: ["PATCH /gists/{gist_id}/comments/{comment_id}"]
	},
	git: {
		createBlob: ["POST /repos/{owner}/{repo}/git/blobs"],
		createCommit: ["POST /repos/{owner}/{repo}/git/commits"],
		createRef: ["POST /repos/{owner}/{repo}/git/refs"],
		createTag: ["POST /repos/{owner}/{repo}/git/tags"],
		createTree: ["POST /repos/{owner}/{repo}/git/trees"],
		deleteRef: ["DELETE /repos/{owner}/{repo}/git/refs/{ref}"],
		getBlob: ["GET /repos/{owner}/{repo}/git/blobs/{file_sha}"],
		getCommit: ["GET /repos/{owner}/{repo}/git/commits/{commit_sha}"],
		getRef: ["GET /repos/{owner}/{repo}/git/ref/{ref}"],
		getTag: ["GET /repos/{owner}/{repo}/git/tags/{tag_sha}"],
		getTree: ["GET /repos/{owner}/{repo}/git/trees/{tree_sha}"],
		listMatchingRefs: ["GET /repos/{owner}/{repo}/git/matching-refs/{ref}"],
		updateRef: ["PATCH /repos/{owner}/{repo}/git/refs/{ref}"]
	},
	gitignore: {
		getAllTemplates: ["GET /gitignore/templates"],
		getTemplate: ["GET /gitignore/templates/{name}"]
	},
	hostedCompute: {
		createNetworkConfigurationForOrg: ["POST /orgs/{org}/settings/network-configurations"],
		deleteNetworkConfigurationFromOrg: ["DELETE /orgs/{org}/settings/network-configurations/{network_configuration_id}"],
		getNetworkConfigurationForOrg: ["GET /orgs/{org}/settings/network-configurations/{network_configuration_id}"],
		getNetworkSettingsForOrg: ["GET /orgs/{org}/settings/network-settings/{network_settings_id}"],
		listNetworkConfigurationsForOrg: ["GET /orgs/{org}/settings/network-configurations"],
		updateNetworkConfigurationForOrg: ["PATCH /orgs/{org}/settings/network-configurations/{network_configuration_id}"]
	},
	interactions: {
		getRestrictionsForAuthenticatedUser: ["GET /user/interaction-limits"],
		getRestrictionsForOrg: ["GET /orgs/{org}/interaction-limits"],
		getRestrictionsForRepo: ["GET /repos/{owner}/{repo}/interaction-limits"],
		getRestrictionsForYourPublicRepos: [
			"GET /user/interaction-limits",
			{},
			{ renamed: ["interactions", "getRestrictionsForAuthenticatedUser"] }
		],
		removeRestrictionsForAuthenticatedUser: ["DELETE /user/interaction-limits"],
		removeRestrictionsForOrg: ["DELETE /orgs/{org}/interaction-limits"],
		removeRestrictionsForRepo: ["DELETE /repos/{owner}/{repo}/interaction-limits"],
		removeRestrictionsForYourPublicRepos: [
			"DELETE /user/interaction-limits",
			{},
			{ renamed: ["interactions", "removeRestrictionsForAuthenticatedUser"] }
		],
		setRestrictionsForAuthenticatedUser: ["PUT /user/interaction-limits"],
		setRestrictionsForOrg: ["PUT /orgs/{org}/interaction-limits"],
		setRestrictionsForRepo: ["PUT /repos/{owner}/{repo}/interaction-limits"],
		setRestrictionsForYourPublicRepos: [
			"PUT /user/interaction-limits",
			{},
			{ renamed: ["interactions", "setRestrictionsForAuthenticatedUser"] }
		]
	},
	issues: {
		addAssignees: ["POST /repos/{owner}/{repo}/issues/{issue_number}/assignees"],
		addBlockedByDependency: ["POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by"],
		addLabels: ["POST /repos/{owner}/{repo}/issues/{issue_number}/labels"],
		addSubIssue: ["POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"],
		checkUserCanBeAssigned: ["GET /repos/{owner}/{repo}/assignees/{assignee}"],
		checkUserCanBeAssignedToIssue: ["GET /repos/{owner}/{repo}/issues/{issue_number}/assignees/{assignee}"],
		create: ["POST /repos/{owner}/{repo}/issues"],
		createComment: ["POST /repos/{owner}/{repo}/issues/{issue_number}/comments"],
		createLabel: ["POST /repos/{owner}/{repo}/labels"],
		createMilestone: ["POST /repos/{owner}/{repo}/milestones"],
		deleteComment: ["DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}"],
		deleteLabel: ["DELETE /repos/{owner}/{repo}/labels/{name}"],
		deleteMilestone: ["DELETE /repos/{owner}/{repo}/milestones/{milestone_number}"],
		get: ["GET /repos/{owner}/{repo}/issues/{issue_number}"],
		getComment: ["GET /repos/{owner}/{repo}/issues/comments/{comment_id}"],
		getEvent: ["GET /repos/{owner}/{repo}/issues/events/{event_id}"],
		getLabel: ["GET /repos/{owner}/{repo}/labels/{name}"],
		getMilestone: ["GET /repos/{owner}/{repo}/milestones/{milestone_number}"],
		getParent: ["GET /repos/{owner}/{repo}/issues/{issue_number}/parent"],
		list: ["GET /issues"],
		listAssignees: ["GET /repos/{owner}/{repo}/assignees"],
		listComments: ["GET /repos/{owner}/{repo}/issues/{issue_number}/comments"],
		listCommentsForRepo: ["GET /repos/{owner}/{repo}/issues/comments"],
		listDependenciesBlockedBy: ["GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by"],
		listDependenciesBlocking: ["GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocking"],
		listEvents: ["GET /repos/{owner}/{repo}/issues/{issue_number}/events"],
		listEventsForRepo: ["GET /repos/{owner}/{repo}/issues/events"],
		listEventsForTimeline: ["GET /repos/{owner}/{repo}/issues/{issue_number}/timeline"],
		listForAuthenticatedUser: ["GET /user/issues"],
		listForOrg: ["GET /orgs/{org}/issues"],
		listForRepo: ["GET /repos/{owner}/{repo}/issues"],
		listLabelsForMilestone: ["GET /repos/{owner}/{repo}/milestones/{milestone_number}/labels"],
		listLabelsForRepo: ["GET /repos/{owner}/{repo}/labels"],
		listLabelsOnIssue: ["GET /repos/{owner}/{repo}/issues/{issue_number}/labels"],
		listMilestones: ["GET /repos/{owner}/{repo}/milestones"],
		listSubIssues: ["GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"],
		lock: ["PUT /repos/{owner}/{repo}/issues/{issue_number}/lock"],
		removeAllLabels: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels"],
		removeAssignees: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees"],
		removeDependencyBlockedBy: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by/{issue_id}"],
		removeLabel: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}"],
		removeSubIssue: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue"],
		reprioritizeSubIssue: ["PATCH /repos/{owner}/{repo}/issues/{issue_number}/sub_issues/priority"],
		setLabels: ["PUT /repos/{owner}/{repo}/issues/{issue_number}/labels"],
		unlock: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/lock"],
		update: ["PATCH /repos/{owner}/{repo}/issues/{issue_number}"],
		updateComment: ["PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}"],
		updateLabel: ["PATCH /repos/{owner}/{repo}/labels/{name}"],
		updateMilestone: ["PATCH /repos/{owner}/{repo}/milestones/{milestone_number}"]
	},
	licenses: {
		get: ["GET /licenses/{license}"],
		getAllCommonlyUsed: ["GET /licenses"],
		getForRepo: ["GET /repos/{owner}/{repo}/license"]
	},
	markdown: {
		render: ["POST /markdown"],
		renderRaw: ["POST /markdown/raw", { headers: { "content-type": "text/plain; charset=utf-8" } }]
	},
	meta: {
		get: ["GET /meta"],
		getAllVersions: ["GET /versions"],
		getOctocat: ["GET /octocat"],
		getZen: ["GET /zen"],
		root: ["GET /"]
	},
	migrations: {
		deleteArchiveForAuthenticatedUser: ["DELETE /user/migrations/{migration_id}/archive"],
		deleteArchiveForOrg: ["DELETE /orgs/{org}/migrations/{migration_id}/archive"],
		downloadArchiveForOrg: ["GET /orgs/{org}/migrations/{migration_id}/archive"],
		getArchiveForAuthenticatedUser: ["GET /user/migrations/{migration_id}/archive"],
		getStatusForAuthenticatedUser: ["GET /user/migrations/{migration_id}"],
		getStatusForOrg: ["GET /orgs/{org}/migrations/{migration_id}"],
		listForAuthenticatedUser: ["GET /user/migrations"],
		listForOrg: ["GET /orgs/{org}/migrations"],
		listReposForAuthenticatedUser: ["GET /user/migrations/{migration_id}/repositories"],
		listReposForOrg: ["GET /orgs/{org}/migrations/{migration_id}/repositories"],
		listReposForUser: [
			"GET /user/migrations/{migration_id}/repositories",
			{},
			{ renamed: ["migrations", "listReposForAuthenticatedUser"] }
		],
		startForAuthenticatedUser: ["POST /user/migrations"],
		startForOrg: ["POST /orgs/{org}/migrations"],
		unlockRepoForAuthenticatedUser: ["DELETE /user/migrations/{migration_id}/repos/{repo_name}/lock"],
		unlockRepoForOrg: ["DELETE /orgs/{org}/migrations/{migration_id}/repos/{repo_name}/lock"]
	},
	oidc: {
		getOidcCustomSubTemplateForOrg: ["GET /orgs/{org}/actions/oidc/customization/sub"],
		updateOidcCustomSubTemplateForOrg: ["PUT /orgs/{org}/actions/oidc/customization/sub"]
	},
	orgs: {
		addSecurityManagerTeam: [
			"PUT /orgs/{org}/security-managers/teams/{team_slug}",
			{},
			{ deprecated: "octokit.rest.orgs.addSecurityManagerTeam() is deprecated, see https://docs.github.com/rest/orgs/security-managers#add-a-security-manager-team" }
		],
		assignTeamToOrgRole: ["PUT /orgs/{org}/organization-roles/teams/{team_slug}/{role_id}"],
		assignUserToOrgRole: ["PUT /orgs/{org}/organization-roles/users/{username}/{role_id}"],
		blockUser: ["PUT /orgs/{org}/blocks/{username}"],
		cancelInvitation: ["DELETE /orgs/{org}/invitations/{invitation_id}"],
		checkBlockedUser: ["GET /orgs/{org}/blocks/{username}"],
		checkMembershipForUser: ["GET /orgs/{org}/members/{username}"],
		checkPublicMembershipForUser: ["GET /orgs/{org}/public_members/{username}"],
		convertMemberToOutsideCollaborator: ["PUT /orgs/{org}/outside_collaborators/{username}"],
		createArtifactStorageRecord: ["POST /orgs/{org}/artifacts/metadata/storage-record"],
		createInvitation: ["POST /orgs/{org}/invitations"],
		createIssueType: ["POST /orgs/{org}/issue-types"],
		createWebhook: ["POST /orgs/{org}/hooks"],
		customPropertiesForOrgsCreateOrUpdateOrganizationValues: ["PATCH /organizations/{org}/org-properties/values"],
		customPropertiesForOrgsGetOrganizationValues: ["GET /organizations/{org}/org-properties/values"],
		customPropertiesForReposCreateOrUpdateOrganizationDefinition: ["PUT /orgs/{org}/properties/schema/{custom_property_name}"],
		customPropertiesForReposCreateOrUpdateOrganizationDefinitions: ["PATCH /orgs/{org}/properties/schema"],
		customPropertiesForReposCreateOrUpdateOrganizationValues: ["PATCH /orgs/{org}/properties/values"],
		customPropertiesForReposDeleteOrganizationDefinition: ["DELETE /orgs/{org}/properties/schema/{custom_property_name}"],
		customPropertiesForReposGetOrganizationDefinition: ["GET /orgs/{org}/properties/schema/{custom_property_name}"],
		customPropertiesForReposGetOrganizationDefinitions: ["GET /orgs/{org}/properties/schema"],
		customPropertiesForReposGetOrganizationValues: ["GET /orgs/{org}/properties/values"],
		delete: ["DELETE /orgs/{org}"],
		deleteAttestationsBulk: ["POST /orgs/{org}/attestations/delete-request"],
		deleteAttestationsById: ["DELETE /orgs/{org}/attestations/{attestation_id}"],
		deleteAttestationsBySubjectDigest: ["DELETE /orgs/{org}/attestations/digest/{subject_digest}"],
		deleteIssueType: ["DELETE /orgs/{org}/issue-types/{issue_type_id}"],
		deleteWebhook: ["DELETE /orgs/{org}/hooks/{hook_id}"],
		disableSelectedRepositoryImmutableReleasesOrganization: ["DELETE /orgs/{org}/settings/immutable-releases/repositories/{repository_id}"],
		enableSelectedRepositoryImmutableReleasesOrganization: ["PUT /orgs/{org}/settings/immutable-releases/repositories/{repository_id}"],
		get: ["GET /orgs/{org}"],
		getImmutableReleasesSettings: ["GET /orgs/{org}/settings/immutable-releases"],
		getImmutableReleasesSettingsRepositories: ["GET /orgs/{org}/settings/immutable-releases/repositories"],
		getMembershipForAuthenticatedUser: ["GET /user/memberships/orgs/{org}"],
		getMembershipForUser: ["GET /orgs/{org}/memberships/{username}"],
		getOrgRole: ["GET /orgs/{org}/organization-roles/{role_id}"],
		getOrgRulesetHistory: ["GET /orgs/{org}/rulesets/{ruleset_id}/history"],
		getOrgRulesetVersion: ["GET /orgs/{org}/rulesets/{ruleset_id}/history/{version_id}"],
		getWebhook: ["GET /orgs/{org}/hooks/{hook_id}"],
		getWebhookConfigForOrg: ["GET /orgs/{org}/hooks/{hook_id}/config"],
		getWebhookDelivery: ["GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}"],
		list: ["GET /organizations"],
		listAppInstallations: ["GET /orgs/{org}/installations"],
		listArtifactStorageRecords: ["GET /orgs/{org}/artifacts/{subject_digest}/metadata/storage-records"],
		listAttestationRepositories: ["GET /orgs/{org}/attestations/repositories"],
		listAttestations: ["GET /orgs/{org}/attestations/{subject_digest}"],
		listAttestationsBulk: ["POST /orgs/{org}/attestations/bulk-list{?per_page,before,after}"],
		listBlockedUsers: ["GET /orgs/{org}/blocks"],
		listFailedInvitations: ["GET /orgs/{org}/failed_invitations"],
		listForAuthenticatedUser: ["GET /user/orgs"],
		listForUser: ["GET /users/{username}/orgs"],
		listInvitationTeams: ["GET /orgs/{org}/invitations/{invitation_id}/teams"],
		listIssueTypes: ["GET /orgs/{org}/issue-types"],
		listMembers: ["GET /orgs/{org}/members"],
		listMembershipsForAuthenticatedUser: ["GET /user/memberships/orgs"],
		listOrgRoleTeams: ["GET /orgs/{org}/organization-roles/{role_id}/teams"],
		listOrgRoleUsers: ["GET /orgs/{org}/organization-roles/{role_id}/users"],
		listOrgRoles: ["GET /orgs/{org}/organization-roles"],
		listOrganizationFineGrainedPermissions: ["GET /orgs/{org}/organization-fine-grained-permissions"],
		listOutsideCollaborators: ["GET /orgs/{org}/outside_collaborators"],
		listPatGrantRepositories: ["GET /orgs/{org}/personal-access-tokens/{pat_id}/repositories"],
		listPatGrantRequestRepositories: ["GET /orgs/{org}/personal-access-token-requests/{pat_request_id}/repositories"],
		listPatGrantRequests: ["GET /orgs/{org}/personal-access-token-requests"],
		listPatGrants: ["GET /orgs/{org}/personal-access-tokens"],
		listPendingInvitations: ["GET /orgs/{org}/invitations"],
		listPublicMembers: ["GET /orgs/{org}/public_members"],
		listSecurityManagerTeams: [
			"GET /orgs/{org}/security-managers",
			{},
			{ deprecated: "octokit.rest.orgs.listSecurityManagerTeams() is deprecated, see https://docs.github.com/rest/orgs/security-managers#list-security-manager-teams" }
		],
		listWebhookDeliveries: ["GET /orgs/{org}/hooks/{hook_id}/deliveries"],
		listWebhooks: ["GET /orgs/{org}/hooks"],
		pingWebhook: ["POST /orgs/{org}/hooks/{hook_id}/pings"],
		redeliverWebhookDelivery: ["POST /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}/attempts"],
		removeMember: ["DELETE /orgs/{org}/members/{username}"],
		removeMembershipForUser: ["DELETE /orgs/{org}/memberships/{username}"],
		removeOutsideCollaborator: ["DELETE /orgs/{org}/outside_collaborators/{username}"],
		removePublicMembershipForAuthenticatedUser: ["DELETE /orgs/{org}/public_members/{username}"],
		removeSecurityManagerTeam: [
			"DELETE /orgs/{org}/security-managers/teams/{team_slug}",
			{},
			{ deprecated: "octokit.rest.orgs.removeSecurityManagerTeam() is deprecated, see https://docs.github.com/rest/orgs/security-managers#remove-a-security-manager-team" }
		],
		reviewPatGrantRequest: ["POST /orgs/{org}/personal-access-token-requests/{pat_request_id}"],
		reviewPatGrantRequestsInBulk: ["POST /orgs/{org}/personal-access-token-requests"],
		revokeAllOrgRolesTeam: ["DELETE /orgs/{org}/organization-roles/teams/{team_slug}"],
		revokeAllOrgRolesUser: ["DELETE /orgs/{org}/organization-roles/users/{username}"],
		revokeOrgRoleTeam: ["DELETE /orgs/{org}/organization-roles/teams/{team_slug}/{role_id}"],
		revokeOrgRoleUser: ["DELETE /orgs/{org}/organization-roles/users/{username}/{role_id}"],
		setImmutableReleasesSettings: ["PUT /orgs/{org}/settings/immutable-releases"],
		setImmutableReleasesSettingsRepositories: ["PUT /orgs/{org}/settings/immutable-releases/repositories"],
		setMembershipForUser: ["PUT /orgs/{org}/memberships/{username}"],
		setPublicMembershipForAuthenticatedUser: ["PUT /orgs/{org}/public_members/{username}"],
		unblockUser: ["DELETE /orgs/{org}/blocks/{username}"],
		update: ["PATCH /orgs/{org}"],
		updateIssueType: ["PUT /orgs/{org}/issue-types/{issue_type_id}"],
		updateMembershipForAuthenticatedUser: ["PATCH /user/memberships/orgs/{org}"],
		updatePatAccess: ["POST /orgs/{org}/personal-access-tokens/{pat_id}"],
		updatePatAccesses: ["POST /orgs/{org}/personal-access-tokens"],
		updateWebhook: ["PATCH /orgs/{org}/hooks/{hook_id}"],
		updateWebhookConfigForOrg: ["PATCH /orgs/{org}/hooks/{hook_id}/config"]
	},
	packages: {
		deletePackageForAuthenticatedUser: ["DELETE /user/packages/{package_type}/{package_name}"],
		deletePackageForOrg: ["DELETE /orgs/{org}/packages/{package_type}/{package_name}"],
		deletePackageForUser: ["DELETE /users/{username}/packages/{package_type}/{package_name}"],
		deletePackageVersionForAuthenticatedUser: ["DELETE /user/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		deletePackageVersionForOrg: ["DELETE /orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		deletePackageVersionForUser: ["DELETE /users/{username}/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		getAllPackageVersionsForAPackageOwnedByAnOrg: [
			"GET /orgs/{org}/packages/{package_type}/{package_name}/versions",
			{},
			{ renamed: ["packages", "getAllPackageVersionsForPackageOwnedByOrg"] }
		],
		getAllPackageVersionsForAPackageOwnedByTheAuthenticatedUser: [
			"GET /user/packages/{package_type}/{package_name}/versions",
			{},
			{ renamed: ["packages", "getAllPackageVersionsForPackageOwnedByAuthenticatedUser"] }
		],
		getAllPackageVersionsForPackageOwnedByAuthenticatedUser: ["GET /user/packages/{package_type}/{package_name}/versions"],
		getAllPackageVersionsForPackageOwnedByOrg: ["GET /orgs/{org}/packages/{package_type}/{package_name}/versions"],
		getAllPackageVersionsForPackageOwnedByUser: ["GET /users/{username}/packages/{package_type}/{package_name}/versions"],
		getPackageForAuthenticatedUser: ["GET /user/packages/{package_type}/{package_name}"],
		getPackageForOrganization: ["GET /orgs/{org}/packages/{package_type}/{package_name}"],
		getPackageForUser: ["GET /users/{username}/packages/{package_type}/{package_name}"],
		getPackageVersionForAuthenticatedUser: ["GET /user/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		getPackageVersionForOrganization: ["GET /orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		getPackageVersionForUser: ["GET /users/{username}/packages/{package_type}/{package_name}/versions/{package_version_id}"],
		listDockerMigrationConflictingPackagesForAuthenticatedUser: ["GET /user/docker/conflicts"],
		listDockerMigrationConflictingPackagesForOrganization: ["GET /orgs/{org}/docker/conflicts"],
		listDockerMigrationConflictingPackagesForUser: ["GET /users/{username}/docker/conflicts"],
		listPackagesForAuthenticatedUser: ["GET /user/packages"],
		listPackagesForOrganization: ["GET /orgs/{org}/packages"],
		listPackagesForUser: ["GET /users/{username}/packages"],
		restorePackageForAuthenticatedUser: ["POST /user/packages/{package_type}/{package_name}/restore{?token}"],
		restorePackageForOrg: ["POST /orgs/{org}/packages/{package_type}/{package_name}/restore{?token}"],
		restorePackageForUser: ["POST /users/{username}/packages/{package_type}/{package_name}/restore{?token}"],
		restorePackageVersionForAuthenticatedUser: ["POST /user/packages/{package_type}/{package_name}/versions/{package_version_id}/restore"],
		restorePackageVersionForOrg: ["POST /orgs/{org}/packages/{package_type}/{package_name}/versions/{package_version_id}/restore"],
		restorePackageVersionForUser: ["POST /users/{username}/packages/{package_type}/{package_name}/versions/{package_version_id}/restore"]
	},
	privateRegistries: {
		createOrgPrivateRegistry: ["POST /orgs/{org}/private-registries"],
		deleteOrgPrivateRegistry: ["DELETE /orgs/{org}/private-registries/{secret_name}"],
		getOrgPrivateRegistry: ["GET /orgs/{org}/private-registries/{secret_name}"],
		getOrgPublicKey: ["GET /orgs/{org}/private-registries/public-key"],
		listOrgPrivateRegistries: ["GET /orgs/{org}/private-registries"],
		updateOrgPrivateRegistry: ["PATCH /orgs/{org}/private-registries/{secret_name}"]
	},
	projects: {
		addItemForOrg: ["POST /orgs/{org}/projectsV2/{project_number}/items"],
		addItemForUser: ["POST /users/{username}/projectsV2/{project_number}/items"],
		deleteItemForOrg: ["DELETE /orgs/{org}/projectsV2/{project_number}/items/{item_id}"],
		deleteItemForUser: ["DELETE /users/{username}/projectsV2/{project_number}/items/{item_id}"],
		getFieldForOrg: ["GET /orgs/{org}/projectsV2/{project_number}/fields/{field_id}"],
		getFieldForUser: ["GET /users/{username}/projectsV2/{project_number}/fields/{field_id}"],
		getForOrg: ["GET /orgs/{org}/projectsV2/{project_number}"],
		getForUser: ["GET /users/{username}/projectsV2/{project_number}"],
		getOrgItem: ["GET /orgs/{org}/projectsV2/{project_number}/items/{item_id}"],
		getUserItem: ["GET /users/{username}/projectsV2/{project_number}/items/{item_id}"],
		listFieldsForOrg: ["GET /orgs/{org}/projectsV2/{project_number}/fields"],
		listFieldsForUser: ["GET /users/{username}/projectsV2/{project_number}/fields"],
		listForOrg: ["GET /orgs/{org}/projectsV2"],
		listForUser: ["GET /users/{username}/projectsV2"],
		listItemsForOrg: ["GET /orgs/{org}/projectsV2/{project_number}/items"],
		listItemsForUser: ["GET /users/{username}/projectsV2/{project_number}/items"],
		updateItemForOrg: ["PATCH /orgs/{org}/projectsV2/{project_number}/items/{item_id}"],
		updateItemForUser: ["PATCH /users/{username}/projectsV2/{project_number}/items/{item_id}"]
	},
	pulls: {
		checkIfMerged: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/merge"],
		create: ["POST /repos/{owner}/{repo}/pulls"],
		createReplyForReviewComment: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies"],
		createReview: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews"],
		createReviewComment: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/comments"],
		deletePendingReview: ["DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}"],
		deleteReviewComment: ["DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}"],
		dismissReview: ["PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals"],
		get: ["GET /repos/{owner}/{repo}/pulls/{pull_number}"],
		getReview: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}"],
		getReviewComment: ["GET /repos/{owner}/{repo}/pulls/comments/{comment_id}"],
		list: ["GET /repos/{owner}/{repo}/pulls"],
		listCommentsForReview: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments"],
		listCommits: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/commits"],
		listFiles: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/files"],
		listRequestedReviewers: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"],
		listReviewComments: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/comments"],
		listReviewCommentsForRepo: ["GET /repos/{owner}/{repo}/pulls/comments"],
		listReviews: ["GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews"],
		merge: ["PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge"],
		removeRequestedReviewers: ["DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"],
		requestReviewers: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers"],
		submitReview: ["POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events"],
		update: ["PATCH /repos/{owner}/{repo}/pulls/{pull_number}"],
		updateBranch: ["PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch"],
		updateReview: ["PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}"],
		updateReviewComment: ["PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}"]
	},
	rateLimit: { get: ["GET /rate_limit"] },
	reactions: {
		createForCommitComment: ["POST /repos/{owner}/{repo}/comments/{comment_id}/reactions"],
		createForIssue: ["POST /repos/{owner}/{repo}/issues/{issue_number}/reactions"],
		createForIssueComment: ["POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"],
		createForPullRequestReviewComment: ["POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions"],
		createForRelease: ["POST /repos/{owner}/{repo}/releases/{release_id}/reactions"],
		createForTeamDiscussionCommentInOrg: ["POST /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}/reactions"],
		createForTeamDiscussionInOrg: ["POST /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/reactions"],
		deleteForCommitComment: ["DELETE /repos/{owner}/{repo}/comments/{comment_id}/reactions/{reaction_id}"],
		deleteForIssue: ["DELETE /repos/{owner}/{repo}/issues/{issue_number}/reactions/{reaction_id}"],
		deleteForIssueComment: ["DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}"],
		deleteForPullRequestComment: ["DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions/{reaction_id}"],
		deleteForRelease: ["DELETE /repos/{owner}/{repo}/releases/{release_id}/reactions/{reaction_id}"],
		deleteForTeamDiscussion: ["DELETE /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/reactions/{reaction_id}"],
		deleteForTeamDiscussionComment: ["DELETE /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}/reactions/{reaction_id}"],
		listForCommitComment: ["GET /repos/{owner}/{repo}/comments/{comment_id}/reactions"],
		listForIssue: ["GET /repos/{owner}/{repo}/issues/{issue_number}/reactions"],
		listForIssueComment: ["GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"],
		listForPullRequestReviewComment: ["GET /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions"],
		listForRelease: ["GET /repos/{owner}/{repo}/releases/{release_id}/reactions"],
		listForTeamDiscussionCommentInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}/reactions"],
		listForTeamDiscussionInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/reactions"]
	},
	repos: {
		acceptInvitation: [
			"PATCH /user/repository_invitations/{invitation_id}",
			{},
			{ renamed: ["repos", "acceptInvitationForAuthenticatedUser"] }
		],
		acceptInvitationForAuthenticatedUser: ["PATCH /user/repository_invitations/{invitation_id}"],
		addAppAccessRestrictions: [
			"POST /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/apps",
			{},
			{ mapToData: "apps" }
		],
		addCollaborator: ["PUT /repos/{owner}/{repo}/collaborators/{username}"],
		addStatusCheckContexts: [
			"POST /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks/contexts",
			{},
			{ mapToData: "contexts" }
		],
		addTeamAccessRestrictions: [
			"POST /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/teams",
			{},
			{ mapToData: "teams" }
		],
		addUserAccessRestrictions: [
			"POST /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/users",
			{},
			{ mapToData: "users" }
		],
		cancelPagesDeployment: ["POST /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}/cancel"],
		checkAutomatedSecurityFixes: ["GET /repos/{owner}/{repo}/automated-security-fixes"],
		checkCollaborator: ["GET /repos/{owner}/{repo}/collaborators/{username}"],
		checkImmutableReleases: ["GET /repos/{owner}/{repo}/immutable-releases"],
		checkPrivateVulnerabilityReporting: ["GET /repos/{owner}/{repo}/private-vulnerability-reporting"],
		checkVulnerabilityAlerts: ["GET /repos/{owner}/{repo}/vulnerability-alerts"],
		codeownersErrors: ["GET /repos/{owner}/{repo}/codeowners/errors"],
		compareCommits: ["GET /repos/{owner}/{repo}/compare/{base}...{head}"],
		compareCommitsWithBasehead: ["GET /repos/{owner}/{repo}/compare/{basehead}"],
		createAttestation: ["POST /repos/{owner}/{repo}/attestations"],
		createAutolink: ["POST /repos/{owner}/{repo}/autolinks"],
		createCommitComment: ["POST /repos/{owner}/{repo}/commits/{commit_sha}/comments"],
		createCommitSignatureProtection: ["POST /repos/{owner}/{repo}/branches/{branch}/protection/required_signatures"],
		createCommitStatus: ["POST /repos/{owner}/{repo}/statuses/{sha}"],
		createDeployKey: ["POST /repos/{owner}/{repo}/keys"],
		createDeployment: ["POST /repos/{owner}/{repo}/deployments"],
		createDeploymentBranchPolicy: ["POST /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies"],
		createDeploymentProtectionRule: ["POST /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules"],
		createDeploymentStatus: ["POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses"],
		createDispatchEvent: ["POST /repos/{owner}/{repo}/dispatches"],
		createForAuthenticatedUser: ["POST /user/repos"],
		createFork: ["POST /repos/{owner}/{repo}/forks"],
		createInOrg: ["POST /orgs/{org}/repos"],
		createOrUpdateEnvironment: ["PUT /repos/{owner}/{repo}/environments/{environment_name}"],
		createOrUpdateFileContents: ["PUT /repos/{owner}/{repo}/contents/{path}"],
		createOrgRuleset: ["POST /orgs/{org}/rulesets"],
		createPagesDeployment: ["POST /repos/{owner}/{repo}/pages/deployments"],
		createPagesSite: ["POST /repos/{owner}/{repo}/pages"],
		createRelease: ["POST /repos/{owner}/{repo}/releases"],
		createRepoRuleset: ["POST /repos/{owner}/{repo}/rulesets"],
		createUsingTemplate: ["POST /repos/{template_owner}/{template_repo}/generate"],
		createWebhook: ["POST /repos/{owner}/{repo}/hooks"],
		customPropertiesForReposCreateOrUpdateRepositoryValues: ["PATCH /repos/{owner}/{repo}/properties/values"],
		customPropertiesForReposGetRepositoryValues: ["GET /repos/{owner}/{repo}/properties/values"],
		declineInvitation: [
			"DELETE /user/repository_invitations/{invitation_id}",
			{},
			{ renamed: ["repos", "declineInvitationForAuthenticatedUser"] }
		],
		declineInvitationForAuthenticatedUser: ["DELETE /user/repository_invitations/{invitation_id}"],
		delete: ["DELETE /repos/{owner}/{repo}"],
		deleteAccessRestrictions: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection/restrictions"],
		deleteAdminBranchProtection: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins"],
		deleteAnEnvironment: ["DELETE /repos/{owner}/{repo}/environments/{environment_name}"],
		deleteAutolink: ["DELETE /repos/{owner}/{repo}/autolinks/{autolink_id}"],
		deleteBranchProtection: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection"],
		deleteCommitComment: ["DELETE /repos/{owner}/{repo}/comments/{comment_id}"],
		deleteCommitSignatureProtection: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection/required_signatures"],
		deleteDeployKey: ["DELETE /repos/{owner}/{repo}/keys/{key_id}"],
		deleteDeployment: ["DELETE /repos/{owner}/{repo}/deployments/{deployment_id}"],
		deleteDeploymentBranchPolicy: ["DELETE /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}"],
		deleteFile: ["DELETE /repos/{owner}/{repo}/contents/{path}"],
		deleteInvitation: ["DELETE /repos/{owner}/{repo}/invitations/{invitation_id}"],
		deleteOrgRuleset: ["DELETE /orgs/{org}/rulesets/{ruleset_id}"],
		deletePagesSite: ["DELETE /repos/{owner}/{repo}/pages"],
		deletePullRequestReviewProtection: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection/required_pull_request_reviews"],
		deleteRelease: ["DELETE /repos/{owner}/{repo}/releases/{release_id}"],
		deleteReleaseAsset: ["DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}"],
		deleteRepoRuleset: ["DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}"],
		deleteWebhook: ["DELETE /repos/{owner}/{repo}/hooks/{hook_id}"],
		disableAutomatedSecurityFixes: ["DELETE /repos/{owner}/{repo}/automated-security-fixes"],
		disableDeploymentProtectionRule: ["DELETE /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules/{protection_rule_id}"],
		disableImmutableReleases: ["DELETE /repos/{owner}/{repo}/immutable-releases"],
		disablePrivateVulnerabilityReporting: ["DELETE /repos/{owner}/{repo}/private-vulnerability-reporting"],
		disableVulnerabilityAlerts: ["DELETE /repos/{owner}/{repo}/vulnerability-alerts"],
		downloadArchive: [
			"GET /repos/{owner}/{repo}/zipball/{ref}",
			{},
			{ renamed: ["repos", "downloadZipballArchive"] }
		],
		downloadTarballArchive: ["GET /repos/{owner}/{repo}/tarball/{ref}"],
		downloadZipballArchive: ["GET /repos/{owner}/{repo}/zipball/{ref}"],
		enableAutomatedSecurityFixes: ["PUT /repos/{owner}/{repo}/automated-security-fixes"],
		enableImmutableReleases: ["PUT /repos/{owner}/{repo}/immutable-releases"],
		enablePrivateVulnerabilityReporting: ["PUT /repos/{owner}/{repo}/private-vulnerability-reporting"],
		enableVulnerabilityAlerts: ["PUT /repos/{owner}/{repo}/vulnerability-alerts"],
		generateReleaseNotes: ["POST /repos/{owner}/{repo}/releases/generate-notes"],
		get: ["GET /repos/{owner}/{repo}"],
		getAccessRestrictions: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/restrictions"],
		getAdminBranchProtection: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins"],
		getAllDeploymentProtectionRules: ["GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules"],
		getAllEnvironments: ["GET /repos/{owner}/{repo}/environments"],
		getAllStatusCheckContexts: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks/contexts"],
		getAllTopics: ["GET /repos/{owner}/{repo}/topics"],
		getAppsWithAccessToProtectedBranch: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/apps"],
		getAutolink: ["GET /repos/{owner}/{repo}/autolinks/{autolink_id}"],
		getBranch: ["GET /repos/{owner}/{repo}/branches/{branch}"],
		getBranchProtection: ["GET /repos/{owner}/{repo}/branches/{branch}/protection"],
		getBranchRules: ["GET /repos/{owner}/{repo}/rules/branches/{branch}"],
		getClones: ["GET /repos/{owner}/{repo}/traffic/clones"],
		getCodeFrequencyStats: ["GET /repos/{owner}/{repo}/stats/code_frequency"],
		getCollaboratorPermissionLevel: ["GET /repos/{owner}/{repo}/collaborators/{username}/permission"],
		getCombinedStatusForRef: ["GET /repos/{owner}/{repo}/commits/{ref}/status"],
		getCommit: ["GET /repos/{owner}/{repo}/commits/{ref}"],
		getCommitActivityStats: ["GET /repos/{owner}/{repo}/stats/commit_activity"],
		getCommitComment: ["GET /repos/{owner}/{repo}/comments/{comment_id}"],
		getCommitSignatureProtection: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/required_signatures"],
		getCommunityProfileMetrics: ["GET /repos/{owner}/{repo}/community/profile"],
		getContent: ["GET /repos/{owner}/{repo}/contents/{path}"],
		getContributorsStats: ["GET /repos/{owner}/{repo}/stats/contributors"],
		getCustomDeploymentProtectionRule: ["GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules/{protection_rule_id}"],
		getDeployKey: ["GET /repos/{owner}/{repo}/keys/{key_id}"],
		getDeployment: ["GET /repos/{owner}/{repo}/deployments/{deployment_id}"],
		getDeploymentBranchPolicy: ["GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}"],
		getDeploymentStatus: ["GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses/{status_id}"],
		getEnvironment: ["GET /repos/{owner}/{repo}/environments/{environment_name}"],
		getLatestPagesBuild: ["GET /repos/{owner}/{repo}/pages/builds/latest"],
		getLatestRelease: ["GET /repos/{owner}/{repo}/releases/latest"],
		getOrgRuleSuite: ["GET /orgs/{org}/rulesets/rule-suites/{rule_suite_id}"],
		getOrgRuleSuites: ["GET /orgs/{org}/rulesets/rule-suites"],
		getOrgRuleset: ["GET /orgs/{org}/rulesets/{ruleset_id}"],
		getOrgRulesets: ["GET /orgs/{org}/rulesets"],
		getPages: ["GET /repos/{owner}/{repo}/pages"],
		getPagesBuild: ["GET /repos/{owner}/{repo}/pages/builds/{build_id}"],
		getPagesDeployment: ["GET /repos/{owner}/{repo}/pages/deployments/{pages_deployment_id}"],
		getPagesHealthCheck: ["GET /repos/{owner}/{repo}/pages/health"],
		getParticipationStats: ["GET /repos/{owner}/{repo}/stats/participation"],
		getPullRequestReviewProtection: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/required_pull_request_reviews"],
		getPunchCardStats: ["GET /repos/{owner}/{repo}/stats/punch_card"],
		getReadme: ["GET /repos/{owner}/{repo}/readme"],
		getReadmeInDirectory: ["GET /repos/{owner}/{repo}/readme/{dir}"],
		getRelease: ["GET /repos/{owner}/{repo}/releases/{release_id}"],
		getReleaseAsset: ["GET /repos/{owner}/{repo}/releases/assets/{asset_id}"],
		getReleaseByTag: ["GET /repos/{owner}/{repo}/releases/tags/{tag}"],
		getRepoRuleSuite: ["GET /repos/{owner}/{repo}/rulesets/rule-suites/{rule_suite_id}"],
		getRepoRuleSuites: ["GET /repos/{owner}/{repo}/rulesets/rule-suites"],
		getRepoRuleset: ["GET /repos/{owner}/{repo}/rulesets/{ruleset_id}"],
		getRepoRulesetHistory: ["GET /repos/{owner}/{repo}/rulesets/{ruleset_id}/history"],
		getRepoRulesetVersion: ["GET /repos/{owner}/{repo}/rulesets/{ruleset_id}/history/{version_id}"],
		getRepoRulesets: ["GET /repos/{owner}/{repo}/rulesets"],
		getStatusChecksProtection: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks"],
		getTeamsWithAccessToProtectedBranch: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/teams"],
		getTopPaths: ["GET /repos/{owner}/{repo}/traffic/popular/paths"],
		getTopReferrers: ["GET /repos/{owner}/{repo}/traffic/popular/referrers"],
		getUsersWithAccessToProtectedBranch: ["GET /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/users"],
		getViews: ["GET /repos/{owner}/{repo}/traffic/views"],
		getWebhook: ["GET /repos/{owner}/{repo}/hooks/{hook_id}"],
		getWebhookConfigForRepo: ["GET /repos/{owner}/{repo}/hooks/{hook_id}/config"],
		getWebhookDelivery: ["GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}"],
		listActivities: ["GET /repos/{owner}/{repo}/activity"],
		listAttestations: ["GET /repos/{owner}/{repo}/attestations/{subject_digest}"],
		listAutolinks: ["GET /repos/{owner}/{repo}/autolinks"],
		listBranches: ["GET /repos/{owner}/{repo}/branches"],
		listBranchesForHeadCommit: ["GET /repos/{owner}/{repo}/commits/{commit_sha}/branches-where-head"],
		listCollaborators: ["GET /repos/{owner}/{repo}/collaborators"],
		listCommentsForCommit: ["GET /repos/{owner}/{repo}/commits/{commit_sha}/comments"],
		listCommitCommentsForRepo: ["GET /repos/{owner}/{repo}/comments"],
		listCommitStatusesForRef: ["GET /repos/{owner}/{repo}/commits/{ref}/statuses"],
		listCommits: ["GET /repos/{owner}/{repo}/commits"],
		listContributors: ["GET /repos/{owner}/{repo}/contributors"],
		listCustomDeploymentRuleIntegrations: ["GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules/apps"],
		listDeployKeys: ["GET /repos/{owner}/{repo}/keys"],
		listDeploymentBranchPolicies: ["GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies"],
		listDeploymentStatuses: ["GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses"],
		listDeployments: ["GET /repos/{owner}/{repo}/deployments"],
		listForAuthenticatedUser: ["GET /user/repos"],
		listForOrg: ["GET /orgs/{org}/repos"],
		listForUser: ["GET /users/{username}/repos"],
		listForks: ["GET /repos/{owner}/{repo}/forks"],
		listInvitations: ["GET /repos/{owner}/{repo}/invitations"],
		listInvitationsForAuthenticatedUser: ["GET /user/repository_invitations"],
		listLanguages: ["GET /repos/{owner}/{repo}/languages"],
		listPagesBuilds: ["GET /repos/{owner}/{repo}/pages/builds"],
		listPublic: ["GET /repositories"],
		listPullRequestsAssociatedWithCommit: ["GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls"],
		listReleaseAssets: ["GET /repos/{owner}/{repo}/releases/{release_id}/assets"],
		listReleases: ["GET /repos/{owner}/{repo}/releases"],
		listTags: ["GET /repos/{owner}/{repo}/tags"],
		listTeams: ["GET /repos/{owner}/{repo}/teams"],
		listWebhookDeliveries: ["GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries"],
		listWebhooks: ["GET /repos/{owner}/{repo}/hooks"],
		merge: ["POST /repos/{owner}/{repo}/merges"],
		mergeUpstream: ["POST /repos/{owner}/{repo}/merge-upstream"],
		pingWebhook: ["POST /repos/{owner}/{repo}/hooks/{hook_id}/pings"],
		redeliverWebhookDelivery: ["POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts"],
		removeAppAccessRestrictions: [
			"DELETE /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/apps",
			{},
			{ mapToData: "apps" }
		],
		removeCollaborator: ["DELETE /repos/{owner}/{repo}/collaborators/{username}"],
		removeStatusCheckContexts: [
			"DELETE /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks/contexts",
			{},
			{ mapToData: "contexts" }
		],
		removeStatusCheckProtection: ["DELETE /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks"],
		removeTeamAccessRestrictions: [
			"DELETE /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/teams",
			{},
			{ mapToData: "teams" }
		],
		removeUserAccessRestrictions: [
			"DELETE /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/users",
			{},
			{ mapToData: "users" }
		],
		renameBranch: ["POST /repos/{owner}/{repo}/branches/{branch}/rename"],
		replaceAllTopics: ["PUT /repos/{owner}/{repo}/topics"],
		requestPagesBuild: ["POST /repos/{owner}/{repo}/pages/builds"],
		setAdminBranchProtection: ["POST /repos/{owner}/{repo}/branches/{branch}/protection/enforce_admins"],
		setAppAccessRestrictions: [
			"PUT /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/apps",
			{},
			{ mapToData: "apps" }
		],
		setStatusCheckContexts: [
			"PUT /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks/contexts",
			{},
			{ mapToData: "contexts" }
		],
		setTeamAccessRestrictions: [
			"PUT /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/teams",
			{},
			{ mapToData: "teams" }
		],
		setUserAccessRestrictions: [
			"PUT /repos/{owner}/{repo}/branches/{branch}/protection/restrictions/users",
			{},
			{ mapToData: "users" }
		],
		testPushWebhook: ["POST /repos/{owner}/{repo}/hooks/{hook_id}/tests"],
		transfer: ["POST /repos/{owner}/{repo}/transfer"],
		update: ["PATCH /repos/{owner}/{repo}"],
		updateBranchProtection: ["PUT /repos/{owner}/{repo}/branches/{branch}/protection"],
		updateCommitComment: ["PATCH /repos/{owner}/{repo}/comments/{comment_id}"],
		updateDeploymentBranchPolicy: ["PUT /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies/{branch_policy_id}"],
		updateInformationAboutPagesSite: ["PUT /repos/{owner}/{repo}/pages"],
		updateInvitation: ["PATCH /repos/{owner}/{repo}/invitations/{invitation_id}"],
		updateOrgRuleset: ["PUT /orgs/{org}/rulesets/{ruleset_id}"],
		updatePullRequestReviewProtection: ["PATCH /repos/{owner}/{repo}/branches/{branch}/protection/required_pull_request_reviews"],
		updateRelease: ["PATCH /repos/{owner}/{repo}/releases/{release_id}"],
		updateReleaseAsset: ["PATCH /repos/{owner}/{repo}/releases/assets/{asset_id}"],
		updateRepoRuleset: ["PUT /repos/{owner}/{repo}/rulesets/{ruleset_id}"],
		updateStatusCheckPotection: [
			"PATCH /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks",
			{},
			{ renamed: ["repos", "updateStatusCheckProtection"] }
		],
		updateStatusCheckProtection: ["PATCH /repos/{owner}/{repo}/branches/{branch}/protection/required_status_checks"],
		updateWebhook: ["PATCH /repos/{owner}/{repo}/hooks/{hook_id}"],
		updateWebhookConfigForRepo: ["PATCH /repos/{owner}/{repo}/hooks/{hook_id}/config"],
		uploadReleaseAsset: ["POST /repos/{owner}/{repo}/releases/{release_id}/assets{?name,label}", { baseUrl: "https://uploads.github.com" }]
	},
	search: {
		code: ["GET /search/code"],
		commits: ["GET /search/commits"],
		issuesAndPullRequests: ["GET /search/issues"],
		labels: ["GET /search/labels"],
		repos: ["GET /search/repositories"],
		topics: ["GET /search/topics"],
		users: ["GET /search/users"]
	},
	secretScanning: {
		createPushProtectionBypass: ["POST /repos/{owner}/{repo}/secret-scanning/push-protection-bypasses"],
		getAlert: ["GET /repos/{owner}/{repo}/secret-scanning/alerts/{alert_number}"],
		getScanHistory: ["GET /repos/{owner}/{repo}/secret-scanning/scan-history"],
		listAlertsForOrg: ["GET /orgs/{org}/secret-scanning/alerts"],
		listAlertsForRepo: ["GET /repos/{owner}/{repo}/secret-scanning/alerts"],
		listLocationsForAlert: ["GET /repos/{owner}/{repo}/secret-scanning/alerts/{alert_number}/locations"],
		listOrgPatternConfigs: ["GET /orgs/{org}/secret-scanning/pattern-configurations"],
		updateAlert: ["PATCH /repos/{owner}/{repo}/secret-scanning/alerts/{alert_number}"],
		updateOrgPatternConfigs: ["PATCH /orgs/{org}/secret-scanning/pattern-configurations"]
	},
	securityAdvisories: {
		createFork: ["POST /repos/{owner}/{repo}/security-advisories/{ghsa_id}/forks"],
		createPrivateVulnerabilityReport: ["POST /repos/{owner}/{repo}/security-advisories/reports"],
		createRepositoryAdvisory: ["POST /repos/{owner}/{repo}/security-advisories"],
		createRepositoryAdvisoryCveRequest: ["POST /repos/{owner}/{repo}/security-advisories/{ghsa_id}/cve"],
		getGlobalAdvisory: ["GET /advisories/{ghsa_id}"],
		getRepositoryAdvisory: ["GET /repos/{owner}/{repo}/security-advisories/{ghsa_id}"],
		listGlobalAdvisories: ["GET /advisories"],
		listOrgRepositoryAdvisories: ["GET /orgs/{org}/security-advisories"],
		listRepositoryAdvisories: ["GET /repos/{owner}/{repo}/security-advisories"],
		updateRepositoryAdvisory: ["PATCH /repos/{owner}/{repo}/security-advisories/{ghsa_id}"]
	},
	teams: {
		addOrUpdateMembershipForUserInOrg: ["PUT /orgs/{org}/teams/{team_slug}/memberships/{username}"],
		addOrUpdateRepoPermissionsInOrg: ["PUT /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}"],
		checkPermissionsForRepoInOrg: ["GET /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}"],
		create: ["POST /orgs/{org}/teams"],
		createDiscussionCommentInOrg: ["POST /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments"],
		createDiscussionInOrg: ["POST /orgs/{org}/teams/{team_slug}/discussions"],
		deleteDiscussionCommentInOrg: ["DELETE /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}"],
		deleteDiscussionInOrg: ["DELETE /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}"],
		deleteInOrg: ["DELETE /orgs/{org}/teams/{team_slug}"],
		getByName: ["GET /orgs/{org}/teams/{team_slug}"],
		getDiscussionCommentInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}"],
		getDiscussionInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}"],
		getMembershipForUserInOrg: ["GET /orgs/{org}/teams/{team_slug}/memberships/{username}"],
		list: ["GET /orgs/{org}/teams"],
		listChildInOrg: ["GET /orgs/{org}/teams/{team_slug}/teams"],
		listDiscussionCommentsInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments"],
		listDiscussionsInOrg: ["GET /orgs/{org}/teams/{team_slug}/discussions"],
		listForAuthenticatedUser: ["GET /user/teams"],
		listMembersInOrg: ["GET /orgs/{org}/teams/{team_slug}/members"],
		listPendingInvitationsInOrg: ["GET /orgs/{org}/teams/{team_slug}/invitations"],
		listReposInOrg: ["GET /orgs/{org}/teams/{team_slug}/repos"],
		removeMembershipForUserInOrg: ["DELETE /orgs/{org}/teams/{team_slug}/memberships/{username}"],
		removeRepoInOrg: ["DELETE /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}"],
		updateDiscussionCommentInOrg: ["PATCH /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments/{comment_number}"],
		updateDiscussionInOrg: ["PATCH /orgs/{org}/teams/{team_slug}/discussions/{discussion_number}"],
		updateInOrg: ["PATCH /orgs/{org}/teams/{team_slug}"]
	},
	users: {
		addEmailForAuthenticated: [
			"POST /user/emails",
			{},
			{ renamed: ["users", "addEmailForAuthenticatedUser"] }
		],
		addEmailForAuthenticatedUser: ["POST /user/emails"],
		addSocialAccountForAuthenticatedUser: ["POST /user/social_accounts"],
		block: ["PUT /user/blocks/{username}"],
		checkBlocked: ["GET /user/blocks/{username}"],
		checkFollowingForUser: ["GET /users/{username}/following/{target_user}"],
		checkPersonIsFollowedByAuthenticated: ["GET /user/following/{username}"],
		createGpgKeyForAuthenticated: [
			"POST /user/gpg_keys",
			{},
			{ renamed: ["users", "createGpgKeyForAuthenticatedUser"] }
		],
		createGpgKeyForAuthenticatedUser: ["POST /user/gpg_keys"],
		createPublicSshKeyForAuthenticated: [
			"POST /user/keys",
			{},
			{ renamed: ["users", "createPublicSshKeyForAuthenticatedUser"] }
		],
		createPublicSshKeyForAuthenticatedUser: ["POST /user/keys"],
		createSshSigningKeyForAuthenticatedUser: ["POST /user/ssh_signing_keys"],
		deleteAttestationsBulk: ["POST /users/{username}/attestations/delete-request"],
		deleteAttestationsById: ["DELETE /users/{username}/attestations/{attestation_id}"],
		deleteAttestationsBySubjectDigest: ["DELETE /users/{username}/attestations/digest/{subject_digest}"],
		deleteEmailForAuthenticated: [
			"DELETE /user/emails",
			{},
			{ renamed: ["users", "deleteEmailForAuthenticatedUser"] }
		],
		deleteEmailForAuthenticatedUser: ["DELETE /user/emails"],
		deleteGpgKeyForAuthenticated: [
			"DELETE /user/gpg_keys/{gpg_key_id}",
			{},
			{ renamed: ["users", "deleteGpgKeyForAuthenticatedUser"] }
		],
		deleteGpgKeyForAuthenticatedUser: ["DELETE /user/gpg_keys/{gpg_key_id}"],
		deletePublicSshKeyForAuthenticated: [
			"DELETE /user/keys/{key_id}",
			{},
			{ renamed: ["users", "deletePublicSshKeyForAuthenticatedUser"] }
		],
		deletePublicSshKeyForAuthenticatedUser: ["DELETE /user/keys/{key_id}"],
		deleteSocialAccountForAuthenticatedUser: ["DELETE /user/social_accounts"],
		deleteSshSigningKeyForAuthenticatedUser: ["DELETE /user/ssh_signing_keys/{ssh_signing_key_id}"],
		follow: ["PUT /user/following/{username}"],
		getAuthenticated: ["GET /user"],
		getById: ["GET /user/{account_id}"],
		getByUsername: ["GET /users/{username}"],
		getContextForUser: ["GET /users/{username}/hovercard"],
		getGpgKeyForAuthenticated: [
			"GET /user/gpg_keys/{gpg_key_id}",
			{},
			{ renamed: ["users", "getGpgKeyForAuthenticatedUser"] }
		],
		getGpgKeyForAuthenticatedUser: ["GET /user/gpg_keys/{gpg_key_id}"],
		getPublicSshKeyForAuthenticated: [
			"GET /user/keys/{key_id}",
			{},
			{ renamed: ["users", "getPublicSshKeyForAuthenticatedUser"] }
		],
		getPublicSshKeyForAuthenticatedUser: ["GET /user/keys/{key_id}"],
		getSshSigningKeyForAuthenticatedUser: ["GET /user/ssh_signing_keys/{ssh_signing_key_id}"],
		list: ["GET /users"],
		listAttestations: ["GET /users/{username}/attestations/{subject_digest}"],
		listAttestationsBulk: ["POST /users/{username}/attestations/bulk-list{?per_page,before,after}"],
		listBlockedByAuthenticated: [
			"GET /user/blocks",
			{},
			{ renamed: ["users", "listBlockedByAuthenticatedUser"] }
		],
		listBlockedByAuthenticatedUser: ["GET /user/blocks"],
		listEmailsForAuthenticated: [
			"GET /user/emails",
			{},
			{ renamed: ["users", "listEmailsForAuthenticatedUser"] }
		],
		listEmailsForAuthenticatedUser: ["GET /user/emails"],
		listFollowedByAuthenticated: [
			"GET /user/following",
			{},
			{ renamed: ["users", "listFollowedByAuthenticatedUser"] }
		],
		listFollowedByAuthenticatedUser: ["GET /user/following"],
		listFollowersForAuthenticatedUser: ["GET /user/followers"],
		listFollowersForUser: ["GET /users/{username}/followers"],
		listFollowingForUser: ["GET /users/{username}/following"],
		listGpgKeysForAuthenticated: [
			"GET /user/gpg_keys",
			{},
			{ renamed: ["users", "listGpgKeysForAuthenticatedUser"] }
		],
		listGpgKeysForAuthenticatedUser: ["GET /user/gpg_keys"],
		listGpgKeysForUser: ["GET /users/{username}/gpg_keys"],
		listPublicEmailsForAuthenticated: [
			"GET /user/public_emails",
			{},
			{ renamed: ["users", "listPublicEmailsForAuthenticatedUser"] }
		],
		listPublicEmailsForAuthenticatedUser: ["GET /user/public_emails"],
		listPublicKeysForUser: ["GET /users/{username}/keys"],
		listPublicSshKeysForAuthenticated: [
			"GET /user/keys",
			{},
			{ renamed: ["users", "listPublicSshKeysForAuthenticatedUser"] }
		],
		listPublicSshKeysForAuthenticatedUser: ["GET /user/keys"],
		listSocialAccountsForAuthenticatedUser: ["GET /user/social_accounts"],
		listSocialAccountsForUser: ["GET /users/{username}/social_accounts"],
		listSshSigningKeysForAuthenticatedUser: ["GET /user/ssh_signing_keys"],
		listSshSigningKeysForUser: ["GET /users/{username}/ssh_signing_keys"],
		setPrimaryEmailVisibilityForAuthenticated: [
			"PATCH /user/email/visibility",
			{},
			{ renamed: ["users", "setPrimaryEmailVisibilityForAuthenticatedUser"] }
		],
		setPrimaryEmailVisibilityForAuthenticatedUser: ["PATCH /user/email/visibility"],
		unblock: ["DELETE /user/blocks/{username}"],
		unfollow: ["DELETE /user/following/{username}"],
		updateAuthenticated: ["PATCH /user"]
	}
};
// node_modules/.pnpm/@octokit+plugin-rest-endpoint-methods@17.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-rest-endpoint-methods/dist-src/endpoints-to-methods.js
const endpointMethodsMap = /* @__PURE__ */ new Map();
for (const [scope, endpoints] of Object.entries(endpoints_default)) for (const [methodName, endpoint] of Object.entries(endpoints)) {
	const [route, defaults, decorations] = endpoint;
	const [method, url] = route.split(/ /);
	const endpointDefaults = Object.assign({
		method,
		url
	}, defaults);
	if (!endpointMethodsMap.has(scope)) endpointMethodsMap.set(scope, /* @__PURE__ */ new Map());
	endpointMethodsMap.get(scope).set(methodName, {
		scope,
		methodName,
		endpointDefaults,
		decorations
	});
}
const handler = {
	has({ scope }, methodName) {
		return endpointMethodsMap.get(scope).has(methodName);
	},
	getOwnPropertyDescriptor(target, methodName) {
		return {
			value: this.get(target, methodName),
			configurable: true,
			writable: true,
			enumerable: true
		};
	},
	defineProperty(target, methodName, descriptor) {
		Object.defineProperty(target.cache, methodName, descriptor);
		return true;
	},
	deleteProperty(target, methodName) {
		delete target.cache[methodName];
		return true;
	},
	ownKeys({ scope }) {
		return [...endpointMethodsMap.get(scope).keys()];
	},
	set(target, methodName, value) {
		return target.cache[methodName] = value;
	},
	get({ octokit, scope, cache }, methodName) {
		if (cache[methodName]) return cache[methodName];
		const method = endpointMethodsMap.get(scope).get(methodName);
		if (!method) return;
		const { endpointDefaults, decorations } = method;
		if (decorations) cache[methodName] = decorate(octokit, scope, methodName, endpointDefaults, decorations);
		else cache[methodName] = octokit.request.defaults(endpointDefaults);
		return cache[methodName];
	}
};
function endpointsToMethods(octokit) {
	const newMethods = {};
	for (const scope of endpointMethodsMap.keys()) newMethods[scope] = new Proxy({
		octokit,
		scope,
		cache: {}
	}, handler);
	return newMethods;
}
function decorate(octokit, scope, methodName, defaults, decorations) {
	const requestWithDefaults = octokit.request.defaults(defaults);
	function withDecorations(...args) {
		let options = requestWithDefaults.endpoint.merge(...args);
		if (decorations.mapToData) {
			options = Object.assign({}, options, {
				data: options[decorations.mapToData],
				[decorations.mapToData]: void 0
			});
			return requestWithDefaults(options);
		}
		if (decorations.renamed) {
			const [newScope, newMethodName] = decorations.renamed;
			octokit.log.warn(`octokit.${scope}.${methodName}() has been renamed to octokit.${newScope}.${newMethodName}()`);
		}
		if (decorations.deprecated) octokit.log.warn(decorations.deprecated);
		if (decorations.renamedParameters) {
			const options2 = requestWithDefaults.endpoint.merge(...args);
			for (const [name, alias] of Object.entries(decorations.renamedParameters)) if (name in options2) {
				octokit.log.warn(`"${name}" parameter is deprecated for "octokit.${scope}.${methodName}()". Use "${alias}" instead`);
				if (!(alias in options2)) options2[alias] = options2[name];
				delete options2[name];
			}
			return requestWithDefaults(options2);
		}
		return requestWithDefaults(...args);
	}
	return Object.assign(withDecorations, requestWithDefaults);
}
// node_modules/.pnpm/@octokit+plugin-rest-endpoint-methods@17.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-rest-endpoint-methods/dist-src/index.js
function restEndpointMethods(octokit) {
	return { rest: endpointsToMethods(octokit) };
}
restEndpointMethods.VERSION = VERSION$5;
function legacyRestEndpointMethods(octokit) {
	const api = endpointsToMethods(octokit);
	return {
		...api,
		rest: api
	};
}
legacyRestEndpointMethods.VERSION = VERSION$5;
// node_modules/.pnpm/@octokit+plugin-paginate-rest@14.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-paginate-rest/dist-bundle/index.js
var VERSION$4 = "0.0.0-development";
function normalizePaginatedListResponse(response) {
	if (!response.data) return {
		...response,
		data: []
	};
	if (!(("total_count" in response.data || "total_commits" in response.data) && !("url" in response.data))) return response;
	const incompleteResults = response.data.incomplete_results;
	const repositorySelection = response.data.repository_selection;
	const totalCount = response.data.total_count;
	const totalCommits = response.data.total_commits;
	delete response.data.incomplete_results;
	delete response.data.repository_selection;
	delete response.data.total_count;
	delete response.data.total_commits;
	const namespaceKey = Object.keys(response.data)[0];
	response.data = response.data[namespaceKey];
	if (typeof incompleteResults !== "undefined") response.data.incomplete_results = incompleteResults;
	if (typeof repositorySelection !== "undefined") response.data.repository_selection = repositorySelection;
	response.data.total_count = totalCount;
	response.data.total_commits = totalCommits;
	return response;
}
function iterator(octokit, route, parameters) {
	const options = typeof route === "function" ? route.endpoint(parameters) : octokit.request.endpoint(route, parameters);
	const requestMethod = typeof route === "function" ? route : octokit.request;
	const method = options.method;
	const headers = options.headers;
	let url = options.url;
	return { [Symbol.asyncIterator]: () => ({ async next() {
		if (!url) return { done: true };
		try {
			const normalizedResponse = normalizePaginatedListResponse(await requestMethod({
				method,
				url,
				headers
			}));
			url = ((normalizedResponse.headers.link || "").match(/<([^<>]+)>;\s*rel="next"/) || [])[1];
			if (!url && "total_commits" in normalizedResponse.data) {
				const parsedUrl = new URL(normalizedResponse.url);
				const params = parsedUrl.searchParams;
				const page = parseInt(params.get("page") || "1", 10);
				if (page * parseInt(params.get("per_page") || "250", 10) < normalizedResponse.data.total_commits) {
					params.set("page", String(page + 1));
					url = parsedUrl.toString();
				}
			}
			return { value: normalizedResponse };
		} catch (error) {
			if (error.status !== 409) throw error;
			url = "";
			return { value: {
				status: 200,
				headers: {},
				data: []
			} };
		}
	} }) };
}
function paginate(octokit, route, parameters, mapFn) {
	if (typeof parameters === "function") {
		mapFn = parameters;
		parameters = void 0;
	}
	return gather(octokit, [], iterator(octokit, route, parameters)[Symbol.asyncIterator](), mapFn);
}
function gather(octokit, results, iterator2, mapFn) {
	return iterator2.next().then((result) => {
		if (result.done) return results;
		let earlyExit = false;
		function done() {
			earlyExit = true;
		}
		results = results.concat(mapFn ? mapFn(result.value, done) : result.value.data);
		if (earlyExit) return results;
		return gather(octokit, results, iterator2, mapFn);
	});
}
Object.assign(paginate, { iterator });
function paginateRest(octokit) {
	return { paginate: Object.assign(paginate.bind(null, octokit), { iterator: iterator.bind(null, octokit) }) };
}
paginateRest.VERSION = VERSION$4;
// node_modules/.pnpm/@actions+github@9.1.1/node_modules/@actions/github/lib/github.js
const context = new Context();
// packages/action/src/run-context.ts
const contextSchema = object({
	repo: object({
		owner: string().min(1),
		repo: string().min(1)
	}),
	runId: int().positive(),
	runNumber: int().positive(),
	sha: string().optional()
});
/**
* Reads what GitHub's runner provides.
* @throws KilnError `usage` if there is no runner
*/
function runContext() {
	try {
		const { repo, runId, runNumber, sha } = contextSchema.parse(context);
		return {
			repository: `${repo.owner}/${repo.repo}`,
			runId,
			runNumber,
			sha
		};
	} catch (cause) {
		const names = [
			"GITHUB_REPOSITORY",
			"GITHUB_RUN_ID",
			"GITHUB_RUN_NUMBER"
		];
		throw new KilnError("usage", {
			expected: `${names.join(", ")} in the environment, as GitHub's runner sets them`,
			found: names.map((name) => `${name}=${process.env[name] ?? ""}`).join(" "),
			next: "run this action in a job on GitHub; on your own machine ./kiln does the same",
			cause
		});
	}
}
// packages/action/src/token.ts
/** Makes the runner hide a secret, and any line of it, in everything that is printed from now on. */
function mask(secret) {
	for (const line of secret.split("\n")) if (line.trim().length > 3) setSecret(line.trim());
}
/** Makes the token that an action was given the setting `GITHUB_TOKEN`. */
function useToken(token) {
	if (token === void 0) return;
	mask(token);
	keepSecret("GITHUB_TOKEN", token);
}
// packages/extension/src/document.ts
/** @throws KilnError `document-invalid` */
function parseDocument(text, schema, names) {
	const parsed = schema.safeParse(parseJson$1(text, names));
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const at = issue?.path.join(".");
	throw invalid$2(names, `${at === void 0 || at === "" ? "" : `"${at}": `}${issue?.message}`);
}
function parseJson$1(text, names) {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw invalid$2(names, "text that is not valid JSON", cause);
	}
}
function invalid$2({ what, next }, found, cause) {
	return new KilnError("document-invalid", {
		expected: what,
		found,
		next,
		cause
	});
}
// packages/extension/src/plan.ts
/** The order for one missing image. */
const buildOrderSchema = strictObject({
	extension: nameSchema,
	version: strictObject({
		upstream: upstreamVersionSchema,
		revision: int().positive()
	}),
	architecture: _enum(architectures),
	/** The upstream that the version comes from; `folder` if a person gave a folder with the sources. */
	upstream: _enum(buildOrigins),
	/** Together with the recipe, these determine the image's bytes. */
	inputs: array(inputSchema),
	/** Digest of the extension's recipe. */
	recipe: sha256Schema,
	/**
	* Packages that stand in for the host in the smoke run, of the image's architecture. For an extension of
	* files they are there for each architecture: scripts run on whatever machine builds the image, without an
	* emulator, which could start one program but not those that it starts.
	*/
	hostLibraries: array(hostLibrarySchema),
	/** Whether the policy does not select the version, but a person requested it: hosts are not offered it. */
	outsidePolicy: literal(true).optional()
});
/** Whether a build starts from something that no upstream vouches for. It is never published. */
function isFromFolder({ upstream, inputs }) {
	return upstream === "folder" || inputs.some(({ origin }) => origin.kind === "folder");
}
strictObject({ builds: array(buildOrderSchema.refine((order) => !isFromFolder(order), "a build from an upstream, not from a folder")) });
/** The SHA-256 of a plan's text, in lower-case hex. */
function planDigest(text) {
	return createHash("sha256").update(text).digest("hex");
}
function formatPlan(plan) {
	return `${JSON.stringify(plan, null, 2)}\n`;
}
/**
* SHA-256 over what determines an image's bytes, apart from its version and architecture: of these, equal
* fingerprints mean equal images.
*/
function fingerprint$1({ inputs, recipe }) {
	const lines = inputs.map((input) => `${input.name} ${contentOf(input)}`).toSorted();
	return createHash("sha256").update([recipe, ...lines].join("\n")).digest("hex");
}
// packages/extension/src/plan-table.ts
/** What is shown instead of the table of an empty plan. @param failed the extensions that could not be checked */
function nothingToBuild(failed) {
	return failed.length === 0 ? "Nothing to build: every wanted version is published." : `Nothing to build, but these could not be checked: ${failed.join(", ")}.`;
}
/** A plan as a table for people: its heading and its rows. */
function planTable({ builds }) {
	return {
		heading: [
			"extension",
			"version",
			"architecture",
			"upstream"
		],
		rows: builds.map(({ extension, version, architecture, upstream }) => [
			extension,
			formatImageVersion(version),
			architecture,
			upstream
		])
	};
}
// packages/extension/src/policy.ts
const dayMs = 864e5;
/** Whether policy allows a version to be offered to hosts. */
function isAllowed(version, { minimum, exclude, withdrawn }) {
	if (isPrerelease(version) || exclude.includes(version) || Object.hasOwn(withdrawn, version)) return false;
	return minimum === void 0 || compareUpstreamVersions(version, minimum) >= 0;
}
/**
* The series that a version belongs to, of those that hosts follow; undefined if it belongs to none, or if
* hosts follow the newest version. If hosts follow the newest series, each version has its own.
*/
function seriesOf(version, { track }) {
	if (track === "newest") return void 0;
	if (typeof track === "string") return version.split(".").slice(0, 2).join(".");
	return track.find((series) => isInSeries(version, series));
}
/** How many of the newest series hosts follow; undefined if they follow chosen ones, or the newest version. */
function countOfSeries({ track }) {
	return typeof track === "string" && track !== "newest" ? Number(track.split(" ")[1]) : void 0;
}
/**
* Whether some hosts follow a version by themselves.
* @param known the versions among which the newest series are counted
*/
function isTracked(version, versions, known = []) {
	return groupBySeries([...known, version], versions, (one) => one).flat().includes(version);
}
/** The end of life of a version's series; undefined if none is known. */
function endOfLifeOf(version, { endOfLife = {} }, now = /* @__PURE__ */ new Date()) {
	const series = Object.keys(endOfLife).filter((one) => isInSeries(version, one)).toSorted((one, other) => other.length - one.length)[0];
	const date = series === void 0 ? void 0 : endOfLife[series];
	if (series === void 0 || date === void 0) return void 0;
	return {
		series,
		date,
		days: Math.ceil((Date.parse(date) - now.getTime()) / dayMs)
	};
}
/**
* The ends of life, reached or not, of the series that hosts follow.
* @param known the versions that there are
*/
function endsOfLife(known, versions, now = /* @__PURE__ */ new Date()) {
	return groupBySeries(known, versions, (version) => version).map((group) => group.toSorted(compareUpstreamVersions).at(-1)).flatMap((version) => {
		const end = version === void 0 ? void 0 : endOfLifeOf(version, versions, now);
		return end ? [end] : [];
	});
}
/** What a person should know about the end of a series' life; undefined if it is more than 60 days away. */
function endOfLifeWarning(name, { series, date, days }) {
	if (days > 60) return void 0;
	if (days <= 0) return `${name} ${series} reached its end of life on ${date}: nothing new of it is built, but hosts may still follow it`;
	return `${name} ${series} reaches its end of life on ${date}, in ${days === 1 ? "1 day" : `${days} days`}: hosts that follow it should move to a newer series`;
}
/**
* Groups what policy allows by the series that hosts follow, and omits what belongs to none of them.
* @returns one list per series, in the order of the definition, or else from the oldest series on
*/
function groupBySeries(items, versions, upstreamOf) {
	const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
	const count = countOfSeries(versions);
	if (count !== void 0) return groupsFromNewest(allowed, versions, upstreamOf).slice(0, count).toReversed();
	const { track } = versions;
	if (typeof track === "string") return [allowed];
	return track.map((series) => allowed.filter((item) => isInSeries(upstreamOf(item), series)));
}
/** One list for each series that there is, from the newest series on. */
function groupsFromNewest(items, versions, upstreamOf) {
	const newestFirst = items.toSorted((one, other) => compareUpstreamVersions(upstreamOf(other), upstreamOf(one)));
	return [...Map.groupBy(newestFirst, (item) => seriesOf(upstreamOf(item), versions)).values()];
}
/**
* The versions that policy wants published: the newest one of each series that can be built, unless the
* series has reached its end of life. A series of which nothing can be built yet does not replace an older
* one.
* @param canBeBuilt called for as few versions as possible, from the newest on
*/
async function wantedVersions(items, versions, canBeBuilt, now = /* @__PURE__ */ new Date()) {
	const upstreamOf = ({ version }) => version;
	const newestOf = async (series) => {
		const newestFirst = series.toSorted((one, other) => compareUpstreamVersions(other.version, one.version));
		for (const item of newestFirst) if (await canBeBuilt(item)) return item;
	};
	const count = countOfSeries(versions);
	const allowed = items.filter(({ version }) => isAllowed(version, versions));
	return (count === void 0 ? await Promise.all(groupBySeries(allowed, versions, upstreamOf).map(newestOf)) : await firstOf(count, groupsFromNewest(allowed, versions, upstreamOf), newestOf)).filter((item) => item !== void 0).filter(({ version }) => !hasEnded(version, versions, now));
}
/** What the work finds for the first groups for which it finds something, in reverse order. */
async function firstOf(count, groups, find) {
	const found = [];
	for (const group of groups) {
		if (found.length === count) break;
		const one = await find(group);
		if (one !== void 0) found.unshift(one);
	}
	return found;
}
function hasEnded(version, versions, now) {
	const end = endOfLifeOf(version, versions, now);
	return end !== void 0 && end.days <= 0;
}
// packages/extension/src/recipe.ts
/**
* To be incremented by a change of the builder after which the same inputs give different bytes: every
* extension is then rebuilt as a new revision.
*/
const imageFormat = 2;
/** The parts of a recipe besides the definition: the image's own files, and what compiles the programs. */
const recipeParts = [
	"Dockerfile",
	"build",
	"files"
];
/**
* SHA-256 over everything in an extension that determines the bytes of its images, besides the inputs. Only
* the upstream that is built from counts: adding another one does not rebuild published versions. A folder has
* the recipe of the repository that it is a copy of.
*/
async function recipeDigest({ definition, folder }, from) {
	const { name, compile, hosts, links, upstreams, static: isStatic } = definition;
	const upstream = withoutPins(upstreams[from === "folder" ? "github" : from]);
	const sources = Object.entries(definition.sources ?? {}).map(([source, { version, ...kinds }]) => [
		source,
		version,
		...choosableUpstreams.map((kind) => kinds[kind] && withoutPins(kinds[kind]))
	]);
	const { service, healthySeconds, steadySeconds, rollback } = hosts;
	return filesDigest(folder, JSON.stringify({
		imageFormat,
		name,
		compile,
		upstream,
		isStatic,
		hosts: {
			service,
			healthySeconds,
			steadySeconds,
			rollback
		},
		links,
		...sources.length > 0 && { sources }
	}), (path) => recipeParts.includes(path.split("/")[0] ?? ""));
}
/**
* Omits what somebody has reviewed, and where sources state their version: they do not affect how a version
* is built, so that pinning one version does not rebuild all others.
*/
function withoutPins(upstream) {
	return {
		...upstream,
		pins: void 0,
		digests: void 0,
		statedVersion: void 0
	};
}
/**
* SHA-256 in hex over files and links of a folder: their paths, whether they are executable, and their
* contents or targets.
* @param head what the digest depends on besides the files
* @param includes decides about each file, by its path relative to the folder
*/
async function filesDigest(folder, head, includes) {
	const hash = createHash("sha256").update(head);
	const paths = (await readdir(folder, {
		recursive: true,
		withFileTypes: true
	})).filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
	for (const path of paths.filter(includes).toSorted()) {
		const file = join(folder, path);
		const status = await lstat(file);
		const kind = status.isSymbolicLink() ? "l" : (status.mode & 73) === 0 ? "-" : "x";
		const content = kind === "l" ? await readlink(file) : await readFile(file);
		hash.update(`\n${path} ${kind} ${createHash("sha256").update(content).digest("hex")}`);
	}
	return hash.digest("hex");
}
// packages/extension/src/release-index.ts
/** In seconds since 1970. */
const time = int().nonnegative().max(9999999999);
const word = string().regex(/^[!-~]{1,255}$/);
const reason = string().regex(/^[!-~]([ -~]{0,198}[!-~])?$/);
const fingerprint = string().regex(/^[0-9A-F]{40}$/);
const indexedImageSchema = object({
	name: string().regex(/^[a-z][A-Za-z0-9.+_-]{0,250}\.raw$/),
	sha256: sha256Schema,
	/** In bytes. */
	size: int().positive(),
	/** Of the permanent release. */
	tag: word,
	/** When its rollout began; 0 if hosts could take it before there was an index. */
	start: time,
	/** How long its rollout takes, in seconds. */
	rollout: time,
	/** Present if no further host takes it. */
	paused: object({
		since: time,
		reason
	}).optional(),
	/** Why hosts leave it. */
	withdrawn: reason.optional()
});
const releaseIndexSchema = object({
	/** That of the update directory. */
	number: int().positive().max(999999999),
	/** Later than in every index before: by this, hosts recognize one that is replayed. */
	created: time,
	/** When hosts stop trusting it; undefined means never. */
	expires: time.optional(),
	/** Distinguishes this repository's indexes from those of others that the same key signs. */
	repository: word,
	/** The public keys that hosts trust from now on, binary. */
	keys: array(object({
		fingerprint,
		key: base64().min(1)
	})).readonly(),
	/** The fingerprints of keys that hosts trust no longer. */
	retired: array(fingerprint).readonly(),
	images: array(indexedImageSchema).readonly()
});
/** The file name of an index; hosts find the newest by systemd-sysupdate's pattern `kiln-index-@v.txt`. */
function indexName(number) {
	return `kiln-index-${number}.txt`;
}
/** The longest index that hosts read, in bytes. */
const maxBytes = 1e6;
const firstLine = "kiln-index 1";
/**
* Reads an index as hosts do: lines that begin with an unknown word are skipped.
* @param where how messages name it
* @throws KilnError `document-invalid`
*/
function parseIndex(text, where) {
	const invalid = (expected, found) => new KilnError("document-invalid", {
		expected: `${expected} in ${where}`,
		found,
		next: "run ./kiln release, which publishes a new index; hosts refuse this one and keep what they have"
	});
	if (text.length > maxBytes) throw invalid(`an index of at most ${maxBytes} bytes`, `${text.length} bytes`);
	if (!/^[\n -~]*\n$/.test(text)) throw invalid("lines of ASCII characters", "something else");
	const [first = "", ...lines] = text.slice(0, -1).split("\n");
	if (first !== firstLine) throw invalid(`the first line "${firstLine}"`, JSON.stringify(first.slice(0, 80)));
	const parsed = releaseIndexSchema.safeParse(readLines(lines));
	const [issue] = parsed.error?.issues ?? [];
	if (!parsed.success) throw invalid(`a valid "${issue?.path.join(".")}"`, issue?.message ?? "");
	const names = parsed.data.images.map(({ name }) => name);
	if (new Set(names).size < names.length) throw invalid("one line for each image", "two for the same image");
	return parsed.data;
}
/** What the lines state, before it is checked. Of two lines that state the same, the last one counts. */
function readLines(lines) {
	const values = /* @__PURE__ */ new Map();
	const keys = [];
	const retired = [];
	const images = [];
	const imageNamed = (name) => images.find((image) => image["name"] === name) ?? {};
	for (const line of lines) {
		const [keyword, ...words] = line.split(" ");
		const [one, two] = words;
		if (keyword === "number" || keyword === "created" || keyword === "expires") values.set(keyword, parseNumber(words.join(" ")));
		else if (keyword === "repository") values.set(keyword, words.join(" "));
		else if (keyword === "key") keys.push({
			fingerprint: one,
			key: words.slice(1).join(" ")
		});
		else if (keyword === "retired") retired.push(words.join(" "));
		else if (keyword === "image") images.push(imageOf(words));
		else if (keyword === "paused") imageNamed(one)["paused"] = {
			since: parseNumber(two ?? ""),
			reason: words.slice(2).join(" ")
		};
		else if (keyword === "withdrawn") imageNamed(one)["withdrawn"] = words.slice(1).join(" ");
	}
	return {
		...Object.fromEntries(values),
		keys,
		retired,
		images
	};
}
function imageOf(words) {
	const [name, sha256, size, tag, start, rollout] = words;
	return {
		name,
		sha256,
		tag,
		size: parseNumber(size ?? ""),
		start: parseNumber(start ?? ""),
		rollout: parseNumber(rollout ?? "")
	};
}
/** A number as the shell reads it; undefined for anything else. */
function parseNumber(text) {
	return /^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : void 0;
}
// packages/extension/src/load.ts
/**
* Reads `FOLDER/NAME/extension.yaml` of the given names in each folder, sorted by name.
* @param defaults what applies where a definition says nothing else
*/
async function loadExtensions(folders, defaults = {}) {
	const sorted = folders.flatMap(({ path, names }) => names.map((name) => ({
		name,
		folder: join(resolve(path), name)
	}))).toSorted((one, other) => one.name < other.name ? -1 : 1);
	const loaded = await Promise.all(sorted.map(({ name, folder }) => loadExtension(name, folder, defaults)));
	const extensions = [];
	const invalid = [];
	for (const one of loaded) if ("error" in one) invalid.push(one);
	else extensions.push(one);
	const { colliding, others } = splitCollisions(extensions, invalid);
	return {
		extensions: others,
		invalid: [...invalid, ...colliding]
	};
}
/** The names of a folder's extensions, whether valid or not. */
async function namesIn(folder) {
	return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name);
}
async function loadExtension(name, folder, defaults) {
	try {
		return await readExtension(name, folder, defaults);
	} catch (error) {
		return {
			name,
			error
		};
	}
}
async function readExtension(name, folder, defaults) {
	const file = join(folder, "extension.yaml");
	const shown = relative(process.cwd(), file);
	const { parseDefinition } = await import("./parse.js");
	const definition = parseDefinition(await readDefinition(file, shown), shown, defaults);
	if (definition.name !== name) throw new KilnError("definition-invalid", {
		expected: `${shown} "name" to be the name of its folder, ${name}`,
		found: definition.name,
		next: "rename the folder or the extension"
	});
	return {
		definition,
		folder
	};
}
function readDefinition(file, shown) {
	return readFile(file, "utf8").catch((cause) => {
		throw new KilnError("definition-invalid", {
			expected: `the definition of an extension in ${shown}`,
			found: systemCode(cause) === "ENOENT" ? "no such file" : String(cause),
			next: "write the definition, or move its folder out of extensions/",
			cause
		});
	});
}
/**
* Separates extensions whose names collide with those of others. `etcd-@v-%a.raw` also matches
* `etcd-defrag-9.9.9-x86-64.raw` in the same manifest, and then the host installs the wrong program: `@v`
* matches everything up to the architecture.
*/
function splitCollisions(extensions, invalid) {
	const unknown = invalid.map(({ name }) => ({
		name,
		asset: `${name}-{version}`
	}));
	const all = [...extensions.map(({ definition }) => definition), ...unknown];
	const colliding = extensions.flatMap(({ definition }) => {
		const error = all.filter((one) => one !== definition).map((one) => collision(one, definition)).find((one) => one !== void 0);
		return error ? [{
			name: definition.name,
			error
		}] : [];
	});
	const names = new Set(colliding.map(({ name }) => name));
	return {
		colliding,
		others: extensions.filter(({ definition }) => !names.has(definition.name))
	};
}
/** Why hosts that follow one extension would install images of another; undefined if they would not. */
function collision(one, other) {
	if (!(other.name === one.name || other.name.startsWith(`${one.name}-`)) && !beforeVersion(other.asset).startsWith(beforeVersion(one.asset))) return void 0;
	return new KilnError("definition-invalid", {
		expected: `no other extension's assets to match ${one.asset} of extension ${one.name}`,
		found: `extension ${other.name} with ${other.asset}, which hosts would install as a version of ${one.name}`,
		next: `rename ${other.name} so that it does not begin with "${one.name}-"`
	});
}
function beforeVersion(asset) {
	return asset.slice(0, asset.indexOf("{version}"));
}
// packages/extension/src/moved-variables.ts
/** Settings that used to be variables of the environment, or of a repository on GitHub. */
const moved = [
	{
		key: "upstream",
		name: "KILN_UPSTREAM"
	},
	{
		key: "baseUrl",
		name: "KILN_BASE_URL"
	},
	{
		key: "bestBeforeDays",
		name: "KILN_BEST_BEFORE_DAYS"
	},
	{
		key: "container",
		name: "KILN_CONTAINER"
	},
	{
		key: "attest",
		name: "KILN_ATTEST"
	},
	{
		key: "arm64Runner",
		name: "KILN_ARM64_RUNNER"
	},
	{
		key: "staleHours",
		name: "KILN_STALE_HOURS"
	}
];
/**
* Checks that no setting is still in the variable from which it has moved to `kiln.yaml`, unless both agree.
* An empty variable counts as unset.
* @throws KilnError `settings-invalid` with the key
*/
function requireMoved(settings, variables) {
	for (const { key, name } of moved) {
		const text = variables[name];
		if (text === void 0 || text === "") continue;
		const value = settings[key];
		const parsed = repositorySettingsSchema.shape[key].safeParse(scalarOf(text));
		if (parsed.success && parsed.data === value) continue;
		const inFile = value === void 0 ? "no such key" : `${key}: ${value} in kiln.yaml, or by default`;
		throw new KilnError("settings-invalid", {
			expected: `the key "${key}" of kiln.yaml instead of the variable ${name}`,
			found: `${name} with ${parsed.success ? parsed.data : "an invalid value"}, and ${inFile}`,
			next: parsed.success ? `write "${key}: ${parsed.data}" into kiln.yaml if that is what you want, and remove ${name}` : `set "${key}" in kiln.yaml, and remove ${name}`
		});
	}
}
/** The value that a text would have in YAML. */
function scalarOf(text) {
	if (text === "true" || text === "false") return text === "true";
	return /^\d+$/.test(text) ? Number(text) : text;
}
// packages/extension/src/repository.ts
/** The extensions of sysext-kiln itself. An action's bundle is as deep below the packages as this file. */
const ownExtensions = resolve(import.meta.dirname, "../../../extensions");
/**
* Reads `kiln.yaml` and every definition that the repository uses. Every command and action begins with it.
* @param extensions the folder with the definitions, beside which `kiln.yaml` is
* @param variables the environment, in which some of the settings used to be
* @throws KilnError `settings-invalid`
*/
async function loadRepository(extensions, variables = process.env) {
	const settings = await loadSettings(extensions, variables);
	const names = await presentNames(extensions, settings);
	const included = await includedNames(names, settings);
	return {
		settings,
		...await loadExtensions([{
			path: extensions,
			names
		}, {
			path: ownExtensions,
			names: included
		}], settings)
	};
}
/**
* Reads only `kiln.yaml`.
* @throws KilnError `settings-invalid`
*/
async function loadSettings(extensions, variables = process.env) {
	const settings = await readRepositorySettings(extensions);
	requireMoved(settings, variables);
	return settings;
}
/** The extensions of the folder. It is not needed if the repository has none of its own. */
async function presentNames(folder, { include }) {
	return await namesIn(folder).catch((cause) => {
		if (systemCode(cause) !== "ENOENT") throw cause;
		if (include.length > 0) return [];
		throw new KilnError("settings-invalid", {
			expected: `the folder ${folder} with the definitions of extensions, or "include" in the kiln.yaml beside it`,
			found: "neither",
			next: "name the folder with --extensions, or write kiln.yaml (docs/settings.md)",
			cause
		});
	});
}
/** The names of sysext-kiln's extensions that a repository includes; kiln-host is one of them. */
async function includedNames(present, { include }) {
	if (include.length === 0) return [];
	const own = await namesIn(ownExtensions);
	for (const name of include) {
		if (!own.includes(name)) throw includeInvalid(`some of ${own.toSorted().join(", ")}`, name, `correct "include"`);
		if (present.includes(name)) {
			const next = `remove the folder, or ${name} from "include"`;
			throw includeInvalid("only extensions that are not in extensions/", `${name}, which is there`, next);
		}
	}
	return [.../* @__PURE__ */ new Set([...include, kilnHostName])].filter((name) => !present.includes(name));
}
function includeInvalid(expected, found, next) {
	return new KilnError("settings-invalid", {
		expected: `the key "include" of kiln.yaml to name ${expected}`,
		found,
		next: `${next} in kiln.yaml`
	});
}
// packages/extension/src/select.ts
/**
* Selects extensions by name, or all of them if no name is given.
* @throws KilnError `unknown-extension`
*/
function selectExtensions(all, names) {
	if (names.length === 0) return all;
	const extensions = [];
	const invalid = [];
	for (const name of new Set(names)) {
		const found = find(all, name);
		if ("error" in found) invalid.push(found);
		else extensions.push(found);
	}
	return {
		extensions,
		invalid
	};
}
function find({ extensions, invalid }, name) {
	const found = extensions.find(({ definition }) => definition.name === name) ?? invalid.find((one) => one.name === name);
	if (found) return found;
	throw new KilnError("unknown-extension", {
		expected: `one of the extensions ${namesOf({
			extensions,
			invalid
		}).join(", ")}`,
		found: JSON.stringify(name.slice(0, 80)),
		next: "./kiln list shows all extensions"
	});
}
function namesOf({ extensions, invalid }) {
	return [...extensions.map(({ definition }) => definition.name), ...invalid.map(({ name }) => name)].toSorted();
}
/**
* The extensions that a run watches and publishes: those with the names, or else those in `kiln.yaml`, or
* else all; and kiln-host with them, because hosts need it.
* @throws KilnError `unknown-extension`, `settings-invalid`
*/
function extensionsToPublish(repository, names) {
	const { extensions, invalid } = names.length > 0 ? selectExtensions(repository, names) : publishedByDefault(repository);
	const kilnHost = repository.extensions.find(isKilnHost);
	return kilnHost === void 0 || extensions.includes(kilnHost) ? {
		extensions,
		invalid
	} : {
		extensions: [...extensions, kilnHost],
		invalid
	};
}
function publishedByDefault(repository) {
	const { extensions: names = [] } = repository.settings;
	const known = namesOf(repository);
	const unknown = names.find((name) => !known.includes(name));
	if (unknown === void 0) return selectExtensions(repository, names);
	throw new KilnError("settings-invalid", {
		expected: `the key "extensions" of kiln.yaml to name some of the extensions ${known.join(", ")}`,
		found: unknown,
		next: "correct kiln.yaml, add the extension, or name it under \"include\" if it is one of sysext-kiln"
	});
}
function isKilnHost({ definition }) {
	return definition.name === kilnHostName;
}
/**
* The single extension for which a version was requested; kiln-host may be selected with it.
* @throws KilnError `usage` if there are several
*/
function requireOne(selected) {
	const requested = selected.length === 1 ? selected : selected.filter((extension) => !isKilnHost(extension));
	const [only] = requested;
	if (only && requested.length === 1) return only;
	throw new KilnError("usage", {
		expected: "exactly one extension if a version is given",
		found: selected.map(({ definition }) => definition.name).join(", ") || "none",
		next: "name the extension that the version belongs to"
	});
}
// packages/release-store/src/directory/layout.ts
/** The notes of a release, beside its assets but not one of them. */
const notesFile = ".notes.md";
/** The name of an unfinished upload has its asset's name in between. */
const partial = {
	prefix: ".",
	suffix: ".partial"
};
function layoutOf(root) {
	return {
		published: join(root, "releases/download"),
		latest: join(root, updateDirectoryPath),
		drafts: join(root, ".drafts"),
		trash: join(root, ".trash"),
		lock: join(root, ".lock")
	};
}
// packages/release-store/src/directory/read.ts
/** Every release and draft below a directory store's root. */
async function listReleases$1(layout) {
	const latest = await readlink(layout.latest).catch(absent);
	const [published, drafts] = await Promise.all([tagsIn(layout.published), tagsIn(layout.drafts)]);
	return (await Promise.all([...published.map((tag) => readRelease(join(layout.published, tag), false, latest).catch(absent)), ...drafts.map((tag) => readRelease(join(layout.drafts, tag), true, latest).catch(absent))])).filter((release) => release !== void 0);
}
/** The latest release; undefined if there is none. */
async function findLatest(layout) {
	const latest = await readlink(layout.latest).catch(absent);
	return latest === void 0 ? void 0 : findRelease$2(layout, basename(latest));
}
/** The published release of a tag; undefined if there is none. */
async function findRelease$2(layout, tag) {
	const latest = await readlink(layout.latest).catch(absent);
	return readRelease(join(layout.published, tag), false, latest).catch(absent);
}
async function readRelease(folder, draft, latest) {
	const tag = basename(folder);
	const notesPath = join(folder, notesFile);
	const [notes, assets] = await Promise.all([readSmallFile(notesPath).catch(absent), readAssets$1(folder)]);
	const isLatest = !draft && latest !== void 0 && basename(latest) === tag;
	const begunAt = draft ? (await lstat(notesPath).catch(absent))?.mtime : void 0;
	return {
		id: folder,
		tag,
		notes: notes?.toString("utf8") ?? "",
		draft,
		begunAt,
		latest: isLatest,
		prerelease: false,
		assets
	};
}
/** The size of the largest asset that is read into memory, in bytes. */
const largest$5 = 1e7;
/**
* The bytes of a small asset.
* @throws KilnError `not-published`
*/
async function readSmallAsset$1({ id, tag, assets }, name) {
	const bytes = await readSmallFile(join(id, name)).catch(absent);
	if (bytes) return bytes;
	throw new KilnError("not-published", {
		expected: `${name} in the release ${tag}`,
		found: assets.map((one) => one.name).join(", ") || "no asset",
		next: "check whether somebody removed it; the next revision of the version restores it"
	});
}
function readSmallFile(path) {
	return readRegularFile(path, largest$5);
}
/**
* Never follows a link in the place of one of the store's own folders: kiln would fill, rename and remove
* what is somewhere else.
* @throws KilnError `file-inaccessible`
*/
async function requireOwnFolders({ published, latest, drafts, trash }) {
	for (const folder of [
		dirname(published),
		published,
		dirname(latest),
		drafts,
		trash
	]) await requireDirectory(folder);
}
/** @throws KilnError `file-inaccessible` if something other than a directory is there */
async function requireDirectory(path) {
	const stats = await lstat(path).catch(absent);
	if (!stats || stats.isDirectory()) return;
	throw new KilnError("file-inaccessible", {
		expected: `${path} to be a directory, which kiln fills and empties`,
		found: stats.isSymbolicLink() ? "a symbolic link" : "a file",
		next: "find out who put it there, remove it, and run this again; kiln makes the directory itself"
	});
}
/** The assets in a release's folder, without unfinished uploads, whose names begin with a dot. */
async function readAssets$1(folder) {
	const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
	return Promise.all(names.map(async (name) => {
		const stats = await lstat(join(folder, name));
		return {
			id: name,
			name,
			size: stats.size,
			sha256: void 0,
			complete: stats.isFile()
		};
	}));
}
/** The tags of the releases in a folder of the store. */
async function tagsIn(folder) {
	return (await readdir(folder, { withFileTypes: true }).catch(absent) ?? []).filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map(({ name }) => name);
}
function absent(error) {
	if (systemCode(error) === "ENOENT") return void 0;
	throw error;
}
// packages/release-store/src/directory/directory-store.ts
/**
* Releases in a plain directory that any web server can serve, under the URL paths of GitHub Releases.
* Everything becomes visible by a rename, so a kill leaves either the old state or the new one.
*/
function directoryStore(root) {
	const layout = layoutOf(root);
	async function makeLatest({ tag }) {
		const folder = dirname(layout.latest);
		const next = join(folder, ".next");
		await requireOwnFolders(layout);
		await makeFolder(folder);
		await rm(next, { force: true });
		await symlink(relative(folder, join(layout.published, tag)), next);
		await rename(next, layout.latest);
		await syncToDisk(folder);
	}
	return {
		name: `directory ${root}`,
		baseUrl: void 0,
		folder: root,
		maxAssets: Infinity,
		remainingRequests: () => void 0,
		list: () => listReleases$1(layout),
		async tagsBeginningWith(prefix) {
			return (await tagsIn(layout.published)).filter((tag) => tag.startsWith(prefix));
		},
		latest: () => findLatest(layout),
		find: (tag) => findRelease$2(layout, tag),
		readText: async (release, assetName) => (await readSmallAsset$1(release, assetName)).toString("utf8"),
		readBytes: readSmallAsset$1,
		async fileOf(release, { name, sha256 }) {
			const path = join(release.id, name);
			const found = await digestOf(path);
			if (found === sha256) return path;
			throw new KilnError("digest-mismatch", {
				expected: `${path} to have the SHA-256 ${sha256}`,
				found,
				next: "do not use this file; restore the release from a copy"
			});
		},
		async draft(tag, notes) {
			const id = join(layout.drafts, tag);
			await requireOwnFolders(layout);
			await requireDirectory(id);
			await makeFolder(id);
			await rm(join(id, notesFile), { force: true });
			await writeFile(join(id, notesFile), notes);
			return {
				id,
				tag,
				notes,
				draft: true,
				begunAt: /* @__PURE__ */ new Date(),
				latest: false,
				prerelease: false,
				assets: await readAssets$1(id)
			};
		},
		async upload(draft, assetName, path, onBytes) {
			await writeAsset(draft, assetName, (unfinished) => copyFile(path, unfinished, constants.COPYFILE_EXCL));
			onBytes?.((await stat(path)).size);
		},
		copy: (draft, { name }, from) => writeAsset(draft, name, (unfinished) => linkOrCopy(join(from.id, name), unfinished)),
		async readBack(release) {
			const assets = await readAssets$1(release.id);
			return Promise.all(assets.map(async (asset) => asset.complete ? {
				...asset,
				sha256: await digestOf(join(release.id, asset.name))
			} : asset));
		},
		removeAsset: (draft, { name }) => rm(join(draft.id, name), {
			force: true,
			recursive: true
		}),
		async publish(draft, { latest }) {
			await requireOwnFolders(layout);
			await makeFolder(layout.published);
			await syncToDisk(draft.id);
			const target = join(layout.published, draft.tag);
			await rename(draft.id, target).catch((cause) => {
				if (systemCode(cause) !== "ENOTEMPTY" && systemCode(cause) !== "EEXIST") throw cause;
				throw new KilnError("release-conflict", {
					expected: `no release ${draft.tag} in ${root}`,
					found: "a release that was published before this draft",
					next: "run it again; the existing release is left as it is",
					cause
				});
			});
			await syncToDisk(layout.published);
			if (latest) await makeLatest(draft);
		},
		makeLatest,
		async editNotes(release, notes) {
			await requireOwnFolders(layout);
			const unfinished = join(release.id, `${partial.prefix}notes${partial.suffix}`);
			await rm(unfinished, { force: true });
			await writeFile(unfinished, notes, { flag: "wx" });
			await syncToDisk(unfinished);
			await rename(unfinished, join(release.id, notesFile));
		},
		untilServed: () => Promise.resolve(),
		async remove(release) {
			await requireOwnFolders(layout);
			await makeFolder(layout.trash);
			await rm(join(layout.trash, basename(release.id)), {
				recursive: true,
				force: true
			});
			await rename(release.id, join(layout.trash, basename(release.id))).catch((error) => {
				if (!release.draft || systemCode(error) !== "ENOENT") throw error;
			});
			await rm(layout.trash, {
				recursive: true,
				force: true
			});
		},
		async exclusively(work) {
			await makeFolder(root);
			return withLock(layout.lock, work);
		}
	};
}
/** Writes an asset into a draft under a temporary name first, so that a kill leaves no incomplete asset. */
async function writeAsset(draft, assetName, write) {
	const unfinished = join(draft.id, `${partial.prefix}${assetName}${partial.suffix}`);
	await rm(unfinished, { force: true });
	await write(unfinished);
	await syncToDisk(unfinished);
	await rename(unfinished, join(draft.id, assetName));
}
/** The errors of a file system without hard links. */
const unlinkable = /* @__PURE__ */ new Set([
	"EXDEV",
	"EPERM",
	"EMLINK",
	"ENOTSUP"
]);
/**
* Copies share their bytes on disk where the file system can: published bytes never change.
* @throws KilnError `file-inaccessible` for anything but a regular file: a second name of a FIFO is a FIFO
*/
async function linkOrCopy(from, to) {
	await using _ = await openRegularFile(from);
	try {
		await link(from, to);
	} catch (error) {
		if (!unlinkable.has(systemCode(error) ?? "")) throw error;
		await copyFile(from, to, constants.COPYFILE_EXCL);
	}
}
// packages/github-client/src/error-response.ts
const bodySchema = object({
	message: string().default(""),
	errors: array(union([object({
		resource: string().optional(),
		code: string().optional(),
		field: string().optional(),
		message: string().optional()
	}), string().transform((message) => ({
		message,
		resource: void 0,
		code: void 0,
		field: void 0
	}))])).default([])
});
/** The response behind an error; undefined for an error that no response caused. */
function errorResponseOf(error) {
	const request = isKilnError(error) ? error.cause : error;
	if (!(request instanceof RequestError) || !request.response) return void 0;
	const body = bodySchema.safeParse(request.response.data).data ?? {
		message: "",
		errors: []
	};
	return {
		status: request.status,
		retryAfter: retryAfterOf(request.response.headers),
		...body
	};
}
/** Whether GitHub gave one of the error codes of its 422 responses, such as `already_exists`. */
function hasErrorCode(error, code) {
	return errorResponseOf(error)?.errors.some((one) => one.code === code) ?? false;
}
function retryAfterOf(headers) {
	if (headers["retry-after"] !== void 0) return numberOf(headers["retry-after"]);
	if (headers["x-ratelimit-remaining"] !== "0") return void 0;
	const reset = numberOf(headers["x-ratelimit-reset"]);
	return reset === void 0 ? void 0 : Math.max(reset - Math.floor(Date.now() / 1e3), 0) + 1;
}
/** A number in a header; undefined for anything else, as any server may have answered. */
function numberOf(header) {
	return /^\d{1,10}$/.test(String(header)) ? Number(header) : void 0;
}
const mostRetries = 4;
/** How long to wait if GitHub does not say, in seconds (docs.github.com, "Rate limits for the REST API"). */
const defaultWait = 60;
/**
* Before the plugins: waits as long as GitHub asks after it refused a request because of a rate limit, and
* sends it again. Until then no other request is sent, as GitHub may block a client that continues. A request
* that would have to wait longer than `longestWait` fails, also if it was not sent at all.
*/
function waitForRateLimits(octokit, { rateLimits: { waitScale, say, onRemaining } = { waitScale: 1 } }) {
	let refused;
	const waitForTurn = async () => {
		for (;;) {
			const wait = (refused?.until ?? 0) - Date.now();
			if (wait <= 0) return;
			if (wait > 6e5) throw refused?.error;
			await setTimeout$1(wait);
		}
	};
	octokit.hook.wrap("request", async (request, options) => {
		for (let attempt = 1;; attempt += 1) {
			await waitForTurn();
			try {
				const response = await request(options);
				const remaining = numberOf(response.headers["x-ratelimit-remaining"]);
				if (remaining !== void 0) onRemaining?.(remaining);
				return response;
			} catch (error) {
				const seconds = requestedWait(errorResponseOf(error));
				if (seconds === void 0) throw error;
				const until = Date.now() + seconds * waitScale * 1e3;
				if (until > (refused?.until ?? 0)) refused = {
					error,
					until
				};
				if (options.request["retries"] === 0 && options.method !== "POST" || seconds * waitScale > 600 || attempt > mostRetries) throw error;
				say?.(`waiting ${seconds} s, as GitHub asks`);
			}
		}
	});
}
/** How long to wait after a response, in seconds; undefined unless a rate limit is the reason for it. */
function requestedWait(response) {
	if (response === void 0) return void 0;
	const { status, message, retryAfter } = response;
	return status === 429 || status === 403 && (retryAfter !== void 0 || /rate limit/i.test(message)) ? retryAfter ?? defaultWait : void 0;
}
// packages/github-client/src/explain.ts
/** Turns an error of Octokit's into one that says what to do. Other errors are returned as they are. */
function explain(error, details) {
	if (isKilnError(error) || !(error instanceof RequestError)) return error;
	const { status, response } = error;
	if (!response) return unreachable(error, details, reasonsOf(error));
	const answer = errorResponseOf(error);
	const message = answer?.message ?? "";
	const wait = requestedWait(answer);
	if (wait !== void 0) return rateLimited(error, details, resetTime(wait));
	if (status === 401) return unauthorized(error, details, message);
	if (status === 403) return permissionMissing(error, details, message, response.headers["x-accepted-github-permissions"] ?? "");
	if (status === 404) return missing(error, details);
	if (status >= 500) return unreachable(error, details, `status ${status}${message && `: ${message}`}`);
	return new KilnError("github-refused", {
		expected: `GitHub to fulfill ${details.request}`,
		found: `status ${status}: ${error.message}`,
		next: "run it again; if the problem persists, report it with this message",
		cause: error
	});
}
/** Passes on the chunks of an answer, and explains the error of a connection that breaks off. */
async function* explainedBody(chunks, details) {
	try {
		yield* chunks;
	} catch (error) {
		throw isKilnError(error) ? error : unreachable(error, details, reasonsOf(error));
	}
}
function unreachable(cause, { apiUrl, request }, found) {
	return new KilnError("network-unreachable", {
		expected: `a response from ${apiUrl} to ${request}`,
		found,
		next: "try again later, or check the network and the proxy settings (http_proxy, https_proxy)",
		cause
	});
}
/** To the second, in UTC. */
function resetTime(retryAfter) {
	return (/* @__PURE__ */ new Date((Math.floor(Date.now() / 1e3) + retryAfter) * 1e3)).toISOString().replace(".000Z", "Z");
}
function rateLimited(cause, { apiUrl, request, hasToken, tokenVariable }, until) {
	return new KilnError("rate-limited", {
		expected: `${apiUrl} to accept one more request, ${request}`,
		found: `its rate limit is reached until ${until}`,
		next: hasToken ? "run it again after that; it continues where it stopped" : `set ${tokenVariable}: with a token the limit is many times higher`,
		cause
	});
}
function unauthorized(cause, { apiUrl, repository, hasToken, tokenVariable }, message) {
	return new KilnError("token-invalid", {
		expected: `${tokenVariable} to hold a token that ${apiUrl} accepts`,
		found: hasToken ? `a token that it rejects: ${message}` : "none",
		next: hasToken ? `set ${tokenVariable} to a token that has not expired; in GitHub Actions that is github.token, or a secret` : `set ${tokenVariable} to a token with access to ${repository}`,
		cause
	});
}
/** GitHub names what is missing in a header: `contents=write`, with alternatives after a semicolon. */
function permissionMissing(cause, { request, repository, job, hasToken, tokenVariable }, message, accepted) {
	const [first = ""] = accepted.split(";");
	const wanted = first.trim().replaceAll("=", ": ").replaceAll(",", ", ");
	const permission = wanted === "" ? "the permission that it needs" : `the permission "${wanted}"`;
	const where = job === void 0 ? "of the token" : `of the job "${job}" in its workflow`;
	return new KilnError("permission-missing", {
		expected: `a token with ${permission} on ${repository}, for ${request}`,
		found: hasToken ? `GitHub responded: ${message}` : `no ${tokenVariable}; GitHub responded: ${message}`,
		next: wanted === "" ? `look up what ${request} needs, and add it to the permissions ${where}` : `add "${wanted}" to the permissions ${where}`,
		cause
	});
}
/** GitHub does not distinguish what does not exist from what a token must not see. */
function missing(cause, { request, repository, apiUrl, tokenVariable }) {
	return new KilnError("repository-missing", {
		expected: `${apiUrl} to have what ${request} asks for`,
		found: "404 Not Found, which is also GitHub's response if a token is not allowed to read or write it",
		next: `check the name of the repository, ${repository}, and that ${tokenVariable} has access to it`,
		cause
	});
}
// packages/github-client/src/guarded-fetch.ts
/** How long a JSON answer may take, in milliseconds. Streams have no such limit. */
const longestAnswerMs = 6e4;
/** The size of the largest JSON answer, in bytes: about 100 times a page of releases with many assets. */
const largestAnswer = 64e6;
/**
* A `fetch` for the API at a URL that does not trust what the API answers. An address that came from an
* answer, such as the one for uploads, must belong to the same GitHub, because the token is sent there. A
* JSON answer has a limit of time and size. (`fetch` itself follows redirects and removes the token when one
* leads to another origin.)
* @throws KilnError `document-invalid`
*/
function guardedFetch(apiUrl) {
	const trusted = trustedOrigins(apiUrl);
	return async (input, init) => {
		const { origin } = new URL(input instanceof Request ? input.url : input);
		if (!trusted.includes(origin)) throw new KilnError("document-invalid", {
			expected: `GitHub's answer to name an address at ${trusted.join(" or ")}`,
			found: origin,
			next: "check GITHUB_API_URL and KILN_UPSTREAM_API_URL; nothing, and no token, was sent to the other address"
		});
		const isStreamed = init?.body instanceof ReadableStream;
		const isJson = /json/.test(new Headers(init?.headers).get("accept") ?? "");
		const limit = isJson && !isStreamed ? [AbortSignal.timeout(longestAnswerMs)] : [];
		const signal = AbortSignal.any([...init?.signal ? [init.signal] : [], ...limit]);
		const response = await fetch(input, {
			...init,
			signal
		});
		if (response.body === null || !isJson && response.ok) return response;
		const body = await buffer(limited(response.body, largestAnswer, `the answer of ${origin}`));
		return Object.defineProperty(new Response(body, response), "url", { value: response.url });
	};
}
/**
* The chunks of a body.
* @param largest in bytes
* @param what is read, for messages
* @throws KilnError `document-invalid` for a larger body
*/
async function* limited(body, largest, what) {
	let received = 0;
	for await (const chunk of body) {
		received += chunk.length;
		if (received > largest) throw new KilnError("document-invalid", {
			expected: `${what} to have at most ${largest} bytes`,
			found: "more",
			next: "check what that server is; if the problem persists, report it with this message"
		});
		yield chunk;
	}
}
/**
* The origins that a token for an API may be sent to. GitHub takes uploads at `uploads.` in place of `api.`,
* on github.com and in every subdomain of ghe.com; an Enterprise Server takes them at its own host.
*/
function trustedOrigins(apiUrl) {
	const { protocol, host, origin } = new URL(apiUrl);
	return [origin, `${protocol}//uploads.${host.replace(/^api\./, "")}`];
}
// node_modules/.pnpm/@octokit+plugin-retry@8.1.1_@octokit+core@7.0.8/node_modules/@octokit/plugin-retry/dist-bundle/index.js
var import_light = /* @__PURE__ */ __toESM((/* @__PURE__ */ __commonJSMin(((exports, module, this$1) => {
	/**
	* This file contains the Bottleneck library (MIT), compiled to ES2017, and without Clustering support.
	* https://github.com/SGrondin/bottleneck
	*/
	(function(global, factory) {
		typeof exports === "object" && typeof module !== "undefined" ? module.exports = factory() : typeof define === "function" && define.amd ? define(factory) : global.Bottleneck = factory();
	})(this$1, (function() {
		"use strict";
		var commonjsGlobal = typeof globalThis !== "undefined" ? globalThis : typeof window !== "undefined" ? window : typeof global !== "undefined" ? global : typeof self !== "undefined" ? self : {};
		function getCjsExportFromNamespace(n) {
			return n && n["default"] || n;
		}
		var load = function(received, defaults, onto = {}) {
			var k, ref, v;
			for (k in defaults) {
				v = defaults[k];
				onto[k] = (ref = received[k]) != null ? ref : v;
			}
			return onto;
		};
		var overwrite = function(received, defaults, onto = {}) {
			var k, v;
			for (k in received) {
				v = received[k];
				if (defaults[k] !== void 0) onto[k] = v;
			}
			return onto;
		};
		var parser = {
			load,
			overwrite
		};
		var DLList_1 = class DLList {
			constructor(incr, decr) {
				this.incr = incr;
				this.decr = decr;
				this._first = null;
				this._last = null;
				this.length = 0;
			}
			push(value) {
				var node;
				this.length++;
				if (typeof this.incr === "function") this.incr();
				node = {
					value,
					prev: this._last,
					next: null
				};
				if (this._last != null) {
					this._last.next = node;
					this._last = node;
				} else this._first = this._last = node;
			}
			shift() {
				var value;
				if (this._first == null) return;
				else {
					this.length--;
					if (typeof this.decr === "function") this.decr();
				}
				value = this._first.value;
				if ((this._first = this._first.next) != null) this._first.prev = null;
				else this._last = null;
				return value;
			}
			first() {
				if (this._first != null) return this._first.value;
			}
			getArray() {
				var node = this._first, ref, results = [];
				while (node != null) results.push((ref = node, node = node.next, ref.value));
				return results;
			}
			forEachShift(cb) {
				var node = this.shift();
				while (node != null) cb(node), node = this.shift();
			}
			debug() {
				var node = this._first, ref, ref1, ref2, results = [];
				while (node != null) results.push((ref = node, node = node.next, {
					value: ref.value,
					prev: (ref1 = ref.prev) != null ? ref1.value : void 0,
					next: (ref2 = ref.next) != null ? ref2.value : void 0
				}));
				return results;
			}
		};
		var Events_1 = class Events {
			constructor(instance) {
				this.instance = instance;
				this._events = {};
				if (this.instance.on != null || this.instance.once != null || this.instance.removeAllListeners != null) throw new Error("An Emitter already exists for this object");
				this.instance.on = (name, cb) => {
					return this._addListener(name, "many", cb);
				};
				this.instance.once = (name, cb) => {
					return this._addListener(name, "once", cb);
				};
				this.instance.removeAllListeners = (name = null) => {
					if (name != null) return delete this._events[name];
					else return this._events = {};
				};
			}
			_addListener(name, status, cb) {
				var base;
				if ((base = this._events)[name] == null) base[name] = [];
				this._events[name].push({
					cb,
					status
				});
				return this.instance;
			}
			listenerCount(name) {
				if (this._events[name] != null) return this._events[name].length;
				else return 0;
			}
			async trigger(name, ...args) {
				var e, promises;
				try {
					if (name !== "debug") this.trigger("debug", `Event triggered: ${name}`, args);
					if (this._events[name] == null) return;
					this._events[name] = this._events[name].filter(function(listener) {
						return listener.status !== "none";
					});
					promises = this._events[name].map(async (listener) => {
						var e, returned;
						if (listener.status === "none") return;
						if (listener.status === "once") listener.status = "none";
						try {
							returned = typeof listener.cb === "function" ? listener.cb(...args) : void 0;
							if (typeof (returned != null ? returned.then : void 0) === "function") return await returned;
							else return returned;
						} catch (error) {
							e = error;
							this.trigger("error", e);
							return null;
						}
					});
					return (await Promise.all(promises)).find(function(x) {
						return x != null;
					});
				} catch (error) {
					e = error;
					this.trigger("error", e);
					return null;
				}
			}
		};
		var DLList$1 = DLList_1, Events$1 = Events_1;
		var Queues_1 = class Queues {
			constructor(num_priorities) {
				this.Events = new Events$1(this);
				this._length = 0;
				this._lists = (function() {
					var j, ref, results = [];
					for (j = 1, ref = num_priorities; 1 <= ref ? j <= ref : j >= ref; 1 <= ref ? ++j : --j) results.push(new DLList$1((() => {
						return this.incr();
					}), (() => {
						return this.decr();
					})));
					return results;
				}).call(this);
			}
			incr() {
				if (this._length++ === 0) return this.Events.trigger("leftzero");
			}
			decr() {
				if (--this._length === 0) return this.Events.trigger("zero");
			}
			push(job) {
				return this._lists[job.options.priority].push(job);
			}
			queued(priority) {
				if (priority != null) return this._lists[priority].length;
				else return this._length;
			}
			shiftAll(fn) {
				return this._lists.forEach(function(list) {
					return list.forEachShift(fn);
				});
			}
			getFirst(arr = this._lists) {
				var j = 0, len = arr.length, list;
				for (; j < len; j++) {
					list = arr[j];
					if (list.length > 0) return list;
				}
				return [];
			}
			shiftLastFrom(priority) {
				return this.getFirst(this._lists.slice(priority).reverse()).shift();
			}
		};
		var BottleneckError_1 = class BottleneckError extends Error {};
		var BottleneckError$1, DEFAULT_PRIORITY, Job, NUM_PRIORITIES = 10, parser$1;
		DEFAULT_PRIORITY = 5;
		parser$1 = parser;
		BottleneckError$1 = BottleneckError_1;
		Job = class Job {
			constructor(task, args, options, jobDefaults, rejectOnDrop, Events, _states, Promise) {
				this.task = task;
				this.args = args;
				this.rejectOnDrop = rejectOnDrop;
				this.Events = Events;
				this._states = _states;
				this.Promise = Promise;
				this.options = parser$1.load(options, jobDefaults);
				this.options.priority = this._sanitizePriority(this.options.priority);
				if (this.options.id === jobDefaults.id) this.options.id = `${this.options.id}-${this._randomIndex()}`;
				this.promise = new this.Promise((_resolve, _reject) => {
					this._resolve = _resolve;
					this._reject = _reject;
				});
				this.retryCount = 0;
			}
			_sanitizePriority(priority) {
				var sProperty = ~~priority !== priority ? DEFAULT_PRIORITY : priority;
				if (sProperty < 0) return 0;
				else if (sProperty > NUM_PRIORITIES - 1) return NUM_PRIORITIES - 1;
				else return sProperty;
			}
			_randomIndex() {
				return Math.random().toString(36).slice(2);
			}
			doDrop({ error, message = "This job has been dropped by Bottleneck" } = {}) {
				if (this._states.remove(this.options.id)) {
					if (this.rejectOnDrop) this._reject(error != null ? error : new BottleneckError$1(message));
					this.Events.trigger("dropped", {
						args: this.args,
						options: this.options,
						task: this.task,
						promise: this.promise
					});
					return true;
				} else return false;
			}
			_assertStatus(expected) {
				var status = this._states.jobStatus(this.options.id);
				if (!(status === expected || expected === "DONE" && status === null)) throw new BottleneckError$1(`Invalid job status ${status}, expected ${expected}. Please open an issue at https://github.com/SGrondin/bottleneck/issues`);
			}
			doReceive() {
				this._states.start(this.options.id);
				return this.Events.trigger("received", {
					args: this.args,
					options: this.options
				});
			}
			doQueue(reachedHWM, blocked) {
				this._assertStatus("RECEIVED");
				this._states.next(this.options.id);
				return this.Events.trigger("queued", {
					args: this.args,
					options: this.options,
					reachedHWM,
					blocked
				});
			}
			doRun() {
				if (this.retryCount === 0) {
					this._assertStatus("QUEUED");
					this._states.next(this.options.id);
				} else this._assertStatus("EXECUTING");
				return this.Events.trigger("scheduled", {
					args: this.args,
					options: this.options
				});
			}
			async doExecute(chained, clearGlobalState, run, free) {
				var error, eventInfo, passed;
				if (this.retryCount === 0) {
					this._assertStatus("RUNNING");
					this._states.next(this.options.id);
				} else this._assertStatus("EXECUTING");
				eventInfo = {
					args: this.args,
					options: this.options,
					retryCount: this.retryCount
				};
				this.Events.trigger("executing", eventInfo);
				try {
					passed = await (chained != null ? chained.schedule(this.options, this.task, ...this.args) : this.task(...this.args));
					if (clearGlobalState()) {
						this.doDone(eventInfo);
						await free(this.options, eventInfo);
						this._assertStatus("DONE");
						return this._resolve(passed);
					}
				} catch (error1) {
					error = error1;
					return this._onFailure(error, eventInfo, clearGlobalState, run, free);
				}
			}
			doExpire(clearGlobalState, run, free) {
				var error, eventInfo;
				if (this._states.jobStatus(this.options.id === "RUNNING")) this._states.next(this.options.id);
				this._assertStatus("EXECUTING");
				eventInfo = {
					args: this.args,
					options: this.options,
					retryCount: this.retryCount
				};
				error = new BottleneckError$1(`This job timed out after ${this.options.expiration} ms.`);
				return this._onFailure(error, eventInfo, clearGlobalState, run, free);
			}
			async _onFailure(error, eventInfo, clearGlobalState, run, free) {
				var retry, retryAfter;
				if (clearGlobalState()) {
					retry = await this.Events.trigger("failed", error, eventInfo);
					if (retry != null) {
						retryAfter = ~~retry;
						this.Events.trigger("retry", `Retrying ${this.options.id} after ${retryAfter} ms`, eventInfo);
						this.retryCount++;
						return run(retryAfter);
					} else {
						this.doDone(eventInfo);
						await free(this.options, eventInfo);
						this._assertStatus("DONE");
						return this._reject(error);
					}
				}
			}
			doDone(eventInfo) {
				this._assertStatus("EXECUTING");
				this._states.next(this.options.id);
				return this.Events.trigger("done", eventInfo);
			}
		};
		var Job_1 = Job;
		var BottleneckError$2, LocalDatastore, parser$2 = parser;
		BottleneckError$2 = BottleneckError_1;
		LocalDatastore = class LocalDatastore {
			constructor(instance, storeOptions, storeInstanceOptions) {
				this.instance = instance;
				this.storeOptions = storeOptions;
				this.clientId = this.instance._randomIndex();
				parser$2.load(storeInstanceOptions, storeInstanceOptions, this);
				this._nextRequest = this._lastReservoirRefresh = this._lastReservoirIncrease = Date.now();
				this._running = 0;
				this._done = 0;
				this._unblockTime = 0;
				this.ready = this.Promise.resolve();
				this.clients = {};
				this._startHeartbeat();
			}
			_startHeartbeat() {
				var base;
				if (this.heartbeat == null && (this.storeOptions.reservoirRefreshInterval != null && this.storeOptions.reservoirRefreshAmount != null || this.storeOptions.reservoirIncreaseInterval != null && this.storeOptions.reservoirIncreaseAmount != null)) return typeof (base = this.heartbeat = setInterval(() => {
					var amount, incr, maximum, now = Date.now(), reservoir;
					if (this.storeOptions.reservoirRefreshInterval != null && now >= this._lastReservoirRefresh + this.storeOptions.reservoirRefreshInterval) {
						this._lastReservoirRefresh = now;
						this.storeOptions.reservoir = this.storeOptions.reservoirRefreshAmount;
						this.instance._drainAll(this.computeCapacity());
					}
					if (this.storeOptions.reservoirIncreaseInterval != null && now >= this._lastReservoirIncrease + this.storeOptions.reservoirIncreaseInterval) {
						({reservoirIncreaseAmount: amount, reservoirIncreaseMaximum: maximum, reservoir} = this.storeOptions);
						this._lastReservoirIncrease = now;
						incr = maximum != null ? Math.min(amount, maximum - reservoir) : amount;
						if (incr > 0) {
							this.storeOptions.reservoir += incr;
							return this.instance._drainAll(this.computeCapacity());
						}
					}
				}, this.heartbeatInterval)).unref === "function" ? base.unref() : void 0;
				else return clearInterval(this.heartbeat);
			}
			async __publish__(message) {
				await this.yieldLoop();
				return this.instance.Events.trigger("message", message.toString());
			}
			async __disconnect__(flush) {
				await this.yieldLoop();
				clearInterval(this.heartbeat);
				return this.Promise.resolve();
			}
			yieldLoop(t = 0) {
				return new this.Promise(function(resolve, reject) {
					return setTimeout(resolve, t);
				});
			}
			computePenalty() {
				var ref;
				return (ref = this.storeOptions.penalty) != null ? ref : 15 * this.storeOptions.minTime || 5e3;
			}
			async __updateSettings__(options) {
				await this.yieldLoop();
				parser$2.overwrite(options, options, this.storeOptions);
				this._startHeartbeat();
				this.instance._drainAll(this.computeCapacity());
				return true;
			}
			async __running__() {
				await this.yieldLoop();
				return this._running;
			}
			async __queued__() {
				await this.yieldLoop();
				return this.instance.queued();
			}
			async __done__() {
				await this.yieldLoop();
				return this._done;
			}
			async __groupCheck__(time) {
				await this.yieldLoop();
				return this._nextRequest + this.timeout < time;
			}
			computeCapacity() {
				var maxConcurrent, reservoir;
				({maxConcurrent, reservoir} = this.storeOptions);
				if (maxConcurrent != null && reservoir != null) return Math.min(maxConcurrent - this._running, reservoir);
				else if (maxConcurrent != null) return maxConcurrent - this._running;
				else if (reservoir != null) return reservoir;
				else return null;
			}
			conditionsCheck(weight) {
				var capacity = this.computeCapacity();
				return capacity == null || weight <= capacity;
			}
			async __incrementReservoir__(incr) {
				var reservoir;
				await this.yieldLoop();
				reservoir = this.storeOptions.reservoir += incr;
				this.instance._drainAll(this.computeCapacity());
				return reservoir;
			}
			async __currentReservoir__() {
				await this.yieldLoop();
				return this.storeOptions.reservoir;
			}
			isBlocked(now) {
				return this._unblockTime >= now;
			}
			check(weight, now) {
				return this.conditionsCheck(weight) && this._nextRequest - now <= 0;
			}
			async __check__(weight) {
				var now;
				await this.yieldLoop();
				now = Date.now();
				return this.check(weight, now);
			}
			async __register__(index, weight, expiration) {
				var now, wait;
				await this.yieldLoop();
				now = Date.now();
				if (this.conditionsCheck(weight)) {
					this._running += weight;
					if (this.storeOptions.reservoir != null) this.storeOptions.reservoir -= weight;
					wait = Math.max(this._nextRequest - now, 0);
					this._nextRequest = now + wait + this.storeOptions.minTime;
					return {
						success: true,
						wait,
						reservoir: this.storeOptions.reservoir
					};
				} else return { success: false };
			}
			strategyIsBlock() {
				return this.storeOptions.strategy === 3;
			}
			async __submit__(queueLength, weight) {
				var blocked, now, reachedHWM;
				await this.yieldLoop();
				if (this.storeOptions.maxConcurrent != null && weight > this.storeOptions.maxConcurrent) throw new BottleneckError$2(`Impossible to add a job having a weight of ${weight} to a limiter having a maxConcurrent setting of ${this.storeOptions.maxConcurrent}`);
				now = Date.now();
				reachedHWM = this.storeOptions.highWater != null && queueLength === this.storeOptions.highWater && !this.check(weight, now);
				blocked = this.strategyIsBlock() && (reachedHWM || this.isBlocked(now));
				if (blocked) {
					this._unblockTime = now + this.computePenalty();
					this._nextRequest = this._unblockTime + this.storeOptions.minTime;
					this.instance._dropAllQueued();
				}
				return {
					reachedHWM,
					blocked,
					strategy: this.storeOptions.strategy
				};
			}
			async __free__(index, weight) {
				await this.yieldLoop();
				this._running -= weight;
				this._done += weight;
				this.instance._drainAll(this.computeCapacity());
				return { running: this._running };
			}
		};
		var LocalDatastore_1 = LocalDatastore;
		var BottleneckError$3 = BottleneckError_1;
		var States_1 = class States {
			constructor(status1) {
				this.status = status1;
				this._jobs = {};
				this.counts = this.status.map(function() {
					return 0;
				});
			}
			next(id) {
				var current = this._jobs[id], next = current + 1;
				if (current != null && next < this.status.length) {
					this.counts[current]--;
					this.counts[next]++;
					return this._jobs[id]++;
				} else if (current != null) {
					this.counts[current]--;
					return delete this._jobs[id];
				}
			}
			start(id) {
				var initial = 0;
				this._jobs[id] = initial;
				return this.counts[initial]++;
			}
			remove(id) {
				var current = this._jobs[id];
				if (current != null) {
					this.counts[current]--;
					delete this._jobs[id];
				}
				return current != null;
			}
			jobStatus(id) {
				var ref;
				return (ref = this.status[this._jobs[id]]) != null ? ref : null;
			}
			statusJobs(status) {
				var k, pos, ref, results, v;
				if (status != null) {
					pos = this.status.indexOf(status);
					if (pos < 0) throw new BottleneckError$3(`status must be one of ${this.status.join(", ")}`);
					ref = this._jobs;
					results = [];
					for (k in ref) {
						v = ref[k];
						if (v === pos) results.push(k);
					}
					return results;
				} else return Object.keys(this._jobs);
			}
			statusCounts() {
				return this.counts.reduce(((acc, v, i) => {
					acc[this.status[i]] = v;
					return acc;
				}), {});
			}
		};
		var DLList$2 = DLList_1;
		var Sync_1 = class Sync {
			constructor(name, Promise) {
				this.schedule = this.schedule.bind(this);
				this.name = name;
				this.Promise = Promise;
				this._running = 0;
				this._queue = new DLList$2();
			}
			isEmpty() {
				return this._queue.length === 0;
			}
			async _tryToRun() {
				var args, cb, error, reject, resolve, returned, task;
				if (this._running < 1 && this._queue.length > 0) {
					this._running++;
					({task, args, resolve, reject} = this._queue.shift());
					cb = await (async function() {
						try {
							returned = await task(...args);
							return function() {
								return resolve(returned);
							};
						} catch (error1) {
							error = error1;
							return function() {
								return reject(error);
							};
						}
					})();
					this._running--;
					this._tryToRun();
					return cb();
				}
			}
			schedule(task, ...args) {
				var promise, reject, resolve = reject = null;
				promise = new this.Promise(function(_resolve, _reject) {
					resolve = _resolve;
					return reject = _reject;
				});
				this._queue.push({
					task,
					args,
					resolve,
					reject
				});
				this._tryToRun();
				return promise;
			}
		};
		var version = "2.19.5";
		var version$2 = /*#__PURE__*/ Object.freeze({
			version,
			default: { version }
		});
		var require$$2 = () => console.log("You must import the full version of Bottleneck in order to use this feature.");
		var require$$3 = () => console.log("You must import the full version of Bottleneck in order to use this feature.");
		var require$$4 = () => console.log("You must import the full version of Bottleneck in order to use this feature.");
		var Events$2, Group, IORedisConnection$1, RedisConnection$1, Scripts$1, parser$3 = parser;
		Events$2 = Events_1;
		RedisConnection$1 = require$$2;
		IORedisConnection$1 = require$$3;
		Scripts$1 = require$$4;
		Group = (function() {
			class Group {
				constructor(limiterOptions = {}) {
					this.deleteKey = this.deleteKey.bind(this);
					this.limiterOptions = limiterOptions;
					parser$3.load(this.limiterOptions, this.defaults, this);
					this.Events = new Events$2(this);
					this.instances = {};
					this.Bottleneck = Bottleneck_1;
					this._startAutoCleanup();
					this.sharedConnection = this.connection != null;
					if (this.connection == null) {
						if (this.limiterOptions.datastore === "redis") this.connection = new RedisConnection$1(Object.assign({}, this.limiterOptions, { Events: this.Events }));
						else if (this.limiterOptions.datastore === "ioredis") this.connection = new IORedisConnection$1(Object.assign({}, this.limiterOptions, { Events: this.Events }));
					}
				}
				key(key = "") {
					var ref;
					return (ref = this.instances[key]) != null ? ref : (() => {
						var limiter = this.instances[key] = new this.Bottleneck(Object.assign(this.limiterOptions, {
							id: `${this.id}-${key}`,
							timeout: this.timeout,
							connection: this.connection
						}));
						this.Events.trigger("created", limiter, key);
						return limiter;
					})();
				}
				async deleteKey(key = "") {
					var deleted, instance = this.instances[key];
					if (this.connection) deleted = await this.connection.__runCommand__(["del", ...Scripts$1.allKeys(`${this.id}-${key}`)]);
					if (instance != null) {
						delete this.instances[key];
						await instance.disconnect();
					}
					return instance != null || deleted > 0;
				}
				limiters() {
					var k, ref = this.instances, results = [], v;
					for (k in ref) {
						v = ref[k];
						results.push({
							key: k,
							limiter: v
						});
					}
					return results;
				}
				keys() {
					return Object.keys(this.instances);
				}
				async clusterKeys() {
					var cursor, end, found, i, k, keys, len, next, start;
					if (this.connection == null) return this.Promise.resolve(this.keys());
					keys = [];
					cursor = null;
					start = `b_${this.id}-`.length;
					end = 9;
					while (cursor !== 0) {
						[next, found] = await this.connection.__runCommand__([
							"scan",
							cursor != null ? cursor : 0,
							"match",
							`b_${this.id}-*_settings`,
							"count",
							1e4
						]);
						cursor = ~~next;
						for (i = 0, len = found.length; i < len; i++) {
							k = found[i];
							keys.push(k.slice(start, -end));
						}
					}
					return keys;
				}
				_startAutoCleanup() {
					var base;
					clearInterval(this.interval);
					return typeof (base = this.interval = setInterval(async () => {
						var e, k, ref, results, time = Date.now(), v;
						ref = this.instances;
						results = [];
						for (k in ref) {
							v = ref[k];
							try {
								if (await v._store.__groupCheck__(time)) results.push(this.deleteKey(k));
								else results.push(void 0);
							} catch (error) {
								e = error;
								results.push(v.Events.trigger("error", e));
							}
						}
						return results;
					}, this.timeout / 2)).unref === "function" ? base.unref() : void 0;
				}
				updateSettings(options = {}) {
					parser$3.overwrite(options, this.defaults, this);
					parser$3.overwrite(options, options, this.limiterOptions);
					if (options.timeout != null) return this._startAutoCleanup();
				}
				disconnect(flush = true) {
					var ref;
					if (!this.sharedConnection) return (ref = this.connection) != null ? ref.disconnect(flush) : void 0;
				}
			}
			Group.prototype.defaults = {
				timeout: 3e5,
				connection: null,
				Promise,
				id: "group-key"
			};
			return Group;
		}).call(commonjsGlobal);
		var Group_1 = Group;
		var Batcher, Events$3, parser$4 = parser;
		Events$3 = Events_1;
		Batcher = (function() {
			class Batcher {
				constructor(options = {}) {
					this.options = options;
					parser$4.load(this.options, this.defaults, this);
					this.Events = new Events$3(this);
					this._arr = [];
					this._resetPromise();
					this._lastFlush = Date.now();
				}
				_resetPromise() {
					return this._promise = new this.Promise((res, rej) => {
						return this._resolve = res;
					});
				}
				_flush() {
					clearTimeout(this._timeout);
					this._lastFlush = Date.now();
					this._resolve();
					this.Events.trigger("batch", this._arr);
					this._arr = [];
					return this._resetPromise();
				}
				add(data) {
					var ret;
					this._arr.push(data);
					ret = this._promise;
					if (this._arr.length === this.maxSize) this._flush();
					else if (this.maxTime != null && this._arr.length === 1) this._timeout = setTimeout(() => {
						return this._flush();
					}, this.maxTime);
					return ret;
				}
			}
			Batcher.prototype.defaults = {
				maxTime: null,
				maxSize: null,
				Promise
			};
			return Batcher;
		}).call(commonjsGlobal);
		var Batcher_1 = Batcher;
		var require$$4$1 = () => console.log("You must import the full version of Bottleneck in order to use this feature.");
		var require$$8 = getCjsExportFromNamespace(version$2);
		var Bottleneck, DEFAULT_PRIORITY$1, Events$4, Job$1, LocalDatastore$1, NUM_PRIORITIES$1, Queues$1, RedisDatastore$1, States$1, Sync$1, parser$5, splice = [].splice;
		NUM_PRIORITIES$1 = 10;
		DEFAULT_PRIORITY$1 = 5;
		parser$5 = parser;
		Queues$1 = Queues_1;
		Job$1 = Job_1;
		LocalDatastore$1 = LocalDatastore_1;
		RedisDatastore$1 = require$$4$1;
		Events$4 = Events_1;
		States$1 = States_1;
		Sync$1 = Sync_1;
		Bottleneck = (function() {
			class Bottleneck {
				constructor(options = {}, ...invalid) {
					var storeInstanceOptions, storeOptions;
					this._addToQueue = this._addToQueue.bind(this);
					this._validateOptions(options, invalid);
					parser$5.load(options, this.instanceDefaults, this);
					this._queues = new Queues$1(NUM_PRIORITIES$1);
					this._scheduled = {};
					this._states = new States$1([
						"RECEIVED",
						"QUEUED",
						"RUNNING",
						"EXECUTING"
					].concat(this.trackDoneStatus ? ["DONE"] : []));
					this._limiter = null;
					this.Events = new Events$4(this);
					this._submitLock = new Sync$1("submit", this.Promise);
					this._registerLock = new Sync$1("register", this.Promise);
					storeOptions = parser$5.load(options, this.storeDefaults, {});
					this._store = (function() {
						if (this.datastore === "redis" || this.datastore === "ioredis" || this.connection != null) {
							storeInstanceOptions = parser$5.load(options, this.redisStoreDefaults, {});
							return new RedisDatastore$1(this, storeOptions, storeInstanceOptions);
						} else if (this.datastore === "local") {
							storeInstanceOptions = parser$5.load(options, this.localStoreDefaults, {});
							return new LocalDatastore$1(this, storeOptions, storeInstanceOptions);
						} else throw new Bottleneck.prototype.BottleneckError(`Invalid datastore type: ${this.datastore}`);
					}).call(this);
					this._queues.on("leftzero", () => {
						var ref;
						return (ref = this._store.heartbeat) != null ? typeof ref.ref === "function" ? ref.ref() : void 0 : void 0;
					});
					this._queues.on("zero", () => {
						var ref;
						return (ref = this._store.heartbeat) != null ? typeof ref.unref === "function" ? ref.unref() : void 0 : void 0;
					});
				}
				_validateOptions(options, invalid) {
					if (!(options != null && typeof options === "object" && invalid.length === 0)) throw new Bottleneck.prototype.BottleneckError("Bottleneck v2 takes a single object argument. Refer to https://github.com/SGrondin/bottleneck#upgrading-to-v2 if you're upgrading from Bottleneck v1.");
				}
				ready() {
					return this._store.ready;
				}
				clients() {
					return this._store.clients;
				}
				channel() {
					return `b_${this.id}`;
				}
				channel_client() {
					return `b_${this.id}_${this._store.clientId}`;
				}
				publish(message) {
					return this._store.__publish__(message);
				}
				disconnect(flush = true) {
					return this._store.__disconnect__(flush);
				}
				chain(_limiter) {
					this._limiter = _limiter;
					return this;
				}
				queued(priority) {
					return this._queues.queued(priority);
				}
				clusterQueued() {
					return this._store.__queued__();
				}
				empty() {
					return this.queued() === 0 && this._submitLock.isEmpty();
				}
				running() {
					return this._store.__running__();
				}
				done() {
					return this._store.__done__();
				}
				jobStatus(id) {
					return this._states.jobStatus(id);
				}
				jobs(status) {
					return this._states.statusJobs(status);
				}
				counts() {
					return this._states.statusCounts();
				}
				_randomIndex() {
					return Math.random().toString(36).slice(2);
				}
				check(weight = 1) {
					return this._store.__check__(weight);
				}
				_clearGlobalState(index) {
					if (this._scheduled[index] != null) {
						clearTimeout(this._scheduled[index].expiration);
						delete this._scheduled[index];
						return true;
					} else return false;
				}
				async _free(index, job, options, eventInfo) {
					var e, running;
					try {
						({running} = await this._store.__free__(index, options.weight));
						this.Events.trigger("debug", `Freed ${options.id}`, eventInfo);
						if (running === 0 && this.empty()) return this.Events.trigger("idle");
					} catch (error1) {
						e = error1;
						return this.Events.trigger("error", e);
					}
				}
				_run(index, job, wait) {
					var clearGlobalState, free, run;
					job.doRun();
					clearGlobalState = this._clearGlobalState.bind(this, index);
					run = this._run.bind(this, index, job);
					free = this._free.bind(this, index, job);
					return this._scheduled[index] = {
						timeout: setTimeout(() => {
							return job.doExecute(this._limiter, clearGlobalState, run, free);
						}, wait),
						expiration: job.options.expiration != null ? setTimeout(function() {
							return job.doExpire(clearGlobalState, run, free);
						}, wait + job.options.expiration) : void 0,
						job
					};
				}
				_drainOne(capacity) {
					return this._registerLock.schedule(() => {
						var args, index, next, options, queue;
						if (this.queued() === 0) return this.Promise.resolve(null);
						queue = this._queues.getFirst();
						({options, args} = next = queue.first());
						if (capacity != null && options.weight > capacity) return this.Promise.resolve(null);
						this.Events.trigger("debug", `Draining ${options.id}`, {
							args,
							options
						});
						index = this._randomIndex();
						return this._store.__register__(index, options.weight, options.expiration).then(({ success, wait, reservoir }) => {
							var empty;
							this.Events.trigger("debug", `Drained ${options.id}`, {
								success,
								args,
								options
							});
							if (success) {
								queue.shift();
								empty = this.empty();
								if (empty) this.Events.trigger("empty");
								if (reservoir === 0) this.Events.trigger("depleted", empty);
								this._run(index, next, wait);
								return this.Promise.resolve(options.weight);
							} else return this.Promise.resolve(null);
						});
					});
				}
				_drainAll(capacity, total = 0) {
					return this._drainOne(capacity).then((drained) => {
						var newCapacity;
						if (drained != null) {
							newCapacity = capacity != null ? capacity - drained : capacity;
							return this._drainAll(newCapacity, total + drained);
						} else return this.Promise.resolve(total);
					}).catch((e) => {
						return this.Events.trigger("error", e);
					});
				}
				_dropAllQueued(message) {
					return this._queues.shiftAll(function(job) {
						return job.doDrop({ message });
					});
				}
				stop(options = {}) {
					var done, waitForExecuting;
					options = parser$5.load(options, this.stopDefaults);
					waitForExecuting = (at) => {
						var finished = () => {
							var counts = this._states.counts;
							return counts[0] + counts[1] + counts[2] + counts[3] === at;
						};
						return new this.Promise((resolve, reject) => {
							if (finished()) return resolve();
							else return this.on("done", () => {
								if (finished()) {
									this.removeAllListeners("done");
									return resolve();
								}
							});
						});
					};
					done = options.dropWaitingJobs ? (this._run = function(index, next) {
						return next.doDrop({ message: options.dropErrorMessage });
					}, this._drainOne = () => {
						return this.Promise.resolve(null);
					}, this._registerLock.schedule(() => {
						return this._submitLock.schedule(() => {
							var k, ref = this._scheduled, v;
							for (k in ref) {
								v = ref[k];
								if (this.jobStatus(v.job.options.id) === "RUNNING") {
									clearTimeout(v.timeout);
									clearTimeout(v.expiration);
									v.job.doDrop({ message: options.dropErrorMessage });
								}
							}
							this._dropAllQueued(options.dropErrorMessage);
							return waitForExecuting(0);
						});
					})) : this.schedule({
						priority: NUM_PRIORITIES$1 - 1,
						weight: 0
					}, () => {
						return waitForExecuting(1);
					});
					this._receive = function(job) {
						return job._reject(new Bottleneck.prototype.BottleneckError(options.enqueueErrorMessage));
					};
					this.stop = () => {
						return this.Promise.reject(new Bottleneck.prototype.BottleneckError("stop() has already been called"));
					};
					return done;
				}
				async _addToQueue(job) {
					var args, blocked, error, options, reachedHWM, shifted, strategy;
					({args, options} = job);
					try {
						({reachedHWM, blocked, strategy} = await this._store.__submit__(this.queued(), options.weight));
					} catch (error1) {
						error = error1;
						this.Events.trigger("debug", `Could not queue ${options.id}`, {
							args,
							options,
							error
						});
						job.doDrop({ error });
						return false;
					}
					if (blocked) {
						job.doDrop();
						return true;
					} else if (reachedHWM) {
						shifted = strategy === Bottleneck.prototype.strategy.LEAK ? this._queues.shiftLastFrom(options.priority) : strategy === Bottleneck.prototype.strategy.OVERFLOW_PRIORITY ? this._queues.shiftLastFrom(options.priority + 1) : strategy === Bottleneck.prototype.strategy.OVERFLOW ? job : void 0;
						if (shifted != null) shifted.doDrop();
						if (shifted == null || strategy === Bottleneck.prototype.strategy.OVERFLOW) {
							if (shifted == null) job.doDrop();
							return reachedHWM;
						}
					}
					job.doQueue(reachedHWM, blocked);
					this._queues.push(job);
					await this._drainAll();
					return reachedHWM;
				}
				_receive(job) {
					if (this._states.jobStatus(job.options.id) != null) {
						job._reject(new Bottleneck.prototype.BottleneckError(`A job with the same id already exists (id=${job.options.id})`));
						return false;
					} else {
						job.doReceive();
						return this._submitLock.schedule(this._addToQueue, job);
					}
				}
				submit(...args) {
					var cb, fn, job, options, ref, ref1, task;
					if (typeof args[0] === "function") {
						ref = args, [fn, ...args] = ref, [cb] = splice.call(args, -1);
						options = parser$5.load({}, this.jobDefaults);
					} else {
						ref1 = args, [options, fn, ...args] = ref1, [cb] = splice.call(args, -1);
						options = parser$5.load(options, this.jobDefaults);
					}
					task = (...args) => {
						return new this.Promise(function(resolve, reject) {
							return fn(...args, function(...args) {
								return (args[0] != null ? reject : resolve)(args);
							});
						});
					};
					job = new Job$1(task, args, options, this.jobDefaults, this.rejectOnDrop, this.Events, this._states, this.Promise);
					job.promise.then(function(args) {
						return typeof cb === "function" ? cb(...args) : void 0;
					}).catch(function(args) {
						if (Array.isArray(args)) return typeof cb === "function" ? cb(...args) : void 0;
						else return typeof cb === "function" ? cb(args) : void 0;
					});
					return this._receive(job);
				}
				schedule(...args) {
					var job, options, task;
					if (typeof args[0] === "function") {
						[task, ...args] = args;
						options = {};
					} else [options, task, ...args] = args;
					job = new Job$1(task, args, options, this.jobDefaults, this.rejectOnDrop, this.Events, this._states, this.Promise);
					this._receive(job);
					return job.promise;
				}
				wrap(fn) {
					var schedule = this.schedule.bind(this), wrapped = function(...args) {
						return schedule(fn.bind(this), ...args);
					};
					wrapped.withOptions = function(options, ...args) {
						return schedule(options, fn, ...args);
					};
					return wrapped;
				}
				async updateSettings(options = {}) {
					await this._store.__updateSettings__(parser$5.overwrite(options, this.storeDefaults));
					parser$5.overwrite(options, this.instanceDefaults, this);
					return this;
				}
				currentReservoir() {
					return this._store.__currentReservoir__();
				}
				incrementReservoir(incr = 0) {
					return this._store.__incrementReservoir__(incr);
				}
			}
			Bottleneck.default = Bottleneck;
			Bottleneck.Events = Events$4;
			Bottleneck.version = Bottleneck.prototype.version = require$$8.version;
			Bottleneck.strategy = Bottleneck.prototype.strategy = {
				LEAK: 1,
				OVERFLOW: 2,
				OVERFLOW_PRIORITY: 4,
				BLOCK: 3
			};
			Bottleneck.BottleneckError = Bottleneck.prototype.BottleneckError = BottleneckError_1;
			Bottleneck.Group = Bottleneck.prototype.Group = Group_1;
			Bottleneck.RedisConnection = Bottleneck.prototype.RedisConnection = require$$2;
			Bottleneck.IORedisConnection = Bottleneck.prototype.IORedisConnection = require$$3;
			Bottleneck.Batcher = Bottleneck.prototype.Batcher = Batcher_1;
			Bottleneck.prototype.jobDefaults = {
				priority: DEFAULT_PRIORITY$1,
				weight: 1,
				expiration: null,
				id: "<no-id>"
			};
			Bottleneck.prototype.storeDefaults = {
				maxConcurrent: null,
				minTime: 0,
				highWater: null,
				strategy: Bottleneck.prototype.strategy.LEAK,
				penalty: null,
				reservoir: null,
				reservoirRefreshInterval: null,
				reservoirRefreshAmount: null,
				reservoirIncreaseInterval: null,
				reservoirIncreaseAmount: null,
				reservoirIncreaseMaximum: null
			};
			Bottleneck.prototype.localStoreDefaults = {
				Promise,
				timeout: null,
				heartbeatInterval: 250
			};
			Bottleneck.prototype.redisStoreDefaults = {
				Promise,
				timeout: null,
				heartbeatInterval: 5e3,
				clientTimeout: 1e4,
				Redis: null,
				clientOptions: {},
				clusterNodes: null,
				clearDatastore: false,
				connection: null
			};
			Bottleneck.prototype.instanceDefaults = {
				datastore: "local",
				connection: null,
				id: "<no-id>",
				rejectOnDrop: true,
				trackDoneStatus: false,
				Promise
			};
			Bottleneck.prototype.stopDefaults = {
				enqueueErrorMessage: "This limiter has been stopped and cannot accept new jobs.",
				dropWaitingJobs: true,
				dropErrorMessage: "This limiter has been stopped."
			};
			return Bottleneck;
		}).call(commonjsGlobal);
		var Bottleneck_1 = Bottleneck;
		return Bottleneck_1;
	}));
})))(), 1);
var VERSION$3 = "0.0.0-development";
function isRequestError(error) {
	return error.request !== void 0;
}
async function errorRequest(state, octokit, error, options) {
	if (!isRequestError(error) || !error?.request.request) throw error;
	if (error.status >= 400 && !state.doNotRetry.includes(error.status)) {
		const retries = options.request.retries != null ? options.request.retries : state.retries;
		const retryAfter = Math.pow((options.request.retryCount || 0) + 1, 2);
		throw octokit.retry.retryRequest(error, retries, retryAfter);
	}
	throw error;
}
async function wrapRequest$1(state, octokit, request, options) {
	const limiter = new import_light.default();
	limiter.on("failed", function(error, info) {
		const maxRetries = ~~error.request.request?.retries;
		const after = ~~error.request.request?.retryAfter;
		options.request.retryCount = info.retryCount + 1;
		if (maxRetries > info.retryCount) return after * state.retryAfterBaseValue;
	});
	return limiter.schedule(requestWithGraphqlErrorHandling.bind(null, state, octokit, request), options);
}
async function requestWithGraphqlErrorHandling(state, octokit, request, options) {
	const response = await request(options);
	if (response.data && response.data.errors && response.data.errors.length > 0 && /Something went wrong while executing your query/.test(response.data.errors[0].message)) return errorRequest(state, octokit, new RequestError(response.data.errors[0].message, 500, {
		request: options,
		response
	}), options);
	return response;
}
function retry(octokit, octokitOptions) {
	const state = Object.assign({
		enabled: true,
		retryAfterBaseValue: 1e3,
		doNotRetry: [
			400,
			401,
			403,
			404,
			410,
			422,
			451
		],
		retries: 3
	}, octokitOptions.retry);
	const retryPlugin = { retry: { retryRequest: (error, retries, retryAfter) => {
		error.request.request = Object.assign({}, error.request.request, {
			retries,
			retryAfter
		});
		return error;
	} } };
	if (state.enabled) {
		octokit.hook.error("request", errorRequest.bind(null, state, retryPlugin));
		octokit.hook.wrap("request", wrapRequest$1.bind(null, state, retryPlugin));
	}
	return retryPlugin;
}
retry.VERSION = VERSION$3;
// node_modules/.pnpm/@octokit+plugin-throttling@11.0.5_@octokit+core@7.0.8/node_modules/@octokit/plugin-throttling/dist-bundle/index.js
var VERSION$2 = "0.0.0-development";
var noop = () => Promise.resolve();
function wrapRequest(state, request, options) {
	return state.retryLimiter.schedule(doRequest, state, request, options);
}
async function doRequest(state, request, options) {
	const { pathname } = new URL(options.url, "http://github.test");
	const isAuth = isAuthRequest(options.method, pathname);
	const isWrite = !isAuth && options.method !== "GET" && options.method !== "HEAD";
	const isSearch = options.method === "GET" && pathname.startsWith("/search/");
	const isGraphQL = pathname.startsWith("/graphql");
	const jobOptions = ~~request.retryCount > 0 ? {
		priority: 0,
		weight: 0
	} : {};
	if (state.clustering) jobOptions.expiration = 6e4;
	if (isWrite || isGraphQL) await state.write.key(state.id).schedule(jobOptions, noop);
	if (isWrite && state.triggersNotification(pathname)) await state.notifications.key(state.id).schedule(jobOptions, noop);
	if (isSearch) await state.search.key(state.id).schedule(jobOptions, noop);
	const req = (isAuth ? state.auth : state.global).key(state.id).schedule(jobOptions, request, options);
	if (isGraphQL) {
		const res = await req;
		if (res.data.errors != null && res.data.errors.some((error) => error.type === "RATE_LIMITED")) throw Object.assign(/* @__PURE__ */ new Error("GraphQL Rate Limit Exceeded"), {
			response: res,
			data: res.data
		});
	}
	return req;
}
function isAuthRequest(method, pathname) {
	return method === "PATCH" && /^\/applications\/[^/]+\/token\/scoped$/.test(pathname) || method === "POST" && (/^\/applications\/[^/]+\/token$/.test(pathname) || /^\/app\/installations\/[^/]+\/access_tokens$/.test(pathname) || pathname === "/login/oauth/access_token");
}
var triggers_notification_paths_default = [
	"/orgs/{org}/invitations",
	"/orgs/{org}/invitations/{invitation_id}",
	"/orgs/{org}/teams/{team_slug}/discussions",
	"/orgs/{org}/teams/{team_slug}/discussions/{discussion_number}/comments",
	"/repos/{owner}/{repo}/collaborators/{username}",
	"/repos/{owner}/{repo}/commits/{commit_sha}/comments",
	"/repos/{owner}/{repo}/issues",
	"/repos/{owner}/{repo}/issues/{issue_number}/comments",
	"/repos/{owner}/{repo}/issues/{issue_number}/sub_issue",
	"/repos/{owner}/{repo}/issues/{issue_number}/sub_issues/priority",
	"/repos/{owner}/{repo}/pulls",
	"/repos/{owner}/{repo}/pulls/{pull_number}/comments",
	"/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies",
	"/repos/{owner}/{repo}/pulls/{pull_number}/merge",
	"/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
	"/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
	"/repos/{owner}/{repo}/releases",
	"/teams/{team_id}/discussions",
	"/teams/{team_id}/discussions/{discussion_number}/comments"
];
function routeMatcher(paths) {
	const regex2 = `^(?:${paths.map((path) => path.split("/").map((c) => c.startsWith("{") ? "(?:.+?)" : c).join("/")).map((r) => `(?:${r})`).join("|")})[^/]*$`;
	return new RegExp(regex2, "i");
}
var regex = routeMatcher(triggers_notification_paths_default);
var triggersNotification = regex.test.bind(regex);
var groups = {};
var createGroups = function(Bottleneck, common) {
	groups.global = new Bottleneck.Group({
		id: "octokit-global",
		maxConcurrent: 10,
		...common
	});
	groups.auth = new Bottleneck.Group({
		id: "octokit-auth",
		maxConcurrent: 1,
		...common
	});
	groups.search = new Bottleneck.Group({
		id: "octokit-search",
		maxConcurrent: 1,
		minTime: 2e3,
		...common
	});
	groups.write = new Bottleneck.Group({
		id: "octokit-write",
		maxConcurrent: 1,
		minTime: 1e3,
		...common
	});
	groups.notifications = new Bottleneck.Group({
		id: "octokit-notifications",
		maxConcurrent: 1,
		minTime: 3e3,
		...common
	});
};
function throttling(octokit, octokitOptions) {
	const { enabled = true, Bottleneck = import_light.default, id = "no-id", timeout = 12e4, connection } = octokitOptions.throttle || {};
	if (!enabled) return {};
	const common = { timeout };
	if (typeof connection !== "undefined") common.connection = connection;
	const state = Object.assign({
		clustering: connection != null,
		triggersNotification,
		fallbackSecondaryRateRetryAfter: 60,
		retryAfterBaseValue: 1e3,
		id
	}, octokitOptions.throttle);
	if (typeof state.onSecondaryRateLimit !== "function" || typeof state.onRateLimit !== "function") throw new Error(`octokit/plugin-throttling error:
        You must pass the onSecondaryRateLimit and onRateLimit error handlers.
        See https://octokit.github.io/rest.js/#throttling

        const octokit = new Octokit({
          throttle: {
            onSecondaryRateLimit: (retryAfter, options) => {/* ... */},
            onRateLimit: (retryAfter, options) => {/* ... */}
          }
        })
    `);
	let initialized = false;
	const initializeBottleneck = () => {
		if (initialized) return;
		initialized = true;
		if (groups.global == null) createGroups(Bottleneck, common);
		state.global = state.global ?? groups.global;
		state.auth = state.auth ?? groups.auth;
		state.search = state.search ?? groups.search;
		state.write = state.write ?? groups.write;
		state.notifications = state.notifications ?? groups.notifications;
		state.retryLimiter = state.retryLimiter ?? new Bottleneck();
		const events = {};
		const emitter = new Bottleneck.Events(events);
		events.on("secondary-limit", state.onSecondaryRateLimit);
		events.on("rate-limit", state.onRateLimit);
		events.on("error", (e) => octokit.log.warn("Error in throttling-plugin limit handler", e));
		state.retryLimiter.on("failed", async function(error, info) {
			const [state2, request, options] = info.args;
			const { pathname } = new URL(options.url, "http://github.test");
			if (!(pathname.startsWith("/graphql") && error.status !== 401 || error.status === 403 || error.status === 429)) return;
			const retryCount = ~~request.retryCount;
			request.retryCount = retryCount;
			options.request.retryCount = retryCount;
			const { wantRetry, retryAfter = 0 } = await (async function() {
				if (/\bsecondary rate\b/i.test(error.message)) {
					const retryAfter2 = Number(error.response.headers["retry-after"]) || state2.fallbackSecondaryRateRetryAfter;
					return {
						wantRetry: await emitter.trigger("secondary-limit", retryAfter2, options, octokit, retryCount),
						retryAfter: retryAfter2
					};
				}
				if (error.response.headers != null && error.response.headers["x-ratelimit-remaining"] === "0" || (error.response.data?.errors ?? []).some((error2) => error2.type === "RATE_LIMITED")) {
					const rateLimitReset = (/* @__PURE__ */ new Date(~~error.response.headers["x-ratelimit-reset"] * 1e3)).getTime();
					const retryAfter2 = Math.max(Math.ceil((rateLimitReset - Date.now()) / 1e3) + 1, 0);
					return {
						wantRetry: await emitter.trigger("rate-limit", retryAfter2, options, octokit, retryCount),
						retryAfter: retryAfter2
					};
				}
				return {};
			})();
			if (wantRetry) {
				request.retryCount++;
				return retryAfter * state2.retryAfterBaseValue;
			}
		});
	};
	octokit.hook.wrap("request", (request, options) => {
		initializeBottleneck();
		return wrapRequest(state, request, options);
	});
	return {};
}
throttling.VERSION = VERSION$2;
throttling.triggersNotification = triggersNotification;
// node_modules/.pnpm/@octokit+plugin-request-log@6.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-request-log/dist-src/version.js
const VERSION$1 = "6.0.0";
// node_modules/.pnpm/@octokit+plugin-request-log@6.0.0_@octokit+core@7.0.8/node_modules/@octokit/plugin-request-log/dist-src/index.js
function requestLog(octokit) {
	octokit.hook.wrap("request", (request, options) => {
		octokit.log.debug("request", options);
		const start = Date.now();
		const requestOptions = octokit.request.endpoint.parse(options);
		const path = requestOptions.url.replace(options.baseUrl, "");
		return request(options).then((response) => {
			const requestId = response.headers["x-github-request-id"];
			octokit.log.info(`${requestOptions.method} ${path} - ${response.status} with id ${requestId} in ${Date.now() - start}ms`);
			return response;
		}).catch((error) => {
			const requestId = error.response?.headers["x-github-request-id"] || "UNKNOWN";
			octokit.log.error(`${requestOptions.method} ${path} - ${error.status} with id ${requestId} in ${Date.now() - start}ms`);
			throw error;
		});
	});
}
requestLog.VERSION = VERSION$1;
// node_modules/.pnpm/@octokit+rest@22.0.1/node_modules/@octokit/rest/dist-src/index.js
const Octokit = Octokit$1.plugin(requestLog, legacyRestEndpointMethods, paginateRest).defaults({ userAgent: `octokit-rest.js/22.0.1` });
// packages/github-client/src/answer-cache.ts
const storedSchema = object({
	url: string(),
	body: string(),
	/** Whether another page follows, which GitHub does not repeat for an unchanged page. */
	hasNext: boolean()
});
/**
* A `fetch` that keeps GitHub's JSON answers in a folder and requests only what has changed: for an unchanged
* answer GitHub responds 304, which does not count against the rate limit. The folder may be removed at any
* time.
*
* Nothing in the folder is trusted: it may be restored from a cache that others can write to. The body of a
* stored answer is used only if GitHub confirms it, as `entityTag` explains. The one thing that is not
* confirmed, `hasNext`, can at most cost a request for an empty page or hide pages after one that is not
* full.
*/
function cachingFetch(folder, fetch) {
	const kept = keptAnswers(folder, storedSchema);
	return async (input, init) => {
		const headers = new Headers(init?.headers);
		const url = input instanceof Request ? input.url : input.toString();
		if (!((init?.method ?? "GET") === "GET" && /json/.test(headers.get("accept") ?? ""))) return fetch(input, init);
		const key = headers.get("accept") ?? "";
		const stored = await kept.read(url, key);
		const conditional = new Headers(headers);
		if (stored) conditional.set("if-none-match", `W/${entityTag(headers, stored.body)}`);
		const response = await fetch(input, {
			...init,
			headers: conditional
		});
		if (response.status === 304 && stored) return answerOf(stored, response);
		if (response.status !== 200) return response;
		const body = await response.text();
		if (response.headers.get("etag")?.replace(/^W\//, "") === entityTag(headers, body)) {
			const hasNext = /\brel="next"/.test(response.headers.get("link") ?? "");
			await kept.write({
				url,
				body,
				hasNext
			}, key);
		}
		return withUrl(new Response(body, response), response.url);
	};
}
/**
* The ETag that GitHub gives an answer: a SHA-256 over the request's Accept and Authorization and the body
* (measured in https://github.com/bored-engineer/github-conditional-http-transport). It is computed and not
* stored, for two reasons. Every job has a new token, so the ETag that the last job received is useless. And
* because it covers the body, GitHub responds 304 only to the body that it would send: a stored answer that
* somebody changed is requested again. Answers of a server with other ETags are not kept.
*/
function entityTag(headers, body) {
	const hash = createHash("sha256");
	for (const name of ["accept", "authorization"]) if (headers.has(name)) hash.update(`${headers.get(name)}:`);
	return `"${hash.update(body).digest("hex")}"`;
}
/** A stored answer, with the current headers, such as those of the rate limit. */
function answerOf({ body, hasNext }, response) {
	const headers = new Headers(response.headers);
	headers.set("content-type", "application/json; charset=utf-8");
	if (hasNext) headers.set("link", "<>; rel=\"next\"");
	return withUrl(new Response(body, {
		status: 200,
		headers
	}), response.url);
}
/** Gives a response its address, which one that a program creates does not have. */
function withUrl(response, url) {
	return Object.defineProperty(response, "url", { value: url });
}
// packages/github-client/src/octokit.ts
/** Before the retry plugin: ends a request for a reason that `fetch` found and no other attempt changes. */
function failAtOnce(octokit) {
	octokit.hook.error("request", (error) => {
		throw isKilnError(error.cause) ? error.cause : error;
	});
}
const KilnOctokit = Octokit.plugin(failAtOnce, waitForRateLimits, retry, throttling);
/**
* Octokit with the plugins that implement GitHub's "Best practices for using the REST API": writes start a
* second apart, and those that send notifications three; failed requests are repeated, except a POST, which
* GitHub may have fulfilled.
*/
function openOctokit({ apiUrl, token, cacheFolder, waitScale = 1, say, onRemaining }) {
	const fetch = guardedFetch(apiUrl);
	const octokit = new KilnOctokit({
		baseUrl: apiUrl,
		userAgent: "sysext-kiln",
		log: {
			debug: ignore,
			info: ignore,
			warn: ignore,
			error: ignore
		},
		...token !== void 0 && { auth: token },
		request: { fetch: cacheFolder === void 0 ? fetch : cachingFetch(cacheFolder, fetch) },
		retry: {
			retryAfterBaseValue: 1e3 * waitScale,
			doNotRetry: [
				400,
				401,
				403,
				404,
				409,
				410,
				422,
				429,
				451
			]
		},
		rateLimits: {
			waitScale,
			say,
			onRemaining
		},
		throttle: {
			id: apiUrl,
			onRateLimit: leaveToUs,
			onSecondaryRateLimit: leaveToUs,
			...waitScale < 1 && {
				write: withoutTurns,
				notifications: withoutTurns
			}
		}
	});
	octokit.hook.before("request", (options) => {
		options.request = {
			...options.request,
			...options.method === "POST" && { retries: 0 }
		};
	});
	return octokit;
}
function ignore() {}
/** The plugin does not know every kind of limit, and lets other requests continue. */
const leaveToUs = () => false;
/** Replaces the plugin's queues of writes where waits are scaled down: every request starts immediately. */
const withoutTurns = { key: () => ({ schedule: (_, start) => start() }) };
// packages/github-client/src/upload.ts
/**
* A `fetch` whose body is a file. Each attempt opens the file again, because a stream that has been read
* cannot be sent again.
*/
function uploadingFetch({ path, size, onBytes }, fetch) {
	return (input, init) => {
		let sent = 0;
		const meter = new Transform({ transform(chunk, _encoding, done) {
			sent += chunk.length;
			onBytes?.(sent);
			done(null, chunk);
		} });
		const file = createReadStream(path);
		file.on("error", (error) => meter.destroy(error));
		const headers = new Headers(init?.headers);
		headers.set("content-length", String(size));
		headers.set("content-type", "application/octet-stream");
		return fetch(input, {
			...init,
			headers,
			body: Readable.toWeb(file.pipe(meter)),
			duplex: "half"
		});
	};
}
// packages/github-client/src/client.ts
/** How often `once` tries. */
const mostAttempts = 4;
const pageSize = 100;
/** How many pages a list has at most: GitHub lists no more than 10,000 releases. */
const mostPages$1 = 100;
function openGitHubClient({ job, tokenVariable = "GITHUB_TOKEN", ...options }) {
	let remaining;
	const octokit = openOctokit({
		...options,
		onRemaining: (requests) => remaining = requests
	});
	const { apiUrl, token, waitScale = 1 } = options;
	/** Explains the errors of a request. @param send gets the request's name for messages */
	async function explained({ endpoint }, parameters, send) {
		const { owner, repo } = parameters;
		const { method, url } = endpoint(parameters);
		const request = `${method} ${new URL(url).pathname.replace(new URL(apiUrl).pathname, "/").replace("//", "/")}`;
		try {
			return await send(request);
		} catch (error) {
			const hasToken = token !== void 0;
			throw explain(error, {
				apiUrl,
				request,
				repository: `${owner}/${repo}`,
				job,
				hasToken,
				tokenVariable
			});
		}
	}
	const client = {
		apiUrl,
		rest: octokit.rest,
		call: (endpoint, parameters, answer) => explained(endpoint, parameters, async (request) => {
			const { data } = await endpoint(parameters);
			return parse(answer, data, request);
		}),
		async find(endpoint, parameters, answer) {
			try {
				return await client.call(endpoint, parameters, answer);
			} catch (error) {
				if (errorResponseOf(error)?.status === 404) return void 0;
				throw error;
			}
		},
		list: (endpoint, parameters, item) => explained(endpoint, parameters, async (request) => {
			const items = [];
			for (let page = 1; page <= mostPages$1; page += 1) {
				const { data, headers } = await endpoint({
					per_page: pageSize,
					...parameters,
					page
				});
				const found = parse(array(item), data, request);
				items.push(...found);
				if (found.length < pageSize && !/\brel="next"/.test(headers.link ?? "") || found.length === 0) return items;
			}
			throw new KilnError("document-invalid", {
				expected: `the answers to ${request} to end after ${mostPages$1} pages`,
				found: `${items.length} items and no end`,
				next: `check that ${apiUrl} is GitHub's API; if the problem persists, report it with this message`
			});
		}),
		stream: (endpoint, parameters, { largest, signal }) => explained(endpoint, parameters, async (request) => {
			const { data } = await endpoint({
				...parameters,
				headers: { accept: "application/octet-stream" },
				request: {
					parseSuccessResponseBody: false,
					...signal && { signal }
				}
			});
			const chunks = limited(parse(_instanceof(ReadableStream), data, request), largest, `the answer to ${request}`);
			return Readable.from(explainedBody(chunks, {
				apiUrl,
				request
			}), { objectMode: false });
		}),
		upload({ uploadUrl, path, size, onBytes, ...asset }, answer) {
			const fetch = uploadingFetch({
				path,
				size,
				onBytes
			}, guardedFetch(apiUrl));
			const parameters = {
				...asset,
				url: uploadUrl,
				data: "",
				request: { fetch }
			};
			return client.call(octokit.rest.repos.uploadReleaseAsset, parameters, answer);
		},
		async once(create, find) {
			for (let attempt = 1;; attempt += 1) try {
				return await create();
			} catch (error) {
				const seconds = requestedWait(errorResponseOf(error));
				const isLater = seconds !== void 0 && seconds * waitScale <= 600;
				if (!(isLater || isKilnError(error, "network-unreachable")) || attempt === mostAttempts) throw error;
				if (!isLater) await client.pause(attempt);
				const created = await find();
				if (created !== void 0) return created;
			}
		},
		remaining: () => remaining,
		pause: (attempt) => setTimeout$1(attempt ** 2 * 1e3 * waitScale)
	};
	return client;
}
function parse(schema, data, request) {
	const parsed = schema.safeParse(data);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new KilnError("document-invalid", {
		expected: `GitHub's answer to ${request} to match the documentation of its API`,
		found: `${issue?.path.join(".") || "the answer"}: ${issue?.message}`,
		next: "report it: GitHub may have changed its API",
		cause: parsed.error
	});
}
// packages/github-client/src/configured-client.ts
/** A client for the GitHub that releases are published to, from the settings, with a cache of answers. */
function configuredClient(say) {
	const { githubApiUrl, githubToken, githubJob, githubWaitScale } = settings();
	return openGitHubClient({
		apiUrl: githubApiUrl,
		token: githubToken,
		job: githubJob,
		waitScale: githubWaitScale,
		cacheFolder: cacheDirectory("github"),
		say
	});
}
/**
* A client for the GitHub that hosts upstreams. If that is the one that releases are published to, as on
* github.com, one token serves both. No other server receives that token, and each has its own rate limit.
*/
function upstreamClient(say) {
	const { githubApiUrl, upstreamApiUrl, upstreamToken } = settings();
	if (upstreamToken === void 0 && upstreamApiUrl === githubApiUrl) return configuredClient(say);
	return openGitHubClient({
		apiUrl: upstreamApiUrl,
		token: upstreamToken,
		tokenVariable: "KILN_UPSTREAM_TOKEN",
		cacheFolder: cacheDirectory("github"),
		say
	});
}
// packages/github-client/src/releases.ts
/** A file of a release, as GitHub describes it. */
const githubAssetSchema = object({
	id: int(),
	name: string(),
	/** `starter` is what an interrupted upload leaves. */
	state: string(),
	/** In bytes. */
	size: int().nonnegative(),
	/** `sha256:...`; null for assets older than this feature, and absent on servers without it. */
	digest: string().nullish(),
	browser_download_url: url({ protocol: /^https?$/ })
});
const githubReleaseSchema = object({
	id: int(),
	tag_name: string(),
	body: string().nullish(),
	draft: boolean(),
	prerelease: boolean(),
	immutable: boolean().optional(),
	created_at: string(),
	published_at: string().nullable(),
	upload_url: string(),
	assets: array(githubAssetSchema)
});
/** Every release of a repository, including drafts if the token may push. */
function listReleases(client, repository) {
	return client.list(client.rest.repos.listReleases, { ...repository }, githubReleaseSchema);
}
/** The published release of a tag; undefined if there is none. */
function findRelease$1(client, repository, tag) {
	return client.find(client.rest.repos.getReleaseByTag, {
		...repository,
		tag
	}, githubReleaseSchema);
}
/** The bytes of an asset, including those of drafts and private repositories, which have no public URL. */
function openAsset(client, repository, { id, size }, signal) {
	const parameters = {
		...repository,
		asset_id: id
	};
	return client.stream(client.rest.repos.getReleaseAsset, parameters, {
		largest: size,
		signal
	});
}
/** Lower-case hex; undefined if GitHub does not give it. */
function sha256Of({ digest }) {
	return /^sha256:(?<hex>[0-9a-f]{64})$/.exec(digest ?? "")?.groups?.["hex"];
}
// packages/github-client/src/repository-name.ts
/**
* Parses `OWNER/REPO` by GitHub's rules: letters, digits and dashes for an owner, and also dots and
* underscores for a repository.
* @throws KilnError `usage`
*/
function parseRepositoryName(text) {
	const groups = /^(?<owner>[A-Za-z\d](?:[A-Za-z\d-]{0,38}))\/(?<repo>(?!\.{1,2}$)[\w.-]{1,100})$/.exec(text)?.groups;
	if (groups) return {
		owner: groups["owner"] ?? "",
		repo: groups["repo"] ?? ""
	};
	throw new KilnError("usage", {
		expected: "a repository on GitHub as OWNER/REPO",
		found: JSON.stringify(text.slice(0, 150)),
		next: "write it as it is in the repository's URL"
	});
}
function formatRepositoryName({ owner, repo }) {
	return `${owner}/${repo}`;
}
// packages/github-client/src/tags.ts
const objectSchema = object({
	/** `commit`, or `tag` for a tag object that names another object. */
	type: string(),
	sha: string().regex(/^[0-9a-f]{40}$/)
});
const refSchema = object({
	ref: string(),
	object: objectSchema
});
/**
* Every tag of a repository, read by reference and not by `/tags`: the references come in one answer, without
* pages whose order is undocumented, and the answer changes only when a tag does.
*/
async function listTags(client, repository) {
	const parameters = {
		...repository,
		ref: "tags"
	};
	return (await client.call(client.rest.git.listMatchingRefs, parameters, array(refSchema))).map(({ ref, object }) => ({
		name: ref.replace(/^refs\/tags\//, ""),
		object
	}));
}
/** How many tag objects may stand between a tag and its commit. */
const mostTagObjects = 8;
/**
* The commit that a tag names, directly or through tag objects.
* @throws KilnError `document-invalid` if the tag objects never end at a commit
*/
async function commitOfTag(client, repository, { name, object: object$1 }) {
	let { type, sha } = object$1;
	for (let count = 0; type === "tag" && count < mostTagObjects; count += 1) {
		const parameters = {
			...repository,
			tag_sha: sha
		};
		const tag = await client.call(client.rest.git.getTag, parameters, object({ object: objectSchema }));
		({type, sha} = tag.object);
	}
	if (type !== "tag") return sha;
	throw new KilnError("document-invalid", {
		expected: `the tag ${name} of ${formatRepositoryName(repository)} to name a commit`,
		found: `more than ${mostTagObjects} tag objects, one after the other`,
		next: "ask upstream about that tag, or exclude its version"
	});
}
// packages/release-store/src/notes-record.ts
/** @param name distinguishes the kinds of records */
function notesRecord(name, schema) {
	const start = `<!-- ${name} `;
	const end = " -->";
	/** Where the last such line begins; -1 if there is none. */
	const positionIn = (notes) => {
		const afterLineEnd = notes.lastIndexOf(`\n${start}`);
		if (afterLineEnd !== -1) return afterLineEnd + 1;
		return notes.startsWith(start) ? 0 : -1;
	};
	return {
		format: (record) => `${start}${JSON.stringify(record).replaceAll(">", String.raw`\u003e`)}${end}`,
		parse(notes) {
			const position = positionIn(notes);
			const [line = ""] = position === -1 ? [] : notes.slice(position).split("\n", 1);
			const comment = line.trimEnd();
			if (!comment.endsWith(end)) return void 0;
			try {
				const json = JSON.parse(comment.slice(start.length, -4));
				return schema.safeParse(json).data;
			} catch {
				return;
			}
		},
		strip(notes) {
			const position = positionIn(notes);
			return position === -1 ? notes : notes.slice(0, position).replace(/(\r?\n){1,2}$/, "");
		}
	};
}
// packages/release-store/src/github/draft-mark.ts
/**
* Who owns a draft. GitHub publishes and removes drafts without conditions, so publishers agree among
* themselves: each keeps its mark in the notes of its drafts, and checks it immediately before it publishes a
* draft or removes anything from it.
*/
const markRecord = notesRecord("kiln-draft", object({
	publisher: string(),
	/** When the publisher began the draft, or took it over. */
	since: datetime()
}));
/** The mark in a draft's notes; undefined for a draft that kiln did not begin. */
const markOf = (notes) => markRecord.parse(notes);
/** The notes as they are published. */
const withoutMark = (notes) => markRecord.strip(notes);
/** The notes with the mark of this publisher, which replaces any other. */
function withOwnMark({ publisher }, notes) {
	const mark = markRecord.format({
		publisher,
		since: (/* @__PURE__ */ new Date()).toISOString()
	});
	return `${withoutMark(notes)}\n\n${mark}`;
}
/** Whether this publisher began the draft, or claimed it. */
function isOwn({ publisher }, { body }) {
	return markOf(body ?? "")?.publisher === publisher;
}
// packages/release-store/src/github/repository.ts
/** For messages. */
function nameOf({ name }) {
	return `GitHub ${formatRepositoryName(name)}`;
}
/** The release as it is now; undefined if it no longer exists. */
function findRelease({ client, name }, id) {
	return client.find(client.rest.repos.getRelease, {
		...name,
		release_id: Number(id)
	}, githubReleaseSchema);
}
/** Changes a draft's or a release's own fields. */
function patchRelease({ client, name }, id, change) {
	const parameters = {
		...name,
		release_id: Number(id),
		...change
	};
	return client.call(client.rest.repos.updateRelease, parameters, githubReleaseSchema);
}
async function deleteRelease({ client, name }, id) {
	await client.find(client.rest.repos.deleteRelease, {
		...name,
		release_id: Number(id)
	}, unknown());
}
/**
* Does work that GitHub refuses if the tag belongs to another release, or belonged to an immutable one.
* @throws KilnError `release-conflict`
*/
async function refuseTakenTag(repository, tag, work) {
	try {
		return await work();
	} catch (error) {
		const refused = errorResponseOf(error)?.errors.find(({ field }) => field === "tag_name");
		if (!refused) throw error;
		throw new KilnError("release-conflict", {
			expected: `the tag ${tag} in ${nameOf(repository)} to be free`,
			found: refused.message ?? "a release that was published before this draft",
			next: `run it again; an existing release is left as it is. If there is none, it was immutable and removed together with its tag: make a git tag ${tag}, so that the next run uses the next number`,
			cause: error
		});
	}
}
function toRelease(release, latestId) {
	const notes = release.body ?? "";
	const mark = release.draft ? markOf(notes) : void 0;
	return {
		id: String(release.id),
		tag: release.tag_name,
		notes: withoutMark(notes),
		draft: release.draft,
		begunAt: mark && new Date(mark.since),
		latest: release.id === latestId,
		prerelease: release.prerelease,
		assets: release.assets.map(toAsset)
	};
}
function toAsset(asset) {
	return {
		id: String(asset.id),
		name: asset.name,
		size: asset.size,
		sha256: sha256Of(asset),
		complete: asset.state === "uploaded"
	};
}
// packages/release-store/src/github/drafts.ts
/**
* Opens the one draft of a tag. It continues a draft that an interrupted run left: of several the fullest,
* and the others are removed. A draft that somebody made by hand is left alone.
* @param known releases and drafts that were listed in this run: without a draft of the tag among them, none is
* looked for. One that another publisher has begun since is no problem: only one of the two can be published
*/
async function openDraft(repository, tag, notes, known) {
	const [fullest, ...others] = (await claimDrafts(repository, known?.every((release) => !release.draft || release.tag !== tag) ?? false ? [] : (await draftsOf(repository, tag)).filter(({ body }) => markOf(body ?? "")))).toSorted((one, other) => bytesOf(other) - bytesOf(one));
	for (const other of others) await deleteRelease(repository, String(other.id));
	const body = withOwnMark(repository, notes);
	if (!fullest) return createDraft(repository, tag, body);
	return patchRelease(repository, String(fullest.id), { body });
}
function createDraft(repository, tag, body) {
	const { client, name } = repository;
	const wanted = {
		...name,
		tag_name: tag,
		name: tag,
		body,
		draft: true
	};
	const make = () => client.call(client.rest.repos.createRelease, wanted, githubReleaseSchema);
	const find = async () => (await draftsOf(repository, tag)).find((draft) => isOwn(repository, draft));
	return refuseTakenTag(repository, tag, () => client.once(make, find));
}
async function draftsOf({ client, name }, tag) {
	return (await listReleases(client, name)).filter((release) => release.draft && release.tag_name === tag);
}
function bytesOf({ assets }) {
	return assets.reduce((sum, { size }) => sum + size, 0);
}
/** Longer than any publisher takes from checking its mark to the end of its next action, in milliseconds. */
const graceMs = 1e4;
/**
* Takes over drafts of other publishers, which may have died or may be at work now. A claim writes this
* publisher's mark, waits until anyone who checked the old mark is done, and then looks at what became of the
* draft. An asset that the other publisher still adds does no harm: an asset never replaces another.
* @returns the drafts that this publisher owns now, without those published or removed in the meantime
* @throws KilnError `busy` if another publisher claimed one afterwards
*/
async function claimDrafts(repository, drafts) {
	const others = drafts.filter((draft) => !isOwn(repository, draft));
	if (others.length > 0) {
		for (const { id, body } of others) await ignoreMissing(patchRelease(repository, String(id), { body: withOwnMark(repository, body ?? "") }));
		await setTimeout$1(graceMs * repository.waitScale);
	}
	const claimed = [];
	for (const { id } of drafts) {
		const current = await findRelease(repository, String(id));
		if (current?.draft && isOwn(repository, current)) claimed.push(current);
		else if (current?.draft) throw busy(repository, current.tag_name);
		else if (current && isOwn(repository, current)) await patchRelease(repository, String(id), { body: withoutMark(current.body ?? "") });
	}
	return claimed;
}
/** @throws KilnError `busy` if a draft is no longer this publisher's */
async function requireOwn(repository, { id, tag }) {
	const current = await findRelease(repository, id);
	if (!current || !isOwn(repository, current)) throw busy(repository, tag);
}
/**
* Works on a draft that another publisher may remove in the meantime.
* @throws KilnError `busy` in that case
*/
async function whileOwn(repository, draft, work) {
	try {
		return await work();
	} catch (error) {
		if (errorResponseOf(error)?.status === 404) await requireOwn(repository, draft);
		throw error;
	}
}
function busy(repository, tag) {
	return new KilnError("busy", {
		expected: `to be the only publisher working on ${nameOf(repository)}`,
		found: `another publisher has taken over the draft of ${tag}`,
		next: "wait until it is done, and run this again; nothing published was harmed"
	});
}
async function ignoreMissing(work) {
	await work.catch((error) => {
		if (errorResponseOf(error)?.status !== 404) throw error;
	});
}
// packages/release-store/src/github/assets.ts
function listAssets({ client, name }, releaseId) {
	const parameters = {
		...name,
		release_id: Number(releaseId)
	};
	return client.list(client.rest.repos.listReleaseAssets, parameters, githubAssetSchema);
}
/** The assets of a release, each with the digest of the stored bytes: GitHub's own, or from reading them. */
async function readAssets(repository, releaseId) {
	const assets = (await listAssets(repository, releaseId)).map(toAsset);
	return Promise.all(assets.map(async (asset) => {
		return asset.complete && asset.sha256 === void 0 ? {
			...asset,
			sha256: await digestOfAsset(repository, asset)
		} : asset;
	}));
}
/** The size of the largest asset that is read into memory, in bytes. */
const largest$4 = 1e7;
/** The size of the largest file that is kept in memory after its upload, in bytes. */
const largestKept = 262144;
/** Keeps a file that was uploaded, if it is small. */
async function keepSent(sent, path) {
	if ((await stat(path)).size > largestKept) return;
	const bytes = await readFile(path);
	sent.set(hash("sha256", bytes), bytes);
}
/** The bytes of a small asset. */
async function readSmallAsset(repository, release, assetName, sent) {
	const asset = assetNamed(repository, release, assetName);
	const known = sent.get(asset.sha256 ?? "");
	if (known !== void 0) return known;
	return buffer(await open$2(repository, {
		...asset,
		size: Math.min(asset.size, largest$4)
	}));
}
/** An asset's file on this machine: from the cache, or downloaded and verified. */
async function downloadAsset(repository, release, name, sha256) {
	const asset = assetNamed(repository, release, name);
	return cachedDownload({
		url: `${repository.baseUrl}/releases/download/${release.tag}/${name}`,
		sha256,
		size: asset.size,
		open: (signal) => open$2(repository, asset, signal)
	});
}
/** @throws KilnError `not-published` */
function assetNamed(repository, { tag, assets }, name) {
	const asset = assets.find((one) => one.name === name && one.complete);
	if (asset) return asset;
	throw new KilnError("not-published", {
		expected: `${name} in the release ${tag} of ${nameOf(repository)}`,
		found: assets.map((one) => one.name).join(", ") || "no asset",
		next: "check whether somebody removed it; the next revision of the version restores it"
	});
}
/** Removes an asset from a draft of this publisher. */
async function deleteAsset(repository, draft, id) {
	const { client, name } = repository;
	await requireOwn(repository, draft);
	const parameters = {
		...name,
		asset_id: Number(id)
	};
	await client.find(client.rest.repos.deleteReleaseAsset, parameters, unknown());
}
function open$2({ client, name }, { id, size }, signal) {
	return openAsset(client, name, {
		id: Number(id),
		size
	}, signal);
}
async function digestOfAsset(repository, asset) {
	const digest = createHash("sha256");
	for await (const chunk of await open$2(repository, asset)) digest.update(chunk);
	return digest.digest("hex");
}
const maxAttempts = 4;
/**
* Uploads a file as an asset of a draft. After a failure GitHub may have the file, a part of it, or nothing,
* so before each further attempt a complete asset is kept and an incomplete one is removed.
*/
async function uploadAsset(repository, draft, uploadUrl, name, path, onBytes) {
	const { size } = await stat(path);
	for (let attempt = 1;; attempt += 1) {
		try {
			await repository.client.upload({
				...repository.name,
				release_id: Number(draft.id),
				uploadUrl,
				name,
				path,
				size,
				onBytes
			}, githubAssetSchema);
			return;
		} catch (error) {
			if (!(isKilnError(error, "network-unreachable") || hasErrorCode(error, "already_exists")) || attempt === maxAttempts) throw error;
		}
		await repository.client.pause(attempt);
		const held = (await listAssets(repository, draft.id)).find((asset) => asset.name === name);
		if (held && await isComplete(held, path, size)) return;
		if (held) await deleteAsset(repository, draft, String(held.id));
	}
}
/** An asset without a digest counts as incomplete: uploading it again is simpler than reading it. */
async function isComplete(asset, path, size) {
	return asset.state === "uploaded" && asset.size === size && sha256Of(asset) === await digestOf(path);
}
// packages/release-store/src/github/publish.ts
/** Publishes a draft in one request, which also decides whether it becomes the latest release. */
async function publishDraft(repository, draft, latest) {
	const show = async () => {
		await requireOwn(repository, draft);
		return patchRelease(repository, draft.id, {
			draft: false,
			body: withoutMark(draft.notes),
			make_latest: latest ? "true" : "false",
			request: { retries: 0 }
		});
	};
	const findShown = async () => {
		const present = await findRelease(repository, draft.id);
		return present && !present.draft ? present : void 0;
	};
	await refuseTakenTag(repository, draft.tag, () => repository.client.once(show, findShown));
}
/** How long GitHub may take until a release answers at its public address, in milliseconds. */
const timeoutMs = 6e4;
/** Between two attempts. */
const pauseMs = 2e3;
/**
* Waits until the redirect that hosts follow leads to a release. A private repository does not redirect
* without a token, so there is nothing to wait for.
*/
async function untilServed(repository, { tag, assets }) {
	const { baseUrl, waitScale } = repository;
	const [asset] = assets;
	if (!asset) return;
	const address = `${baseUrl}/${updateDirectoryPath}/${encodeURIComponent(asset.name)}`;
	let found = "";
	for (let waited = 0; waited <= timeoutMs; waited += pauseMs) {
		if (waited > 0) await setTimeout$1(pauseMs * waitScale);
		found = await redirectOf(address);
		if (found.includes(`/releases/download/${encodeURIComponent(tag)}/`)) return;
		if (waited === 0 && await isPrivate(repository)) return;
	}
	throw new KilnError("not-published", {
		expected: `${address} to lead to the release ${tag}`,
		found,
		next: "open it in a browser that is not logged in; older update directories are kept until it leads to the new one"
	});
}
async function redirectOf(address) {
	try {
		const { status, headers } = await fetch(address, {
			method: "HEAD",
			redirect: "manual"
		});
		return headers.get("location") ?? `status ${status}`;
	} catch (error) {
		return error instanceof Error ? error.message : "no answer";
	}
}
async function isPrivate({ client, name }) {
	const schema = object({ private: boolean() });
	return (await client.call(client.rest.repos.get, { ...name }, schema)).private;
}
/**
* Removes a release or a draft, with its tag; one that no longer exists is not an error. What was a draft when it
* was listed, and is published by now, stays.
*/
async function removeRelease(repository, { id, draft }) {
	const present = await findRelease(repository, id);
	if (!present) return;
	if (!present.draft) return draft ? void 0 : removePublished(repository, present);
	const [claimed] = isOwn(repository, present) ? [present] : await claimDrafts(repository, [present]);
	if (claimed) await deleteRelease(repository, id);
}
/**
* Removes the tag first, which turns the release into a draft: a kill in between leaves a draft with our
* mark, and those are found and removed. The tag of an immutable release cannot be removed before the
* release, and stays reserved afterwards.
*/
async function removePublished(repository, release) {
	const id = String(release.id);
	if (!release.immutable) {
		await patchRelease(repository, id, { body: withOwnMark(repository, release.body ?? "") });
		await deleteTag(repository, release.tag_name);
	}
	await deleteRelease(repository, id);
}
async function deleteTag({ client, name }, tag) {
	try {
		await client.find(client.rest.git.deleteRef, {
			...name,
			ref: `tags/${tag}`
		}, unknown());
	} catch (error) {
		if (errorResponseOf(error)?.status !== 422) throw error;
	}
}
// packages/release-store/src/github/github-store.ts
const refsSchema = array(object({ ref: string() }));
/**
* The releases of a repository on GitHub. All state is in them, so a publisher may be killed at any request:
* the next one finds what it left.
*/
function githubStore({ client, repository: repositoryName, serverUrl, waitScale = 1 }) {
	const repository = {
		client,
		name: repositoryName,
		baseUrl: `${serverUrl}/${repositoryName.owner}/${repositoryName.repo}`,
		publisher: randomUUID(),
		waitScale
	};
	/** The upload addresses of this publisher's drafts, by their ids. */
	const uploadUrls = /* @__PURE__ */ new Map();
	const sent = /* @__PURE__ */ new Map();
	async function send(draft, name, path, onBytes) {
		const uploadUrl = uploadUrls.get(draft.id);
		if (uploadUrl === void 0) throw new Error(`${draft.tag} is not a draft of this publisher`);
		await whileOwn(repository, draft, () => uploadAsset(repository, draft, uploadUrl, name, path, onBytes));
		await keepSent(sent, path);
	}
	const latestRelease = () => client.find(client.rest.repos.getLatestRelease, { ...repositoryName }, githubReleaseSchema);
	return {
		name: nameOf(repository),
		baseUrl: repository.baseUrl,
		folder: void 0,
		maxAssets: 1e3,
		remainingRequests: () => client.remaining(),
		async list() {
			const [releases, latest] = await Promise.all([listReleases(client, repositoryName), latestRelease()]);
			return releases.map((release) => toRelease(release, latest?.id));
		},
		async tagsBeginningWith(prefix) {
			const parameters = {
				...repositoryName,
				ref: `tags/${prefix}`
			};
			return (await client.call(client.rest.git.listMatchingRefs, parameters, refsSchema)).map(({ ref }) => ref.replace(/^refs\/tags\//, ""));
		},
		async latest() {
			const release = await latestRelease();
			return release && toRelease(release, release.id);
		},
		async find(tag) {
			const release = await findRelease$1(client, repositoryName, tag);
			return release && toRelease(release, void 0);
		},
		readText: async (release, assetName) => (await readSmallAsset(repository, release, assetName, sent)).toString("utf8"),
		readBytes: (release, assetName) => readSmallAsset(repository, release, assetName, sent),
		fileOf: (release, { name, sha256 }) => downloadAsset(repository, release, name, sha256),
		async draft(tag, notes, known) {
			const draft = await openDraft(repository, tag, notes, known);
			uploadUrls.set(String(draft.id), draft.upload_url);
			return toRelease(draft, void 0);
		},
		upload: send,
		async copy(draft, { name, sha256 }, from) {
			await send(draft, name, await downloadAsset(repository, from, name, sha256));
		},
		readBack: (release) => whileOwn(repository, release, () => readAssets(repository, release.id)),
		removeAsset: (draft, asset) => deleteAsset(repository, draft, asset.id),
		publish: (draft, { latest }) => publishDraft(repository, draft, latest),
		async makeLatest(release) {
			await patchRelease(repository, release.id, { make_latest: "true" });
		},
		async editNotes(release, notes) {
			await patchRelease(repository, release.id, { body: notes });
		},
		untilServed: (latest) => untilServed(repository, latest),
		remove: (release) => removeRelease(repository, release),
		exclusively: (work) => work()
	};
}
// packages/release-store/src/release-record.ts
/** What the next watch needs to know about a release; in its notes, so that an idle watch is one request. */
const releaseRecordSchema = object({
	upstream: string(),
	/** The git object of the version's tag, if upstream has tags. */
	object: gitIdSchema.optional(),
	recipe: sha256Schema.optional(),
	fingerprints: partialRecord(_enum(architectures), sha256Schema),
	/** By the name of an input: its Debian version, commit, or digest. */
	pins: partialRecord(_enum(architectures), record(string(), string())).default({}),
	/** The further sources of the images by name, with the git object of the version's tag. */
	sources: record(string(), object({
		version: string(),
		object: gitIdSchema.optional()
	})).optional(),
	/** Whether a person requested the version, which the policy did not select: hosts are not offered it. */
	outsidePolicy: literal(true).optional()
});
const { format: formatReleaseRecord, parse: parseReleaseRecord } = notesRecord("kiln", releaseRecordSchema);
/** The newest revision of one of upstream's versions. */
function lastRevision(published, upstreamVersion) {
	return published.filter(({ version }) => version.upstream === upstreamVersion).toSorted((left, right) => compareImageVersions(left.version, right.version)).at(-1);
}
/** The published versions of an extension that its policy selected, so that hosts may be offered them. */
function selectedVersions(definition, releases) {
	return publishedVersions(definition, releases).filter(({ record }) => record?.outsidePolicy !== true);
}
/** The published versions of an extension; drafts do not count. */
function publishedVersions(definition, releases) {
	return releases.flatMap((release) => {
		const version = release.draft ? void 0 : parseReleaseTag(definition, release.tag);
		return version ? [{
			version,
			release,
			record: parseReleaseRecord(release.notes)
		}] : [];
	});
}
// packages/release-store/src/offered-releases.ts
const recordsSchema = object({
	format: literal(1),
	/** The digest of the policies that selected the versions. */
	policy: hash$1("sha256"),
	/** By tag, of the newest version of each series. */
	releases: record(string(), releaseRecordSchema)
});
/** The file name of the records in an update directory. */
function recordsName(number) {
	return `kiln-records-${number}.json`;
}
/**
* Reads the records.
* @param where how messages name them
* @throws KilnError `document-invalid`
*/
function parseRecords(text, where) {
	return parseDocument(text, recordsSchema, {
		what: `${where} to be the records of what hosts are offered`,
		next: "run ./kiln release, which publishes another update directory"
	});
}
/** The digest of what decides which releases an update directory offers, besides the releases. */
function policyDigest(definitions) {
	const policies = definitions.map(({ name, asset, architectures, versions }) => ({
		name,
		asset,
		architectures,
		versions
	})).toSorted((left, right) => left.name < right.name ? -1 : 1);
	return hash("sha256", JSON.stringify(policies));
}
/**
* Reads what hosts are offered from the latest update directory. The permanent releases among it have only
* their images, and only the newest ones have a release record. Signatures are not checked.
* @returns undefined if the latest release is not an update directory with an index and records, as they were
* published: then all releases have to be listed
*/
async function offeredReleases(store) {
	const directory = await store.latest();
	const number = Number(/^updates-([1-9]\d{0,8})$/.exec(directory?.tag ?? "")?.[1]);
	if (directory === void 0 || Number.isNaN(number)) return void 0;
	try {
		const manifest = await store.readText(directory, "SHA256SUMS");
		const readListed = async (name) => {
			const text = await store.readText(directory, name);
			requireListed(manifest, name, hash("sha256", text));
			return text;
		};
		const names = [indexName(number), recordsName(number)];
		const [index, records] = await Promise.all([readListed(names[0]), readListed(names[1])]);
		const { images } = parseIndex(index, names[0]);
		const { policy, releases } = parseRecords(records, names[1]);
		return {
			releases: [directory, ...[...Map.groupBy(images, ({ tag }) => tag)].map(([tag, ofRelease]) => listedRelease(tag, ofRelease, Object.hasOwn(releases, tag) ? releases[tag] : void 0))],
			policy
		};
	} catch (error) {
		if ([
			"document-invalid",
			"digest-mismatch",
			"not-published"
		].some((code) => isKilnError(error, code))) return void 0;
		throw error;
	}
}
/** @throws KilnError `digest-mismatch` */
function requireListed(manifest, name, sha256) {
	if (manifest.split("\n").includes(`${sha256}  ${name}`)) return;
	throw new KilnError("digest-mismatch", {
		expected: `${name} with the SHA-256 that its manifest lists`,
		found: sha256,
		next: "run ./kiln release, which publishes another update directory"
	});
}
/** A permanent release, as far as the update directory describes it. */
function listedRelease(tag, images, record) {
	return {
		id: "",
		tag,
		notes: record === void 0 ? "" : formatReleaseRecord(record),
		draft: false,
		begunAt: void 0,
		latest: false,
		prerelease: false,
		assets: images.map(({ name, size, sha256 }) => ({
			id: "",
			name,
			size,
			sha256,
			complete: true
		}))
	};
}
// packages/release-store/src/open-release-store.ts
const prefix = "github:";
const usage = usageErrors("publish to a directory, and copy it with the tools of that service");
/**
* The store that `--to` names: a directory, or `github:OWNER/REPO`.
* @throws KilnError `usage`, `token-invalid`
*/
function openReleaseStore(to, { forPublishing = false, say } = {}) {
	const [scheme] = /^[a-z][a-z\d+.-]+:(?=\/\/)/i.exec(to) ?? [];
	if (scheme !== void 0) throw usage("a directory, or github:OWNER/REPO", `a URL with ${scheme}//`);
	if (!to.startsWith(prefix)) return directoryStore(to);
	const repository = parseRepositoryName(to.slice(7));
	const { githubServerUrl: serverUrl, githubWaitScale: waitScale, githubToken } = settings();
	if (forPublishing && githubToken === void 0) throw new KilnError("token-invalid", {
		expected: `GITHUB_TOKEN to hold a token that may write the contents of ${to.slice(7)}`,
		found: "none",
		next: "set it; in GitHub Actions pass on secrets.GITHUB_TOKEN or github.token"
	});
	return githubStore({
		client: configuredClient(say),
		repository,
		serverUrl,
		waitScale
	});
}
// packages/version-watcher/src/upstreams/upstream.ts
/** Returns a function that does its work once for each key, and returns the same promise to every caller. */
function memoize(work, keyOf) {
	const known = /* @__PURE__ */ new Map();
	return (...args) => {
		const key = keyOf(...args);
		const found = known.get(key) ?? work(...args);
		known.set(key, found);
		return found;
	};
}
// packages/version-watcher/src/upstreams/debian/archive.ts
/**
* @param show takes a line for a person about what is being read, and about stale indexes
* @param warn takes a line about a version that is not used because the mirror lacks it
*/
function debianArchive(show, warn = show) {
	const shown = /* @__PURE__ */ new Set();
	const say = (line) => {
		if (!shown.has(line)) show(line);
		shown.add(line);
	};
	const openSuite = memoize((suite) => {
		say(`reading the index of Debian's suite ${suite}`);
		return openArchive(suite, { say });
	}, (suite) => suite);
	const open = async (suites, name) => {
		const archives = await Promise.all(suites.map(openSuite));
		say(`looking up ${name} in ${suites.join(" and ")}`);
		return archives;
	};
	return {
		say,
		warn,
		async sources(suites, name) {
			const archives = await open(suites, `the source package ${name}`);
			return (await Promise.all(archives.map((archive) => archive.sourcePackages(name)))).flat();
		},
		async binaries(suites, name, architecture) {
			const archives = await open(suites, `the package ${name}`);
			const { debian } = spellings[architecture];
			return (await Promise.all(archives.map((archive) => archive.binaryPackages(name, debian)))).flat();
		}
	};
}
// packages/version-watcher/src/upstreams/debian/debian-version.ts
/**
* Upstream's version in a Debian version `[epoch:]upstream[-revision]` (deb-version(7)); undefined if that is
* not a version as kiln knows them. Debian writes prereleases with `~`, and marks repacked sources with
* `+dfsg` or `+ds`. Anything else after a `+` is Debian's as well, such as `+really1.0` or `+git20260101`, and
* no build metadata of upstream.
*/
function upstreamVersionOf(debianVersion) {
	const upstream = debianVersion.replace(/^\d+:/, "").replace(/-[^-]*$/, "").replace(/[+~.](dfsg|ds|repack)[0-9.]*$/, "");
	return upstream.includes("+") ? void 0 : parseUpstreamVersion(upstream.replace("~", "-"));
}
/** Sorts by Debian version, in the order of dpkg, and keeps one item for each version. */
async function newestFirst(items) {
	const sorted = [];
	for (const item of items) {
		let at = 0;
		while (at < sorted.length && await isNewer(sorted[at]?.version, item.version)) at += 1;
		if (sorted[at]?.version !== item.version) sorted.splice(at, 0, item);
	}
	return sorted;
}
/** Whether one Debian version is newer than another, in the order of dpkg. */
async function isNewer(one, other) {
	if (one === void 0 || one === other) return false;
	return (await tryRun("dpkg", [
		"--compare-versions",
		one,
		"gt",
		other
	])).status === 0;
}
// packages/version-watcher/src/upstreams/debian/candidates.ts
/** A source package with the files that a recipe reads: upstream's archives, the distribution's changes. */
function sourceCandidate(source) {
	const inputs = source.files.flatMap((file) => {
		const role = /_[^_]*?\.((?:orig(?:-[a-z0-9-]+)?|debian)\.tar\.[a-z0-9]+|diff\.gz)$/.exec(file.name)?.[1];
		return role === void 0 ? [] : [inputOf(source, file, `${source.package}.${role}`)];
	});
	return {
		name: source.package,
		version: source.version,
		inputs
	};
}
/** A binary package with its one file. */
function binaryCandidate(binary) {
	const inputs = binary.files.map((file) => inputOf(binary, file, `${binary.package}.deb`));
	return {
		name: binary.package,
		version: binary.version,
		inputs
	};
}
function inputOf(from, file, name) {
	const { url, size, sha256 } = file;
	return {
		name,
		url,
		size,
		sha256,
		origin: {
			kind: "debian",
			suite: from.suite,
			package: from.package,
			version: from.version
		}
	};
}
/**
* The files of the newest version that the mirror has completely. Mirrors have gaps: a security suite's index
* may list a file that is only in the main pool (an equal digest identifies it), or one that has not been
* mirrored yet.
* @param archive its `warn` takes a line about each version that is skipped: it may fix a vulnerability
* @param isKnown whether something was published that was built from a file: the mirror had it then, and is not
* asked again
*/
async function newestAvailable(candidates, { say, warn }, isKnown = () => false) {
	const sameFile = Map.groupBy(candidates.flatMap(({ inputs }) => inputs), ({ sha256 }) => sha256);
	for (const { name, version, inputs } of await newestFirst(candidates)) {
		if (inputs.every(isKnown)) return [...inputs];
		say(`asking the mirror for the files of ${name} ${version}`);
		const available = (await Promise.all(inputs.map((input) => withAvailableUrl(input, sameFile.get(input.sha256) ?? [])))).filter((input) => input !== void 0);
		if (available.length === inputs.length) return available;
		warn(`skipping ${name} ${version}: the mirror lacks ${inputs.find(({ sha256 }) => available.every((input) => input.sha256 !== sha256))?.url ?? "a file"}`);
	}
}
/** The input with the first URL of the same file that the mirror has. */
async function withAvailableUrl(input, sameFile) {
	for (const url of /* @__PURE__ */ new Set([input.url, ...sameFile.map((other) => other.url)])) if (await isAvailable({
		url,
		sha256: input.sha256
	})) return {
		...input,
		url
	};
}
// packages/version-watcher/src/upstreams/debian/upstream.ts
/**
* The versions in Debian's archive: of a source package, or of binary packages for every architecture. Which of
* them there are is in the index; the mirror is asked only for the files of versions that matter.
*/
function debianUpstream(archive, debian, { architectures }) {
	const candidates = memoize((architecture) => candidatesByVersion(archive, debian, architecture), (architecture) => architecture);
	const revisionsOf = async (version, architecture) => (await candidates(architecture)).get(version) ?? [];
	const available = memoize(async (version, architecture) => newestAvailable(await revisionsOf(version, architecture), archive), (version, architecture) => `${architecture} ${version}`);
	return {
		name: "debian",
		filesIdentity: "none",
		async versions() {
			const found = await Promise.all(architectures.map(candidates));
			return [...new Set(found.flatMap((versions) => [...versions.keys()]))].map((version) => ({ version }));
		},
		async unavailableReason(version) {
			const missing = (await Promise.all(architectures.map(async (one) => ({
				architecture: one,
				files: await available(version, one)
			})))).filter(({ files }) => files === void 0).map(({ architecture }) => architecture);
			return missing.length === 0 ? void 0 : `is not in the archive for ${missing.join(" and ")}`;
		},
		async inputs(version, architecture, isKnown) {
			return (isKnown === void 0 ? await available(version, architecture) : await newestAvailable(await revisionsOf(version, architecture), archive, isKnown)) ?? [];
		}
	};
}
/** Every upstream version in the archive, with its Debian revisions. */
async function candidatesByVersion(archive, debian, architecture) {
	const candidates = "source" in debian ? (await archive.sources(debian.suites, debian.source)).map(sourceCandidate) : await packageCandidates(archive, debian, architecture);
	const versions = /* @__PURE__ */ new Map();
	for (const [version, revisions] of Map.groupBy(candidates, (one) => upstreamVersionOf(one.version))) if (version !== void 0) versions.set(version, revisions);
	return versions;
}
/** Binary packages that belong together: the versions of the first one that all others also have. */
async function packageCandidates(archive, { suites, packages }, architecture) {
	const parts = await Promise.all(Object.entries(packages).map(async ([name, take]) => {
		const found = (await archive.binaries(suites, name, architecture)).map(binaryCandidate);
		return new Map(found.map(({ version, inputs }) => [version, inputs.map((input) => Object.assign(input, { take }))]));
	}));
	const [first, ...others] = parts;
	return [...first?.keys() ?? []].filter((version) => others.every((part) => part.has(version))).map((version) => ({
		name: Object.keys(packages).join(" and "),
		version,
		inputs: parts.flatMap((part) => part.get(version) ?? [])
	}));
}
// packages/version-watcher/src/upstreams/files/upstream.ts
/**
* The one version of an extension that consists of its own files, as its definition has it. What is in the
* image is part of the recipe, so the version has no inputs, and changed files are a new revision of it.
*/
function filesUpstream({ version: only }) {
	return {
		name: "files",
		filesIdentity: "version",
		versions: () => Promise.resolve([{ version: only }]),
		unavailableReason: (version) => Promise.resolve(version === only ? void 0 : `is not ${only}, the version in its extension.yaml`),
		inputs: () => Promise.resolve([])
	};
}
// packages/version-watcher/src/upstreams/go/proxy.ts
/**
* Asks the first proxy of the settings. Its answer is kept, so that an unchanged list costs one conditional
* request. Whatever a list on a web server cannot answer is left to the go command: modules that are fetched
* from their repositories, logins, further proxies, and errors.
*/
function configuredGoAccess(say) {
	return {
		say,
		async list(module) {
			say(`listing the versions of ${module}`);
			const { proxy, noProxy } = settings().go;
			const [first = ""] = proxy.split(/[,|]/);
			const isOnServer = /^https?:/.test(first) && !isMatchedBy(module, noProxy);
			const url = `${first.trim().replace(/\/+$/, "")}/${escaped(module)}/@v/list`;
			const text = isOnServer ? await fetchList(url) : void 0;
			return text === void 0 ? listWithGo(module, say) : text.split(/\s+/).filter((line) => line !== "");
		}
	};
}
/** The largest list that is read, in bytes: the longest known one has a thousandth of that. */
const largestList = 1e7;
/** A list on a web server; undefined if the go command has to ask, which also explains why there is none. */
async function fetchList(url) {
	const text = (await readRemoteDocument(url, {
		largest: largestList,
		keep: true,
		retry: false
	}).catch(() => void 0))?.body.toString();
	return text?.includes("<") ? void 0 : text;
}
const listedModule = object({ Versions: array(string()).default([]) });
async function listWithGo(module, say) {
	const { stdout } = await runGo([
		"list",
		"-m",
		"-json",
		"-versions",
		"-retracted",
		module
	], { say });
	return parseGoJson(stdout, listedModule).flatMap(({ Versions }) => Versions);
}
/** In a proxy's paths, an exclamation mark and a lower-case letter stand for an upper-case one. */
function escaped(module) {
	return module.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}
/** What a module input records about where it came from, and what vouched for it. */
function originOf(module) {
	const { proxy: proxies, noProxy, sumdb, noSumdb } = settings().go;
	const proxy = isMatchedBy(module, noProxy) ? "direct" : proxies;
	const [database = ""] = sumdb.split(/[+ ]/);
	return {
		kind: "go",
		proxy,
		...database !== "off" && !isMatchedBy(module, noSumdb) && { checksumDatabase: database }
	};
}
// packages/version-watcher/src/upstreams/go/toolchain.ts
/**
* Chooses the toolchain for a series such as `1.26`: its newest patch release, because that has the security
* fixes. Go supports its two newest series, so a module that asks for an older one is compiled with the older
* of these; a newer toolchain compiles it with the same meaning (go.dev/doc/godebug).
* @param minimum the oldest release that a module can be compiled with, such as `1.26.3`
* @returns such as `go1.27.1`; undefined if the proxy does not have it yet
*/
async function chooseToolchain(access, minimum) {
	const releases = await releasesOf(access);
	const wanted = parseRelease(minimum);
	const newest = Math.max(...releases.map(({ minor }) => minor));
	const series = Math.max(wanted.minor, newest - 1);
	const patches = releases.filter(({ minor }) => minor === series).map(({ patch }) => patch);
	const patch = Math.max(...patches);
	return patches.length > 0 && (series > wanted.minor || patch >= wanted.patch) ? format({
		minor: series,
		patch
	}) : void 0;
}
/** The toolchain in the pin of a module; empty if there is none. */
function toolchainIn(pin) {
	return pin.split(" ")[1] ?? "";
}
/** Whether one toolchain is older than another. */
function isOlderToolchain(one, other) {
	const [left, right] = [parseRelease(one), parseRelease(other)];
	return left.minor < right.minor || left.minor === right.minor && left.patch < right.patch;
}
/** The releases that the proxy has for both platforms on which kiln runs. */
async function releasesOf(access) {
	const versions = new Set(await access.list(toolchainModule));
	return [...versions].flatMap((version) => {
		const [, release] = /^v0\.0\.1-go(1\.\d+(?:\.\d+)?)\.linux-amd64$/.exec(version) ?? [];
		const isComplete = versions.has(`v0.0.1-go${release}.linux-arm64`);
		return release === void 0 || !isComplete ? [] : [parseRelease(release)];
	});
}
function parseRelease(text) {
	const [, minor, patch] = /^(?:go)?1\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
	return {
		minor: Number(minor ?? 0),
		patch: Number(patch ?? 0)
	};
}
/** The first releases of old series have no patch number, but those are too old to be chosen. */
function format({ minor, patch }) {
	return `go1.${minor}.${patch}`;
}
// packages/version-watcher/src/upstreams/go/upstream.ts
/** What the go command says about a version of a module. */
const versionSchema = object({
	Path: string(),
	Version: string().optional(),
	Time: datetime({ offset: true }).optional(),
	Retracted: array(string()).optional(),
	Error: object({ Err: string() }).optional()
});
/** Programs that are compiled from Go modules, whose versions a module proxy has. */
function goUpstream(access, go, { extension, key }) {
	const { say } = access;
	const programs = programsByModule(go);
	const modules = [...programs.keys()];
	const list = memoize(async () => new Map((await access.list(go.module)).map((version) => [withoutSuffix(version), version])), () => "");
	const described = memoize(async (version) => {
		const wanted = modules.map((module) => `${module}@${version}`);
		say(`asking the module proxy about ${wanted.join(" and ")}`);
		const { stdout } = await runGo([
			"list",
			"-e",
			"-m",
			"-json",
			"-retracted",
			...wanted
		], { say });
		return parseGoJson(stdout, versionSchema);
	}, (version) => version);
	const fetched = memoize((version) => {
		const wanted = modules.map((module) => `${module}@${version}`);
		say(`fetching ${wanted.join(" and ")}`);
		return downloadModules(wanted, { say });
	}, (version) => version);
	const resolved = memoize(resolve, (version) => version);
	async function goVersion(version) {
		const found = (await list()).get(version);
		if (found === void 0) throw new Error(`${go.module} has no version ${version}`);
		return found;
	}
	async function toolchainFor(version) {
		const downloaded = await fetched(version);
		const minimum = newestOf([...(await Promise.all(downloaded.map(({ goMod }) => readFile(goMod, "utf8")))).flatMap(requiredGo), go.toolchain ?? "1.21"]);
		return {
			minimum,
			chosen: await chooseToolchain(access, minimum)
		};
	}
	async function resolve(version) {
		const at = await goVersion(version);
		const { chosen } = await toolchainFor(at);
		if (chosen === void 0) throw new Error(`${extension} ${version} has no toolchain`);
		const descriptions = await described(at);
		return (await fetched(at)).map(({ path: module, sum }) => ({
			name: inputName(module),
			module,
			version: at,
			sum,
			epoch: epochOf(descriptions.find(({ Path }) => Path === module)?.Time),
			toolchain: chosen,
			programs: programs.get(module) ?? {},
			tags: [...go.tags ?? []],
			ldflags: (go.ldflags ?? []).map((flag) => fillIn$1(flag, version)),
			...go.localModules !== void 0 && { localModules: fillIn$1(go.localModules, version) },
			...go.take !== void 0 && module === go.module && { take: go.take },
			origin: originOf(module)
		}));
	}
	return {
		name: "go",
		filesIdentity: "version",
		async versions() {
			return [...(await list()).keys()].flatMap((text) => {
				const version = parseUpstreamVersion(text);
				return version === text ? [{ version }] : [];
			});
		},
		async unavailableReason(version) {
			const at = (await list()).get(version);
			if (at === void 0) return `is no longer listed for ${go.module}`;
			for (const { Path, Retracted, Error: problem } of await described(at)) {
				if (Retracted !== void 0) return `is retracted by ${Path}: ${Retracted.join("; ").trim() || "no reason given"}`;
				if (problem !== void 0) return `is not available for ${Path}: ${problem.Err.split("\n")[0]}`;
			}
			const { minimum, chosen } = await toolchainFor(at);
			return chosen === void 0 ? `needs Go ${minimum}, which the module proxy does not have yet (see "${key}.toolchain")` : void 0;
		},
		inputs: (version) => resolved(version),
		async isCurrent(pins) {
			const used = modules.map((module) => toolchainIn(pins[inputName(module)] ?? ""));
			for (const toolchain of used) {
				if (toolchain === "") return false;
				const newest = await chooseToolchain(access, toolchain.replace(/\.\d+$/, ""));
				if (newest !== void 0 && isOlderToolchain(toolchain, newest)) return false;
			}
			return true;
		}
	};
}
/** The import path of each program, by its path in the image, for each module. */
function programsByModule(go) {
	const programs = /* @__PURE__ */ new Map([[go.module, {}]]);
	for (const [place, program] of Object.entries(go.programs)) {
		const { module, package: path } = typeof program === "string" ? {
			module: go.module,
			package: program
		} : program;
		programs.set(module, {
			...programs.get(module),
			[place]: `${module}${path.slice(1)}`
		});
	}
	return programs;
}
/** A version without `v`, and without the mark of modules that have no go.mod. */
function withoutSuffix(version) {
	return version.replace(/^v/, "").replace(/\+incompatible$/, "");
}
/** The Go releases that a go.mod asks for: its language version, and the toolchain that it suggests. */
function requiredGo(goMod) {
	return [...goMod.matchAll(/^(?:go|toolchain go)\s*(1\.\d+(?:\.\d+)?)/gm)].map(([, release]) => release ?? "");
}
function newestOf(releases) {
	return releases.reduce((one, other) => isOlderToolchain(one, other) ? other : one);
}
/** A module's path as the name of an input. */
function inputName(module) {
	return module.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
}
function epochOf(time) {
	return time === void 0 ? 0 : Math.max(0, Math.floor(Date.parse(time) / 1e3));
}
/** Fills in a text of the definition. */
function fillIn$1(text, version) {
	const [major = "", minor = "", patch = ""] = version.split(".");
	return text.replaceAll("{version}", version).replaceAll("{major}", major).replaceAll("{minor}", minor).replaceAll("{patch}", patch);
}
// packages/version-watcher/src/upstreams/released/checksum-list.ts
const digestForm = "[0-9a-f]{64}";
/** A line of sha256sum(1): a digest, blanks, perhaps `*`, and a file name. */
const plainLine = new RegExp(`^(?<digest>${digestForm})[ \\t]+\\*?(?<file>\\S.*)$`, "i");
/** A line of sha256sum --tag, as BSD's tools write it. */
const taggedLine = new RegExp(`^SHA256 \\((?<file>.+)\\) = (?<digest>${digestForm})$`, "i");
const bareDigest = new RegExp(`^\\s*(?<digest>${digestForm})\\s*$`, "i");
/**
* The digest of a file in a list of checksums; undefined if the list does not name the file.
* @param name the file's name; the list may write it with a folder
* @param where what messages call the list
* @param isOfOneFile whether a digest without a name is the file's
* @throws KilnError `manifest-invalid` if it is an HTML page, or has several digests for the file
*/
function digestIn(text, name, where, isOfOneFile) {
	if (isHtml(text)) throw invalid$1(`${where} to be a list of checksums`, "an HTML page");
	const bare = isOfOneFile ? bareDigest.exec(text)?.groups?.["digest"] : void 0;
	if (bare !== void 0) return bare.toLowerCase();
	const lines = text.split(/\r?\n/).flatMap((line) => {
		const groups = (plainLine.exec(line.trimEnd()) ?? taggedLine.exec(line.trimEnd()))?.groups;
		return groups ? [{
			file: groups["file"] ?? "",
			digest: (groups["digest"] ?? "").toLowerCase()
		}] : [];
	});
	const exact = lines.filter(({ file }) => file.replace(/^\.\//, "") === name);
	const found = exact.length > 0 ? exact : lines.filter(({ file }) => file.endsWith(`/${name}`));
	const digests = [...new Set(found.map(({ digest }) => digest))];
	if (digests.length <= 1) return digests[0];
	throw invalid$1(`${where} to have one SHA-256 of ${name}`, `${digests.length} different ones`);
}
/** The error for a list that lacks a file. */
function notListed(name, where) {
	return invalid$1(`${where} to have one line with the SHA-256 of ${name}`, "no such line");
}
/** Whether a text is a web page, as servers send it in place of a missing file. */
function isHtml(text) {
	return /^\s*<(!doctype html|html|head|body)\b/i.test(text.slice(0, 1e3));
}
function invalid$1(expected, found) {
	return new KilnError("manifest-invalid", {
		expected,
		found,
		next: `check "checksums" in extension.yaml; if it is right, wait until upstream has fixed the list, or add the version to "versions.exclude"`
	});
}
// packages/version-watcher/src/upstreams/released/signature.ts
/** The largest file of public keys, in bytes. */
const largestKey = 1e6;
/**
* Verifies a detached OpenPGP signature, with gpgv(1) in the sandbox because upstream's data is not trusted.
* The files in the extension's folder decide which keys are: an expired one stays valid until it is replaced.
* @param keys paths in the folder
* @returns the fingerprint of the primary key that signed, in upper-case hex
* @throws KilnError `signature-invalid`, `key-invalid`
*/
async function verifySignature({ path, signature, names }, folder, keys) {
	await ensurePrograms(["gpgv", "bwrap"], () => void 0);
	return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
		await chmod(work, 493);
		const keyring = await Promise.all(keys.map((key) => readKey(join(folder, key), key)));
		await writeFile(join(work, "keyring.gpg"), Buffer.concat(keyring));
		await writeFile(join(work, "signature"), signature);
		const { stdout, stderr } = await runInSandbox([
			"gpgv",
			...[
				"--status-fd",
				"1",
				"--weak-digest",
				"SHA1",
				"--keyring",
				"/signed/keyring.gpg"
			],
			"/signed/signature",
			"/signed-file"
		], {
			root: machinePrograms,
			readOnly: [{
				source: work,
				target: "/signed"
			}, {
				source: path,
				target: "/signed-file"
			}],
			limits: { seconds: 600 }
		});
		const result = readStatus(stdout);
		if ("key" in result) return result.key;
		throw signatureInvalid(names, keys, result.found ?? (stderr.trim().split("\n").at(-1) || "no signature"));
	});
}
/** The error for a signature that is missing or invalid. */
function signatureInvalid(names, keys, found) {
	return new KilnError("signature-invalid", {
		expected: `${names.signature} to be a signature of ${names.signed} by a key in ${keys.join(" or ")}`,
		found,
		next: "do not use this version: ask upstream, and add it to \"versions.exclude\". If upstream has a new key, review it, and replace the file in the extension's folder"
	});
}
/** Reads what gpgv reports with `--status-fd` (GnuPG's doc/DETAILS). Every signature must be valid. */
function readStatus(status) {
	const lines = status.split("\n").map((line) => line.replace("[GNUPG:] ", "").split(" "));
	const all = (keyword) => lines.filter(([first]) => first === keyword);
	const [bad] = all("BADSIG");
	if (bad) return { found: `an invalid signature by key ${bad[1]}: what it signs has been changed` };
	const [revoked] = all("REVKEYSIG");
	if (revoked) return { found: `a signature by key ${revoked[1]}, which has been revoked` };
	const [expired] = all("EXPSIG");
	if (expired) return { found: `a signature by key ${expired[1]} that has expired` };
	const [unknown] = all("NO_PUBKEY");
	if (unknown) return { found: `a signature by key ${unknown[1]}` };
	const [failed] = all("ERRSIG");
	if (failed) return { found: `a signature by key ${failed[1]} that cannot be verified` };
	const [valid] = all("VALIDSIG");
	const key = valid?.[10] ?? valid?.[1];
	return key === void 0 ? { found: void 0 } : { key };
}
/** Reads a file with public keys as the binary keyring that gpgv needs. */
async function readKey(path, shown) {
	const bytes = await readRegularFile(path, largestKey).catch((cause) => {
		throw isKilnError(cause) ? cause : keyInvalid(shown, String(cause), cause);
	});
	const text = bytes.toString("latin1");
	if (!text.includes("-----BEGIN PGP")) return Buffer.from(bytes);
	const blocks = text.split("-----BEGIN PGP PUBLIC KEY BLOCK-----").slice(1).map(dearmor);
	if (blocks.length > 0 && blocks.every(({ length }) => length > 0)) return Buffer.concat(blocks);
	throw keyInvalid(shown, "no armored public key");
}
/** The bytes of an armored block (RFC 9580, 6.2): base64 after a blank line, up to a checksum or the end. */
function dearmor(block) {
	const [body = ""] = block.split("-----END PGP", 1);
	const lines = body.split(/\r?\n/);
	const data = lines.slice(lines.findIndex((line, index) => index > 0 && line.trim() === "") + 1);
	const end = data.findIndex((line) => line.startsWith("="));
	return Buffer.from(data.slice(0, end === -1 ? void 0 : end).join(""), "base64");
}
function keyInvalid(shown, found, cause) {
	return new KilnError("key-invalid", {
		expected: `an OpenPGP public key in ${shown} of the extension's folder`,
		found,
		next: "add the key that upstream signs with: gpg --export --armor KEY",
		cause
	});
}
// packages/version-watcher/src/upstreams/released/digest.ts
/**
* Establishes the digest of a file by what the definition says; never from the file alone.
* @throws KilnError `manifest-invalid`, `signature-invalid`, `digest-mismatch`, `key-invalid`
*/
async function establishDigest(file, server, subject) {
	const established = await byEvidence(file, server, subject);
	const { sha256 } = established;
	const other = [{
		digest: server.storedDigest(file.name),
		says: "as GitHub says"
	}, {
		digest: file.pinned,
		says: `as "digests" in extensions/${subject.extension}/extension.yaml says`
	}].find(({ digest }) => digest !== void 0 && digest !== sha256);
	if (!other) return established;
	throw disagree(`${server.urlOf(file.name)} to have the SHA-256 ${sha256}, ${describe$2(established, server)}`, `${other.digest}, ${other.says}`);
}
async function byEvidence(file, server, { folder }) {
	switch (file.evidence.kind) {
		case "lists": return fromLists(file, file.evidence.lists, server, folder);
		case "github": return {
			sha256: required$1(server.storedDigest(file.name)),
			evidence: { vouchedBy: "github" }
		};
		case "definition": return {
			sha256: required$1(file.pinned),
			evidence: { vouchedBy: "definition" }
		};
		case "signature": return fromSignedFile(file, server, folder);
		default: return file.evidence;
	}
}
/** That a file without this digest is unavailable is checked before. */
function required$1(digest) {
	if (digest === void 0) throw new Error("a version without a digest is not available");
	return digest;
}
async function fromLists(file, lists, server, folder) {
	const found = [];
	for (const { name, isOfOneFile } of lists) {
		const where = server.urlOf(name);
		const bytes = await server.read(name);
		if (!bytes) throw new Error(`a version without ${where} is not available`);
		const signature = await signatureOf(bytes, name, file, server, folder);
		const sha256 = digestIn(bytes.toString(), file.fileName, where, isOfOneFile);
		if (sha256 === void 0) continue;
		found.push({
			list: name,
			sha256,
			evidence: {
				checksums: name,
				...signature
			}
		});
	}
	const [first, ...others] = found;
	if (!first) throw notListed(file.fileName, lists.map(({ name }) => server.urlOf(name)).join(" or "));
	const other = others.find(({ sha256 }) => sha256 !== first.sha256);
	if (!other) return {
		sha256: first.sha256,
		evidence: first.evidence
	};
	throw disagree(`all lists of checksums to have the SHA-256 ${first.sha256} for ${file.fileName}, as ${server.urlOf(first.list)} does`, `${other.sha256} in ${server.urlOf(other.list)}`);
}
/** Verifies the signature of a list, if the definition demands one. */
async function signatureOf(list, name, { signature }, server, folder) {
	if (!signature) return {};
	return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
		const path = join(work, "list");
		await writeFile(path, list);
		return verified(path, name, signature, server, folder);
	});
}
async function fromSignedFile(file, server, folder) {
	const { signature } = file;
	if (!signature) throw new Error(`nothing says what ${file.name} is signed with`);
	const { path, sha256 } = await server.fetch(file.name);
	return {
		sha256,
		evidence: {
			vouchedBy: "signature",
			...await verified(path, file.name, signature, server, folder)
		}
	};
}
async function verified(path, name, { keys, of }, server, folder) {
	const file = of(name);
	const names = {
		signed: server.urlOf(name),
		signature: server.urlOf(file)
	};
	const signature = await server.read(file);
	if (!signature) throw signatureInvalid(names, keys, "no such file");
	return { signature: {
		file,
		key: await verifySignature({
			path,
			signature,
			names
		}, folder, keys)
	} };
}
function describe$2({ evidence: { checksums, vouchedBy } }, server) {
	if (checksums !== void 0) return `as ${server.urlOf(checksums)} says`;
	return vouchedBy === "signature" ? "of which upstream has signed the contents" : `as ${vouchedBy} says`;
}
function disagree(expected, found) {
	return new KilnError("digest-mismatch", {
		expected,
		found,
		next: `do not use this file; report it to upstream, and until it is fixed add the version to "versions.exclude" in extension.yaml`
	});
}
/**
* Why a version cannot be verified, to complete the sentence "a version, which ..."; undefined if nothing is
* known to be missing. Whether lists and signatures exist is for the kind to find out.
*/
function unverifiable(files, server) {
	for (const { evidence, pinned, name, fileName } of files) {
		if (evidence.kind === "definition" && pinned === void 0) return `has no SHA-256 of ${fileName} in "digests"`;
		if (evidence.kind === "github" && server.storedDigest(name) === void 0) return `has no digest from GitHub for ${fileName}`;
	}
}
// packages/version-watcher/src/upstreams/released/fetch.ts
/**
* Downloads a file whose digest is not known yet, because only a signature vouches for it, to where the
* builder finds it by its digest.
* @param say takes lines about how much has been received
*/
async function fetchUnverified(file, say) {
	return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
		const downloaded = join(work, "file");
		await download({
			...file,
			sha256: void 0
		}, downloaded, { onProgress(received, total) {
			const of = total === void 0 ? "" : ` of ${formatBytes(total)}`;
			say(`downloading ${file.url}, ${formatBytes(received)}${of}`);
		} });
		const sha256 = await digestOf(downloaded);
		await makeFolder(cacheDirectory("downloads"));
		const path = cacheDirectory("downloads", sha256);
		if (!existsSync(path)) await rename(downloaded, path);
		return {
			path,
			sha256
		};
	});
}
// packages/version-watcher/src/upstreams/released/wanted-files.ts
/** The files of a version for an architecture. @param inputName what their names in the build begin with */
function wantedFiles(config, inputName, version, architecture) {
	const rewritten = Object.entries(config.rewrite ?? {}).reduce((text, [from, to]) => text.replaceAll(from, to), version);
	return config.files.map(({ name: template, arch = config.arch, take, to, ...file }, index) => {
		const fill = (text, of = "") => fillIn(text, {
			version: rewritten,
			arch: arch?.[architecture] ?? "",
			file: of
		});
		const name = fill(textFor(template, architecture) ?? "");
		const checksums = file.checksums ?? config.checksums;
		const { signature } = config;
		return {
			name,
			fileName: fileNameOf(name),
			evidence: isOther(checksums) ? { kind: checksums } : {
				kind: "lists",
				lists: [checksums].flat().map((list) => ({
					name: fill(list, name),
					isOfOneFile: list.includes("{file}")
				}))
			},
			pinned: pinnedDigest(config, version, name),
			signature: signature && {
				keys: signature.keys,
				of: (signed) => fill(signature.file, signed)
			},
			input: {
				name: `${inputName}${index === 0 ? "" : `.${index + 1}`}${endingOf(name)}`,
				...take && { take: membersOf(take, fill) },
				...to !== void 0 && { to }
			}
		};
	});
}
function isOther(checksums) {
	return checksums === "github" || checksums === "definition" || checksums === "signature";
}
/** Fills in a template. In a URL, the version is encoded: a `+` means a space to some servers. */
function fillIn(text, values) {
	const isUrl = /^https?:/.test(text);
	return text.replaceAll("{version}", isUrl ? encodeURIComponent(values.version) : values.version).replaceAll("{arch}", values.arch).replaceAll("{file}", values.file);
}
function membersOf(take, fill) {
	return Object.fromEntries(Object.entries(take).map(([member, place]) => [fill(member), place]));
}
/**
* The digest that somebody has reviewed for a file of a version; undefined if nobody has.
* @param name its asset, or its URL: the definition has either the URL or the file name in it
*/
function pinnedDigest({ digests }, version, name) {
	const files = digests?.[version];
	return files?.[name] ?? files?.[fileNameOf(name)];
}
/** The name of a file without folders and without the query of a URL. */
function fileNameOf(name) {
	if (!/^https?:/.test(name)) return name;
	return decodeURIComponent(new URL(name).pathname.split("/").at(-1) ?? "");
}
/** How the name of an archive ends; empty for other files. */
function endingOf(name) {
	const ending = /\.(tar\.[a-z0-9]+|tgz|txz|tzst|tbz2?|tar|zip)$/.exec(fileNameOf(name))?.[0] ?? "";
	return ending === ".tgz" ? ".tar.gz" : ending;
}
// packages/version-watcher/src/upstreams/github/release-files.ts
/** The largest list of checksums or signature that is read, in bytes. */
const largest$3 = 1e6;
/** What is in the assets of a tag's release. */
function releaseFiles({ client, say }, upstream, subject) {
	const { repository } = upstream;
	const at = parseRepositoryName(repository);
	const config = releasedFiles$1(upstream);
	const releaseOf = memoize((tag) => {
		say(`reading the release ${tag.name} of ${repository}`);
		return findRelease$1(client, at, tag.name);
	}, tagName);
	const commitOf = memoize((tag) => commitOfTag(client, at, tag), tagName);
	const contentsOf = memoize(async (asset) => {
		say(`reading ${asset.browser_download_url}`);
		return buffer(await openAsset(client, at, asset));
	}, ({ id }) => String(id));
	function serverOf(release) {
		return {
			urlOf: (name) => uploadedAsset(release, name)?.browser_download_url ?? name,
			read(name) {
				const asset = uploadedAsset(release, name);
				if (asset && asset.size > largest$3) throw tooLarge(asset);
				return asset ? contentsOf(asset) : Promise.resolve(void 0);
			},
			fetch(name) {
				const asset = required(uploadedAsset(release, name), name);
				const { browser_download_url: url, size } = asset;
				return fetchUnverified({
					url,
					size,
					open: (signal) => openAsset(client, at, asset, signal)
				}, say);
			},
			storedDigest(name) {
				const asset = uploadedAsset(release, name);
				return asset && sha256Of(asset);
			}
		};
	}
	return {
		async unavailableReason(tag, version) {
			const release = await releaseOf(tag);
			if (!release) return "has a tag but no release yet";
			if (release.prerelease) return "is a prerelease";
			const files = subject.architectures.flatMap((one) => wantedFiles(config, subject.name, version, one));
			const lists = files.flatMap(({ evidence }) => evidence.kind === "lists" ? evidence.lists : []);
			const missing = [...new Set([...files, ...lists].map(({ name }) => name))].filter((one) => !uploadedAsset(release, one));
			if (missing.length > 0) return `has no ${missing.join(" and no ")} yet, ${assetsOf(release)}`;
			return unverifiable(files, serverOf(release));
		},
		async inputs(tag, version, architecture) {
			const release = await releaseOf(tag);
			if (!release) throw new Error(`${repository} has no release ${tag.name}`);
			const commit = await commitOf(tag);
			const files = wantedFiles(config, subject.name, version, architecture);
			return Promise.all(files.map(async (file) => {
				const asset = required(uploadedAsset(release, file.name), file.name);
				const { sha256, evidence } = await establishDigest(file, serverOf(release), subject);
				return {
					...file.input,
					url: asset.browser_download_url,
					size: asset.size,
					sha256,
					origin: {
						kind: "github",
						repository,
						tag: tag.name,
						object: tag.object.sha,
						commit,
						...evidence
					}
				};
			}));
		}
	};
}
/** The part of the definition that both kinds with released files have in common. */
function releasedFiles$1({ asset = "", files, take, to, ...upstream }) {
	const all = files ?? [{
		asset,
		take,
		to
	}];
	return {
		...upstream,
		files: all.map(({ asset: name, ...file }) => ({
			...file,
			name
		}))
	};
}
/** What a release has, for messages. */
function assetsOf({ assets }) {
	const names = assets.filter(({ state }) => state === "uploaded").map(({ name }) => name);
	const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
	return names.length === 0 ? "and no other asset" : `only ${names.slice(0, mostNames).join(", ")}${more}`;
}
/** How many assets a message names: some releases have hundreds. */
const mostNames = 12;
function tagName(tag) {
	return tag.name;
}
/** A release's asset, if its upload has finished. */
function uploadedAsset({ assets }, name) {
	return assets.find((asset) => asset.name === name && asset.state === "uploaded");
}
function required(asset, name) {
	if (!asset) throw new Error(`a version without ${name} is not available`);
	return asset;
}
function tooLarge({ browser_download_url: url, size }) {
	return new KilnError("manifest-invalid", {
		expected: `${url} to be a list of checksums or a signature of at most ${largest$3} bytes`,
		found: `${size} bytes`,
		next: `correct "checksums" or "signature" in extension.yaml`
	});
}
// packages/version-watcher/src/upstreams/version-of.ts
/**
* The version in a tag or another text; undefined for a text that is not a version.
* @param form the form of the text, with `{version}` in it once; without it, a version with or without `v`
*/
function versionOf$2(text, form = "{version}") {
	const version = versionIn(form, text);
	if (version === void 0) return void 0;
	const parsed = parseUpstreamVersion(version);
	return form !== "{version}" && parsed !== version ? void 0 : parsed;
}
/**
* The tags that are versions: with or without `v`, unless a form is given. Upstream may have tagged a version
* in both ways.
*/
function tagsByVersion(tags, form) {
	const versions = tags.flatMap((tag) => {
		const version = versionOf$2(tag.name, form);
		return version === void 0 ? [] : [{
			version,
			tag
		}];
	});
	const groups = Map.groupBy(versions, ({ version }) => version);
	return new Map([...groups].map(([version, found]) => [version, found.map(({ tag }) => tag)]));
}
// packages/version-watcher/src/upstreams/github/repository-file.ts
/** The largest file that is read, in bytes: it contains no more than a version. */
const largest$2 = 1e4;
/** The contents of a file in a repository at the tag of a version; undefined if it does not exist there. */
async function fileAtVersion({ client, serverUrl, say }, repository, form, version, path) {
	const at = parseRepositoryName(repository);
	say(`reading ${path} of ${repository} ${version}`);
	const [tag] = tagsByVersion(await listTags(client, at), form).get(version) ?? [];
	if (!tag) return void 0;
	return (await readRemoteDocument(`${serverUrl}/${repository}/raw/${await commitOfTag(client, at, tag)}/${path}`, { largest: largest$2 }))?.body.toString();
}
// packages/version-watcher/src/upstreams/github/tag-source.ts
/** The source at a tag, pinned to the commit that the tag names. */
function tagSource({ client, serverUrl, say }, { repository }, { name }) {
	const at = parseRepositoryName(repository);
	const inputOf = memoize(async (tag) => {
		say(`reading the commit of the tag ${tag.name} of ${repository}`);
		const commit = await commitOfTag(client, at, tag);
		return {
			name: `${name}.orig.tar`,
			url: `${serverUrl}/${repository}/archive/${commit}.tar.gz`,
			...await commitContent(client, at, commit),
			origin: {
				kind: "github",
				repository,
				tag: tag.name,
				object: tag.object.sha,
				commit
			}
		};
	}, (tag) => tag.name);
	return {
		unavailableReason: () => Promise.resolve(void 0),
		inputs: async (tag) => [await inputOf(tag)]
	};
}
const commitSchema = object({
	tree: object({ sha: gitIdSchema }),
	committer: object({ date: datetime({ offset: true }) })
});
async function commitContent(client, at, commit) {
	const parameters = {
		...at,
		commit_sha: commit
	};
	const { tree, committer } = await client.call(client.rest.git.getCommit, parameters, commitSchema);
	return {
		tree: tree.sha,
		epoch: Math.floor(Date.parse(committer.date) / 1e3)
	};
}
// packages/version-watcher/src/upstreams/github/upstream.ts
/**
* Versions as a repository on GitHub has them, by its tags: the source at a tag, or the files of its release.
* Tags are what shows new versions because they change only then: a list of releases contains download
* counts, and so differs on every request.
*/
function githubUpstream(access, github, subject) {
	const content = github.kind === "tags" ? tagSource(access, github, subject) : releaseFiles(access, github, subject);
	const tags = memoize(async () => {
		access.say(`reading the tags of ${github.repository} on GitHub`);
		return tagsByVersion(await listTags(access.client, parseRepositoryName(github.repository)), github.tags);
	}, () => "");
	return {
		name: "github",
		filesIdentity: "tag",
		async versions() {
			return [...await tags()].map(([version, [tag]]) => ({
				version,
				...tag && { id: tag.object.sha }
			}));
		},
		async unavailableReason(version) {
			const [tag, ...others] = (await tags()).get(version) ?? [];
			if (!tag) return "no longer has a tag";
			if (others.length === 0) return content.unavailableReason(tag, version);
			return `has several tags, ${[tag, ...others].map(({ name }) => name).join(" and ")}`;
		},
		fileInRepository: (version, path) => fileAtVersion(access, github.repository, github.tags, version, path),
		async inputs(version, architecture) {
			const [tag] = (await tags()).get(version) ?? [];
			if (!tag) throw new Error(`${github.repository} has no tag for ${version}`);
			const inputs = await content.inputs(tag, version, architecture);
			for (const { origin } of inputs) requirePinnedCommit(origin, github, subject);
			return inputs;
		}
	};
}
/**
* Rejects a tag that names another commit than the one it is pinned to: it was moved again.
* @throws KilnError `upstream-moved`
*/
function requirePinnedCommit(origin, { pins }, { key, extension }) {
	if (origin.kind !== "github") return;
	const { tag, commit, repository } = origin;
	const pin = pins?.[tag];
	if (pin === void 0 || pin === commit) return;
	throw new KilnError("upstream-moved", {
		expected: `tag ${tag} in ${repository} to name ${pin}, as "${key}.pins" says`,
		found: commit,
		next: `ask upstream why, review the change, and then correct the pin in extensions/${extension}/extension.yaml`
	});
}
// packages/version-watcher/src/upstreams/github/tag-content.ts
/** As the environment configures it. */
function configuredAccess(say) {
	return {
		client: upstreamClient(say),
		serverUrl: settings().upstreamServerUrl,
		say
	};
}
// packages/version-watcher/src/upstreams/http/web-server.ts
/** The largest list of checksums or signature that is read, in bytes. */
const largest$1 = 1e6;
/** Files by their URLs. Lists and signatures are requested anew in every run, because they are not verified. */
function webServer(say) {
	return {
		urlOf: (url) => url,
		async read(url) {
			say(`reading ${url}`);
			return (await readRemoteDocument(url, { largest: largest$1 }))?.body;
		},
		fetch: (url) => fetchUnverified({ url }, say),
		storedDigest: () => void 0
	};
}
/** Asks a server for a file once per process. */
const headOf = memoize((url, say) => {
	say(`asking for ${url}`);
	return readRemoteHead(url);
}, (url) => url);
/**
* The size of a file that is known to exist, in bytes.
* @throws KilnError `download-missing` for an HTML page
*/
async function sizeOfFile(url, say) {
	const head = await headOf(url, say);
	if (typeof head === "string") throw new Error(`a version without ${url} is not available`);
	if (/^text\/html\b/.test(head.type)) throw htmlPage(url);
	return head.size ?? await sizeOf(url, say);
}
/** The size of a file, where the server does not give it before the whole file. */
async function sizeOf(url, say) {
	const { path } = await fetchUnverified({ url }, say);
	return (await stat(path)).size;
}
function htmlPage(url) {
	return new KilnError("download-missing", {
		expected: `${url} to be a file`,
		found: "an HTML page, as some servers send it in place of a missing file",
		next: `correct the URL in extension.yaml, or add the version to "versions.exclude"`
	});
}
// packages/version-watcher/src/upstreams/http/json.ts
/**
* The versions in a JSON document, or in as many pages of it as the definition allows.
* @param read reads the document at a URL
* @throws KilnError `document-invalid` if it has no list where the definition says
*/
async function versionsInJson({ url, items, version, pattern, where = {}, next }, read) {
	const versions = /* @__PURE__ */ new Set();
	let seen = {
		count: 0,
		matching: 0,
		first: ""
	};
	let at = url;
	for (let page = 0; page < (next?.pages ?? 1); page += 1) {
		const list = itemsOf(valueAt(await read(at), items), at, items);
		for (const item of list) {
			const matches = Object.entries(where).every(([path, value]) => valueAt(item, path) === value);
			const text = matches ? textOf(item, version) : void 0;
			const found = text === void 0 ? void 0 : versionOf$2(text, pattern);
			if (found !== void 0) versions.add(found);
			const { count, matching, first } = seen;
			seen = {
				count: count + 1,
				matching: matching + Number(matches),
				first: first || shown(item)
			};
		}
		const last = next && list.length > 0 ? valueAt(list.at(-1), next.from) : void 0;
		if (!next || typeof last !== "string" && typeof last !== "number") break;
		const following = new URL(url);
		following.searchParams.set(next.parameter, String(last));
		if (following.href === at) break;
		at = following.href;
	}
	if (versions.size === 0) throw noVersions(url, seen);
	return versions;
}
function noVersions(url, seen) {
	const { count, matching, first } = seen;
	return new KilnError("document-invalid", {
		expected: `${url} to list versions as "versions.json" in extension.yaml says`,
		found: count === 0 ? "an empty list" : `${count === 1 ? "one item" : `${count} items`} without a version, of which ${matching} match "where"; the first is ${first}`,
		next: `correct "items", "version", "pattern" or "where" in extension.yaml`
	});
}
/** An item of a list, for messages. */
function shown(item) {
	const text = item instanceof Keyed ? item.key : JSON.stringify(item);
	return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
/** The items of an array; of an object, its keys, which are versions, with what they stand for; or one text. */
function itemsOf(list, url, path) {
	if (Array.isArray(list)) return list;
	if (typeof list === "string") return [list];
	if (typeof list === "object" && list !== null) return Object.entries(list).map(([key, value]) => new Keyed(key, value));
	throw new KilnError("document-invalid", {
		expected: `${url} to have a list${path === void 0 ? "" : ` at ${path}`}`,
		found: list === void 0 ? "nothing" : typeof list,
		next: `correct "versions.json" in extension.yaml: "items" says where in the document the list is`
	});
}
/** An entry of an object whose keys are versions. */
var Keyed = class {
	key;
	value;
	constructor(key, value) {
		this.key = key;
		this.value = value;
	}
};
function textOf(item, path) {
	const value = path === void 0 && item instanceof Keyed ? item.key : valueAt(item, path);
	return typeof value === "string" ? value : void 0;
}
/** The value at a path of keys; undefined if there is none. */
function valueAt(document, path) {
	let value = document instanceof Keyed ? document.value : document;
	for (const key of path?.split(".") ?? []) {
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return void 0;
		value = Object.getOwnPropertyDescriptor(value, key)?.value;
	}
	return value;
}
// packages/version-watcher/src/upstreams/http/html.ts
/** The longest version that is looked for in a page, in characters. */
const longestVersion = 100;
/**
* The versions in the names of files that a page lists. Nothing of the page is interpreted: every place with
* the text before the version counts, and takes one look at the characters after it.
* @param pattern a file name with `{version}` in it once, such as `docker-{version}.tgz`
*/
function versionsInPage(page, pattern) {
	const text = page.replaceAll(/%2b|&#43;/gi, "+");
	const [before = "", after = ""] = pattern.split("{version}");
	const versions = /* @__PURE__ */ new Set();
	for (let at = text.indexOf(before); at !== -1; at = text.indexOf(before, at + before.length)) {
		const start = at + before.length;
		const rest = text.slice(start, start + longestVersion + after.length);
		const end = after === "" ? rest.search(/[^0-9A-Za-z.+~-]|$/) : rest.indexOf(after);
		const version = end === -1 ? void 0 : versionOf$2(rest.slice(0, end));
		if (version !== void 0) versions.add(version);
	}
	return versions;
}
// packages/version-watcher/src/upstreams/http/versions.ts
/** The largest list of versions that is read, in bytes. */
const largest = 2e7;
/** How many pages a list of tags has at most. */
const mostPages = 100;
/**
* All versions that a document or the tags of a repository list.
* @throws KilnError `document-invalid`, `download-missing`, `network-unreachable`
*/
async function listVersions({ json, html, github, gitlab }, access) {
	const { say } = access;
	if (json) return versionsInJson(json, async (url) => parseJson(await read(url, say), url));
	if (html) return versionsInPage((await read(html.url, say)).body.toString(), html.pattern);
	if (gitlab) return fromGitLab(gitlab, say);
	if (!github) throw new Error("the definition does not say where versions are listed");
	say(`reading the tags of ${github.repository} on GitHub`);
	return versionsOf((await listTags(access.github().client, parseRepositoryName(github.repository))).map(({ name }) => name), github.tags);
}
/** The tags of a project (GitLab's API of tags), whose pages are numbered. */
async function fromGitLab({ url, project, tags }, say) {
	const base = `${url.replace(/\/+$/, "")}/api/v4/projects/${encodeURIComponent(project)}/repository/tags`;
	const names = [];
	let page = "1";
	for (let count = 0; count < mostPages; count += 1) {
		const at = `${base}?per_page=100&page=${page}`;
		const document = await read(at, say);
		const parsed = array(object({ name: string() })).safeParse(parseJson(document, at));
		if (!parsed.success) throw invalid(`${at} to be a list of tags`, "another document");
		names.push(...parsed.data.map(({ name }) => name));
		if (document.nextPage === void 0) break;
		page = document.nextPage;
	}
	return versionsOf(names, tags);
}
function versionsOf(names, form) {
	return new Set(names.map((name) => versionOf$2(name, form)).filter((version) => version !== void 0));
}
/** Reads a list of versions, which is kept: what it names is verified by other means. */
async function read(url, say) {
	say(`reading ${url}`);
	const document = await readRemoteDocument(url, {
		largest,
		keep: true
	});
	if (document) return document;
	throw new KilnError("download-missing", {
		expected: `a list of versions at ${url}`,
		found: "no such document",
		next: `correct "versions" in extension.yaml`
	});
}
function parseJson({ body }, url) {
	try {
		return JSON.parse(body.toString());
	} catch (cause) {
		const found = isHtml(body.toString()) ? "an HTML page" : "another document";
		throw invalid(`${url} to be a JSON document`, found, cause);
	}
}
function invalid(expected, found, cause) {
	return new KilnError("document-invalid", {
		expected,
		found,
		next: `correct "versions" in extension.yaml, or wait until the server is repaired`,
		cause
	});
}
// packages/version-watcher/src/upstreams/http/upstream.ts
/**
* Files on any web server, whose versions a document or the tags of a repository list. A version's files are
* assumed never to change, so that an idle watch requests only the list.
*/
function httpUpstream(access, http, subject) {
	const { say } = access;
	const server = webServer(say);
	const config = releasedFiles(http);
	const versions = memoize(() => listVersions(http.versions, access), () => "");
	const files = (version) => subject.architectures.flatMap((one) => wantedFiles(config, subject.name, version, one));
	/**
	* Whether the server lets us read the file of an older version: then 403 means that it lacks the one of this
	* version. Otherwise it may forbid everything, which must not make an older version look like the newest.
	*/
	const canReadOlder = async (version, index) => {
		const older = [...await versions()].filter((one) => compareUpstreamVersions(one, version) < 0).toSorted(compareUpstreamVersions).slice(-mostOlder);
		for (const one of older.toReversed()) {
			const url = urlsOf(files(one))[index];
			if (url !== void 0 && typeof await headOf(url, say) === "object") return true;
		}
		return false;
	};
	const { github: tagged } = http.versions;
	return {
		name: "http",
		filesIdentity: "version",
		async versions() {
			return [...await versions()].map((version) => ({ version }));
		},
		async unavailableReason(version) {
			if (!(await versions()).has(version)) return "is no longer listed";
			const wanted = files(version);
			const unverified = unverifiable(wanted, server);
			if (unverified !== void 0) return unverified;
			for (const [index, url] of urlsOf(wanted).entries()) {
				const head = await headOf(url, say);
				if (head === "missing") return `has no ${url} yet`;
				if (head !== "forbidden") continue;
				if (!await canReadOlder(version, index)) throw forbidden(url);
				return `has no ${url} yet: the server answers 403, but not for an older version`;
			}
		},
		fileInRepository: tagged && ((version, path) => fileAtVersion(access.github(), tagged.repository, tagged.tags, version, path)),
		inputs: (version, architecture) => Promise.all(wantedFiles(config, subject.name, version, architecture).map(async (file) => {
			const size = await sizeOfFile(file.name, say);
			const { sha256, evidence } = await establishDigest(file, server, subject);
			return {
				...file.input,
				url: file.name,
				size,
				sha256,
				origin: {
					kind: "http",
					...evidence
				}
			};
		}))
	};
}
/** How many older versions are tried after a server has answered 403. */
const mostOlder = 5;
/** The URLs of files and of the lists of their checksums. */
function urlsOf(files) {
	const lists = files.flatMap(({ evidence }) => evidence.kind === "lists" ? evidence.lists : []);
	return [...new Set([...files, ...lists].map(({ name }) => name))];
}
/** The part of the definition that both kinds with released files have in common. */
function releasedFiles({ url = "", files, take, to, ...http }) {
	const all = files ?? [{
		url,
		take,
		to
	}];
	return {
		...http,
		files: all.map(({ url: name, ...file }) => ({
			...file,
			name
		}))
	};
}
// packages/version-watcher/src/upstreams/open.ts
/** The upstreams that an extension has. */
function upstreamsOf({ upstreams }) {
	return upstreamNames.filter((name) => upstreams[name] !== void 0);
}
/** The upstream of an extension for which none is requested: Debian's archive, if it has that. */
function firstUpstream(definition) {
	const [first] = upstreamsOf(definition);
	if (first === void 0) throw new Error(`${definition.name} has no upstream`);
	return first;
}
/**
* The upstream that an extension's versions are taken from: the requested one, or else the extension's first
* one; always its files, if it consists of files. It depends neither on what an upstream offers nor on
* whether it responds.
* @returns undefined if the extension is skipped
* @throws KilnError `unknown-upstream`
*/
function chooseUpstream(definition, { from: requested, otherwise }, say) {
	const first = firstUpstream(definition);
	if (requested === void 0 || first === "files") return first;
	if (definition.upstreams[requested] !== void 0) return requested;
	if (otherwise === "first") return first;
	if (otherwise === "skip") {
		say(`skipped: it has no upstream ${requested}, only ${upstreamsOf(definition).join(", ")}`);
		return;
	}
	throw new KilnError("unknown-upstream", {
		expected: `an upstream that ${definition.name} has: ${upstreamsOf(definition).join(", ")}`,
		found: requested,
		next: `choose another upstream, or add "upstreams.${requested}" to extensions/${definition.name}/extension.yaml`
	});
}
/** Returns a function that makes the access for one extension; all extensions share one GitHub client, and
* what the module proxy answered. */
function sharedAccess() {
	let shared;
	const github = (say) => ({
		...shared ??= configuredAccess(say),
		say
	});
	const lists = memoize((module, say) => configuredGoAccess(say).list(module), (module) => module);
	const go = (say) => ({
		say,
		list: (module) => lists(module, say)
	});
	return (say, warn) => ({
		say,
		archive: debianArchive(say, warn),
		github: () => github(say),
		go: () => go(say)
	});
}
/** Opens one of the upstreams that an extension has. */
function openUpstream(name, { definition, folder }, access) {
	const { name: extension, architectures, upstreams } = definition;
	return open$1(name, upstreams, {
		name: extension,
		extension,
		folder,
		architectures,
		key: `upstreams.${name}`
	}, access);
}
/** Opens the further sources of an extension. */
function openSources({ definition, folder }, access) {
	const { name: extension, architectures } = definition;
	return Object.entries(definition.sources ?? {}).map(([name, { version, ...upstreams }]) => {
		const kind = choosableUpstreams.find((one) => upstreams[one] !== void 0);
		if (kind === void 0) throw new Error(`the source ${name} of ${extension} has no upstream`);
		return {
			name,
			policy: version,
			upstream: open$1(kind, upstreams, {
				name,
				extension,
				folder,
				architectures,
				key: `sources.${name}.${kind}`
			}, access)
		};
	});
}
function open$1(name, { debian, go, github, http, files }, subject, access) {
	if (name === "debian" && debian) return debianUpstream(access.archive, debian, subject);
	if (name === "go" && go) return goUpstream(access.go(), go, subject);
	if (name === "github" && github) return githubUpstream(access.github(), github, subject);
	if (name === "http" && http) return httpUpstream(access, http, subject);
	if (name === "files" && files) return filesUpstream(files);
	throw new Error(`${subject.extension} has no upstream ${name}`);
}
// packages/version-watcher/src/taken-tags.ts
/**
* Looks up the tags of a version that is to be built. A tag without a release is not used again: the release
* was removed, hosts may have its image, and GitHub refuses the tag if the release was immutable. A tag with a
* release that was not known is of one that was published in the meantime, or that hosts are not offered.
*/
async function takenTags({ tagsBeginningWith, find }, definition, upstream) {
	const versions = (await tagsBeginningWith(releaseTag(definition, {
		upstream,
		revision: 1
	}))).map((tag) => parseReleaseTag(definition, tag)).filter((version) => version?.upstream === upstream).filter((version) => version !== void 0).toSorted((left, right) => right.revision - left.revision);
	const largest = versions[0]?.revision ?? 0;
	for (const version of versions) {
		const release = await find(releaseTag(definition, version));
		if (release) return {
			published: {
				version,
				release,
				record: parseReleaseRecord(release.notes)
			},
			largest
		};
	}
	return {
		published: void 0,
		largest
	};
}
/** A published version with its record, which is looked up if only its tag is known. */
async function withRecord(known, tags) {
	if (known === void 0 || known.record !== void 0 || tags === void 0) return known;
	const release = await tags.find(known.release.tag);
	return release ? {
		...known,
		release,
		record: parseReleaseRecord(release.notes)
	} : known;
}
/** Orders with a revision whose tag is not taken. */
function withFreeTag(orders, { largest }) {
	return orders.map(({ version, ...order }) => ({
		...order,
		version: {
			...version,
			revision: Math.max(version.revision, largest + 1)
		}
	}));
}
/** From how many lookups on all tags are listed at once. */
const mostLookups = 20;
/** Looks up tags one by one, but if there are many, reads the list of all tags once. */
function sharedLookup({ tagsBeginningWith, find }) {
	let lookups = 0;
	let all;
	return {
		find,
		async tagsBeginningWith(prefix) {
			lookups += 1;
			if (lookups <= mostLookups) return tagsBeginningWith(prefix);
			all ??= tagsBeginningWith("");
			return (await all).filter((tag) => tag.startsWith(prefix));
		}
	};
}
// packages/version-watcher/src/choose-version.ts
/**
* Parses the version that a person requested, with or without `v`, before any request to an upstream.
* @throws KilnError `unknown-version`
*/
function parseRequestedVersion(text, { name }) {
	const version = parseUpstreamVersion(text);
	if (version !== void 0) return version;
	throw new KilnError("unknown-version", {
		expected: `a version of ${name}: numbers with dots between them, with or without v`,
		found: JSON.stringify(text.slice(0, 80)),
		next: "correct it, or leave it out to get what the policy wants; `./kiln list` shows what there is"
	});
}
/**
* Finds the requested version among those that upstream has.
* @throws KilnError `unknown-version` with the reason if upstream lacks it or it cannot be built
*/
async function requireVersion(version, versions, definition, upstream) {
	const found = versions.find((one) => one.version === version);
	const reason = found ? await reasonAgainst(version, upstream) : "upstream does not have";
	if (found && reason === void 0) return found;
	const stable = versions.filter((one) => !isPrerelease(one.version));
	throw new KilnError("unknown-version", {
		expected: `a version of ${definition.name} that upstream ${upstream.name} offers: ${describe$1(stable) || "none"}`,
		found: `${JSON.stringify(version)}, which ${reason}`,
		next: "choose one of these, or leave it out to get what the policy wants; `./kiln list` shows all"
	});
}
/** Prereleases are not built: systemd orders them above their release, so that hosts would stay on them. */
async function reasonAgainst(version, upstream) {
	return isPrerelease(version) ? "is a prerelease" : upstream.unavailableReason(version);
}
/**
* The error if policy wants none of the versions.
* @param skipped the versions that it would want, and why they cannot be built; the newest first
*/
function noVersionWanted(versions, skipped, { name }, upstream) {
	const [newest] = skipped;
	return new KilnError("unknown-version", {
		expected: `upstream ${upstream.name} to have a version of ${name} that the definition's policy wants`,
		found: newest ? `${newest.version}, which ${newest.reason}${skipped.length > 1 ? `, and ${skipped.length - 1} more that cannot be built` : ""}` : describe$1(versions) || "no semantic version",
		next: `correct "versions" or "upstreams" in extensions/${name}/extension.yaml`
	});
}
/** Lists the newest five: a message should be short. */
function describe$1(versions) {
	return versions.map(({ version }) => version).toSorted(compareUpstreamVersions).toReversed().slice(0, 5).join(", ");
}
// packages/version-watcher/src/libraries.ts
/**
* The newest versions of the libraries that a Dockerfile links in, so that a security fix is a new input.
* @param isKnown of which inputs the mirror need not be asked whether it still has them
*/
async function compileInputs(archive, { compile }, architecture, isKnown) {
	if (!compile) return [];
	const { suites, sources, packages } = compile;
	return (await Promise.all([...sources.map(async (name) => {
		const candidates = (await archive.sources(suites, name)).map(sourceCandidate);
		return newest(archive, name, suites, candidates, isKnown);
	}), ...packages.map((name) => newestBinary(archive, name, suites, architecture, isKnown))])).flat();
}
/** The packages that stand in for hosts of some architectures in the smoke run. */
async function hostLibraries(archive, { hostLibraries: wanted }, architectures) {
	if (!wanted) return [];
	const { packages, suite } = wanted;
	const libraries = architectures.flatMap((architecture) => packages.map(async (name) => {
		return (await newestBinary(archive, name, [suite], architecture)).map((input) => ({
			...input,
			architecture
		}));
	}));
	return (await Promise.all(libraries)).flat();
}
/** The file of a binary package, in the newest version that the mirror has completely. */
async function newestBinary(archive, name, suites, architecture, isKnown) {
	return newest(archive, name, suites, (await archive.binaries(suites, name, architecture)).map(binaryCandidate), isKnown);
}
async function newest(archive, name, suites, candidates, isKnown) {
	const inputs = await newestAvailable(candidates, archive, isKnown);
	if (inputs) return inputs;
	throw new KilnError("archive-invalid", {
		expected: `a version of package ${name} in ${suites.join(", ")} with all its files`,
		found: candidates.length === 0 ? "no such package" : "only versions with files that the mirror lacks",
		next: "check the package's name in extension.yaml, or use a mirror that has it"
	});
}
// packages/version-watcher/src/reviewed.ts
/**
* Requires that somebody has reviewed what upstream replaced: a tag should always name the same commit, and a
* file of a version always have the same digest.
* @throws KilnError `upstream-moved`
*/
function requireReviewed(changes, { release }, definition) {
	const moved = changes.find((change) => isOfSameVersion(change) && !isReviewed(change, definition));
	if (!moved) return;
	const { order, input, before } = moved;
	if ("module" in input) throw moduleReplaced(order, input, release.tag, before);
	const { what, line, pins } = describe(order, input);
	throw new KilnError("upstream-moved", {
		expected: `${what} to be what ${release.tag} was built from, ${before}`,
		found: pinOf(input),
		next: `ask upstream why, and review the change; then add "${line}" to "${keyOf(input)}.${pins}" in extensions/${order.extension}/extension.yaml, or add the version to "versions.exclude"`
	});
}
/** A further source may have another version than before, with other files. */
function isOfSameVersion({ input, before, sourceBefore }) {
	const { source, origin } = input;
	if ("module" in input && before.startsWith(`${input.sum} `)) return false;
	return origin.kind !== "debian" && source?.version === sourceBefore;
}
function isReviewed({ order, input }, { upstreams, sources }) {
	const { source, origin } = input;
	const of = source ? sources?.[source.name] : upstreams;
	if (origin.kind === "github" && of?.github?.pins?.[origin.tag] === origin.commit) return true;
	const config = origin.kind === "http" ? of?.http : of?.github;
	if (!config || !("digests" in config) || !("sha256" in input)) return false;
	return pinnedDigest(config, versionOf$1(order, input), input.url) === input.sha256;
}
function versionOf$1({ version }, { source }) {
	return source?.version ?? version.upstream;
}
/** The key of the definition that says where an input comes from. */
function keyOf({ source, origin }) {
	return source ? `sources.${source.name}.${origin.kind}` : `upstreams.${origin.kind}`;
}
/** A proxy and the checksum database never change a version, so this can only be one that nobody verifies. */
function moduleReplaced(order, input, tag, before) {
	return new KilnError("upstream-moved", {
		expected: `the module ${input.module} ${input.version} to be what ${tag} was built from, ${before}`,
		found: pinOf(input),
		next: `ask upstream why; until it is resolved, add the version to "versions.exclude" in extensions/${order.extension}/extension.yaml`
	});
}
/** What was replaced, the line that accepts it, and the key that the line is under. */
function describe(order, input) {
	const { origin } = input;
	if (origin.kind === "github") return {
		what: `${"tree" in input ? `tag ${origin.tag}` : `the files of ${origin.tag}`} in ${origin.repository}`,
		line: `${origin.tag}: ${origin.commit}`,
		pins: "pins"
	};
	if (!("url" in input)) throw new Error("nothing is published that was built from a folder");
	return {
		what: input.url,
		line: `${versionOf$1(order, input)}: { ${input.url}: ${pinOf(input)} }`,
		pins: "digests"
	};
}
// packages/version-watcher/src/missing.ts
/**
* Whether a published version is known to be up to date without looking at upstream's files: it came from
* another upstream, and is kept as it is; or it has every architecture, and what identifies upstream's files,
* its recipe and its libraries are unchanged.
*/
function isUpToDate({ record }, { id }, { name: upstream, filesIdentity }, recipe, libraries) {
	if (!record || record.upstream !== upstream) return true;
	if (!(filesIdentity === "version" || filesIdentity === "tag" && id === record.object) || recipe !== record.recipe) return false;
	return [...libraries].every(([architecture, inputs]) => record.fingerprints[architecture] !== void 0 && inputs.every((input) => record.pins[architecture]?.[input.name] === pinOf(input)));
}
/**
* Whether a version was published only because a person requested it. Hosts are not offered it: if policy selects it
* later, its next revision is built.
*/
function isOnRequest({ record }) {
	return record?.outsidePolicy === true;
}
/** Whether builds would give again what is published, and whether hosts are offered it or not as before. */
function isPublished(orders, last) {
	const { record } = last ?? {};
	if (!record || isOnRequest({ record }) && orders.some(({ outsidePolicy }) => outsidePolicy !== true)) return false;
	return orders.every((order) => record.fingerprints[order.architecture] === fingerprint$1(order));
}
/**
* The builds of a version that are missing. A published version is rebuilt, as its next revision, only if its
* inputs or its recipe changed, and never from inputs that are older than the published ones: a mirror that
* goes back in time would remove a security fix from hosts.
* @param last the newest published revision
* @param options.say takes a line about why a build that would differ is skipped
* @throws KilnError `upstream-moved` if upstream has replaced what the published version was built from
*/
async function missingBuilds(orders, last, { definition, say }) {
	if (!last?.record) return last ? [] : [...orders];
	const { record, version } = last;
	const changes = orders.flatMap((order) => changesOf(order, record));
	requireReviewed(changes, last, definition);
	if (isPublished(orders, last)) return [];
	const older = await firstOlder(changes, definition);
	if (older) {
		const { input, before, sourceBefore } = older;
		const [now, then] = input.source?.version === sourceBefore || input.origin.kind === "debian" ? [pinOf(input), before] : [input.source?.version, sourceBefore];
		say(`not rebuilding ${definition.name} ${formatImageVersion(version)}: ${input.name} is ${now} here, older than ${then}, which it was published with`);
		return [];
	}
	return orders.map((order) => ({
		...order,
		version: {
			...version,
			revision: version.revision + 1
		}
	}));
}
/** Whether the versions of further sources, and what identifies their files, are as published. */
function haveSameSources({ record }, sources) {
	const published = record?.sources ?? {};
	if (sources?.length !== Object.keys(published).length) return false;
	return sources.every(({ source: { name, upstream }, version: { version, id } }) => {
		const before = Object.hasOwn(published, name) ? published[name] : void 0;
		if (before?.version !== version || upstream.filesIdentity === "none") return false;
		return upstream.filesIdentity === "version" || before.object === id;
	});
}
function changesOf(order, { pins, sources = {} }) {
	const published = pins[order.architecture] ?? {};
	return order.inputs.flatMap((input) => {
		const before = Object.hasOwn(published, input.name) ? published[input.name] : void 0;
		if (before === void 0 || before === pinOf(input)) return [];
		const { source } = input;
		return [{
			order,
			input,
			before,
			sourceBefore: source && Object.hasOwn(sources, source.name) ? sources[source.name]?.version : void 0
		}];
	});
}
/**
* The first input that is older than the published one: a Debian package, a toolchain of Go, or a further
* source of which the definition wants the newest version.
*/
async function firstOlder(changes, definition) {
	for (const change of changes) {
		const { input, before, sourceBefore } = change;
		if (input.origin.kind === "debian" && await isNewer(before, input.origin.version)) return change;
		if ("module" in input && isOlderToolchain(input.toolchain, toolchainIn(before))) return change;
		const { source } = input;
		const policy = source && definition.sources?.[source.name]?.version;
		const isMoving = policy === "newest" || typeof policy === "object" && "series" in policy;
		if (!source || !isMoving || sourceBefore === void 0) continue;
		if (compareUpstreamVersions(source.version, sourceBefore) < 0) return change;
	}
}
// packages/version-watcher/src/selected.ts
/**
* What policy wants of upstream's versions and the published ones together: if upstream has gone back to an
* older version, or another upstream is used, hosts are not offered a version older than the one that they
* have.
* @param warn receives what a person should know although nothing has failed
* @throws KilnError `unknown-version` if policy wants nothing, unless every series has reached its end of life
*/
async function versionsWanted(candidates, warn = () => void 0) {
	const { versions, published, definition, upstream } = candidates;
	const { wanted, gone, skipped } = await select(candidates);
	for (const { version } of wanted) if ((gone.includes(version) ? lastRevision(published, version)?.record : void 0)?.upstream === upstream.name) warn(`hosts are offered ${definition.name} ${version}, which upstream ${upstream.name} no longer has; if it is bad, withdraw it`);
	const known = versions.map(({ version }) => version);
	const ended = endsOfLife([...known, ...gone], definition.versions);
	for (const end of ended) {
		const warning = endOfLifeWarning(definition.name, end);
		if (warning !== void 0) warn(warning);
	}
	if (wanted.length === 0 && ended.some(({ days }) => days <= 0)) return [];
	const upstreamHasAny = versions.some(({ version }) => isTracked(version, definition.versions, known));
	if (wanted.length === 0 || !upstreamHasAny) throw noVersionWanted(versions, skipped, definition, upstream);
	return wanted;
}
/** Why policy does not select a version that upstream has; undefined if it does. */
async function whyNotSelected(requested, candidates) {
	const { wanted } = await select(candidates);
	if (wanted.some(({ version }) => version === requested)) return void 0;
	const { versions: policy } = candidates.definition;
	if (policy.exclude.includes(requested)) return "the policy excludes it";
	if (Object.hasOwn(policy.withdrawn, requested)) return "it is withdrawn";
	if (!isAllowed(requested, policy)) return `the policy's minimum is ${policy.minimum}`;
	if (!isTracked(requested, policy, candidates.versions.map(({ version }) => version))) return "hosts do not follow its series";
	const end = endOfLifeOf(requested, policy);
	if (end !== void 0 && end.days <= 0) return `the series ${end.series} reached its end of life on ${end.date}`;
	return `the policy selects ${wanted.map(({ version }) => version).join(" and ")}`;
}
/** @returns also the published versions that upstream no longer has, and those that cannot be built, and why */
async function select({ versions, published, definition, upstream, say }) {
	const gone = published.map(({ version }) => version.upstream).filter((version) => versions.every((one) => one.version !== version));
	const skipped = [];
	return {
		wanted: await wantedVersions([...versions, ...gone.map((version) => ({ version }))], definition.versions, async ({ version }) => {
			if (lastRevision(published, version)) return true;
			const reason = await upstream.unavailableReason(version);
			if (reason === void 0) return true;
			say(`skipping ${definition.name} ${version}, which ${reason}`);
			skipped.push({
				version,
				reason
			});
			return false;
		}),
		gone,
		skipped
	};
}
// packages/version-watcher/src/sources.ts
/**
* An upstream whose versions need those of further sources, and have their inputs as well.
* @param recordOf what was published for a version last, so that nothing is requested that is known
* @param say takes a line about a version of a source that is skipped
*/
function withSources(upstream, sources, recordOf, say) {
	const resolved = memoize((version) => resolveAll(upstream, sources, version, recordOf(version), say), (version) => version);
	const resolvedForBuild = memoize((version) => sources.some(isNamed) && recordOf(version) !== void 0 ? resolveAll(upstream, sources, version, void 0, () => void 0) : resolved(version), (version) => version);
	return {
		...upstream,
		async sourcesOf(version) {
			const found = await resolved(version);
			return typeof found === "string" ? void 0 : found;
		},
		async unavailableReason(version) {
			const reason = await upstream.unavailableReason(version);
			if (reason !== void 0) return reason;
			const found = await resolved(version);
			return typeof found === "string" ? found : void 0;
		},
		async isCurrent(pins) {
			const all = [upstream, ...sources.map((source) => source.upstream)];
			return (await Promise.all(all.map(async (one) => await one.isCurrent?.(pins) ?? true))).every(Boolean);
		},
		async inputs(version, architecture, isKnown) {
			const own = await upstream.inputs(version, architecture, isKnown);
			const found = await resolvedForBuild(version);
			if (typeof found === "string") throw new Error(`a version that ${found} is not available`);
			const others = found.map(async ({ source: { name, upstream: from }, version: one }) => {
				const inputs = await from.inputs(one.version, architecture, isKnown);
				const source = {
					name,
					upstream: from.name,
					version: one.version
				};
				return inputs.map((input) => ({
					...input,
					source
				}));
			});
			return [...own, ...(await Promise.all(others)).flat()];
		}
	};
}
/** Whether a file of the upstream's repository names the version. */
function isNamed({ policy }) {
	return typeof policy === "object" && "file" in policy;
}
/** The versions of all sources, or why one has none, to complete "a version, which ...". */
async function resolveAll(upstream, sources, version, record, say) {
	const found = [];
	for (const source of sources) {
		const published = record?.sources?.[source.name]?.version;
		const chosen = await choose(upstream, isNamed(source) && published !== void 0 && await isUnchanged(upstream, version, record) ? {
			...source,
			policy: { exact: published }
		} : source, version, published, say);
		if (typeof chosen === "string") return chosen;
		found.push({
			source,
			version: chosen
		});
	}
	return found;
}
/** Whether the upstream's files of a version, with all that its repository has for it, are as published. */
async function isUnchanged(upstream, version, record) {
	if (upstream.filesIdentity !== "tag") return upstream.filesIdentity === "version";
	const found = (await upstream.versions()).find((one) => one.version === version);
	return found?.id !== void 0 && found.id === record?.object;
}
async function choose(upstream, { name, policy, upstream: from }, version, published, say) {
	const versions = await from.versions();
	const reasonAgainst = async (one) => one === published ? void 0 : from.unavailableReason(one);
	const exactly = async (wanted) => {
		const found = versions.find((one) => one.version === wanted);
		if (!found) return `needs ${name} ${wanted}, which its upstream does not have`;
		const reason = await reasonAgainst(wanted);
		return reason === void 0 ? found : `needs ${name} ${wanted}, which ${reason}`;
	};
	if (policy === "same") return exactly(version);
	if (policy !== "newest" && "exact" in policy) return exactly(policy.exact);
	if (policy !== "newest" && "file" in policy) {
		const text = await upstream.fileInRepository?.(version, policy.file);
		if (text === void 0) return `has no file ${policy.file} that names the version of ${name}`;
		const named = versionOf$2(text.trim());
		if (named === void 0) return `has something else than a version of ${name} in ${policy.file}`;
		return exactly(named);
	}
	const newestFirst = versions.filter((one) => !isPrerelease(one.version) && (policy === "newest" || isInSeries(one.version, policy.series))).toSorted((one, other) => compareUpstreamVersions(other.version, one.version));
	for (const one of newestFirst) {
		const reason = await reasonAgainst(one.version);
		if (reason === void 0) return one;
		say(`skipping ${name} ${one.version}, which ${reason}`);
	}
	return `needs a version of ${name}, of which its upstream has none`;
}
// packages/version-watcher/src/watch.ts
/**
* The missing builds of one extension: what is wanted, less what is published with the same inputs. Upstream
* is asked for a version's files only if something about it is new.
* @throws KilnError `unknown-version` if policy wants nothing, or the requested version cannot be built;
* `upstream-moved`
*/
async function watchExtension(extension, options) {
	const { definition } = extension;
	const { archive, version } = options;
	const requested = version === void 0 ? void 0 : parseRequestedVersion(version, definition);
	const published = publishedVersions(definition, options.releases);
	const recipe = await recipeDigest(extension, options.upstream.name);
	const recordOf = (one) => {
		const record = lastRevision(published, one)?.record;
		return record?.recipe === recipe ? record : void 0;
	};
	const upstream = withSources(options.upstream, options.sources ?? [], recordOf, archive.say);
	const versions = await upstream.versions();
	const candidates = {
		versions,
		published: selectedVersions(definition, options.releases),
		definition,
		upstream,
		say: archive.say
	};
	const wanted = requested === void 0 ? await versionsWanted(candidates, options.warn) : [await requireVersion(requested, versions, definition, upstream)];
	const notSelected = requested === void 0 || options.tags === void 0 ? void 0 : await whyNotSelected(requested, candidates);
	const outsidePolicy = notSelected !== void 0;
	const isKnown = knownInputs(published);
	const libraries = await librariesOf(definition, archive, isKnown);
	const orders = await Promise.all(wanted.map(async (one) => {
		const last = await withRecord(lastRevision(published, one.version), options.tags);
		if (last && (outsidePolicy || !isOnRequest(last)) && isUpToDate(last, one, upstream, recipe, libraries) && haveSameSources(last, await upstream.sourcesOf(one.version)) && await isCurrent(last, upstream)) return [];
		const builds = async (of, known) => {
			const planned = await firstBuilds(definition, one.version, recipe, of, upstream, known);
			return outsidePolicy ? planned.map((order) => ({
				...order,
				outsidePolicy
			})) : planned;
		};
		if (upstream.filesIdentity === "none" && isPublished(await builds(libraries, isKnown), last)) return [];
		if (await upstream.unavailableReason(one.version) !== void 0) return [];
		const first = await builds(await librariesOf(definition, archive));
		return withHostLibraries(await missingFor(definition, first, last, options), definition, archive);
	}));
	if (requested !== void 0 && notSelected !== void 0) warnOfRequest(requested, notSelected, orders.flat(), published, definition, options.warn);
	return orders.flat();
}
/** The builds of a version that are missing, with a revision whose tag is free. */
async function missingFor(definition, first, last, { archive: { say }, tags, onUnlisted }) {
	const missing = await missingBuilds(first, last, {
		definition,
		say
	});
	const [order] = missing;
	if (order === void 0 || tags === void 0) return missing;
	const taken = await takenTags(tags, definition, order.version.upstream);
	if (taken.largest <= (last?.version.revision ?? 0)) return missing;
	if (taken.published && !isOnRequest(taken.published)) onUnlisted?.(taken.published.release.tag);
	return withFreeTag(await missingBuilds(first, taken.published ?? last, {
		definition,
		say
	}), taken);
}
/** Says that hosts will not get a version that a person requested, unless policy selected it before. */
function warnOfRequest(version, reason, missing, published, { name }, warn = () => void 0) {
	const last = lastRevision(published, version);
	if (missing.length === 0 && last !== void 0 && !isOnRequest(last)) return;
	warn(`hosts are not offered ${name} ${version}, which gets only its permanent release: ${reason}`);
}
/** Returns whether one of the published versions was built from an input. */
function knownInputs(published) {
	const pins = published.flatMap(({ record }) => Object.values(record?.pins ?? {}));
	const known = new Set(pins.flatMap((inputs) => Object.entries(inputs).map((input) => input.join(" "))));
	return (input) => known.has(`${input.name} ${pinOf(input)}`);
}
async function librariesOf(definition, archive, isKnown) {
	const inputs = definition.architectures.map(async (architecture) => [architecture, await compileInputs(archive, definition, architecture, isKnown)]);
	return new Map(await Promise.all(inputs));
}
/** Whether upstream has renewed nothing that a published version was built from. */
async function isCurrent({ record }, upstream) {
	if (record?.upstream !== upstream.name || upstream.isCurrent === void 0) return true;
	return (await Promise.all(Object.values(record.pins).map(async (pins) => await upstream.isCurrent?.(pins) ?? true))).every(Boolean);
}
function firstBuilds(definition, version, recipe, libraries, upstream, isKnown) {
	return Promise.all(definition.architectures.map(async (architecture) => ({
		extension: definition.name,
		version: {
			upstream: version,
			revision: 1
		},
		architecture,
		upstream: upstream.name,
		inputs: [...await upstream.inputs(version, architecture, isKnown), ...libraries.get(architecture) ?? []],
		recipe,
		hostLibraries: []
	})));
}
/** Adds what stands in for hosts when the images are checked. */
async function withHostLibraries(orders, definition, archive) {
	return Promise.all(orders.map(async (order) => ({
		...order,
		hostLibraries: await hostLibraries(archive, definition, order.upstream === "files" ? architectures : [order.architecture])
	})));
}
// packages/version-watcher/src/watch-all.ts
/**
* The missing builds of extensions, and the names and errors of those that could not be watched: these do not
* affect the others.
* @throws KilnError `usage` if a version is given for more than one extension
*/
async function watchAll(extensions, { from, otherwise, releases, tags, version }, reporter) {
	const requested = version === void 0 ? void 0 : requireOne(extensions);
	const builds = /* @__PURE__ */ new Map();
	const done = /* @__PURE__ */ new Set();
	const warnings = /* @__PURE__ */ new Set();
	const unlisted = [];
	const access = sharedAccess();
	const lookup = tags && sharedLookup(tags);
	const errors = await reporter.run(extensions.map((extension) => ({
		title: `watch ${extension.definition.name}`,
		run: async (say) => {
			const { definition } = extension;
			const name = chooseUpstream(definition, {
				from,
				otherwise
			}, say);
			if (name === void 0) {
				done.add(definition.name);
				return;
			}
			const warn = (line) => {
				if (!warnings.has(line)) say(line);
				warnings.add(line);
			};
			const reached = access(say, warn);
			const upstream = openUpstream(name, extension, reached);
			const { archive } = reached;
			builds.set(definition.name, await watchExtension(extension, {
				upstream,
				sources: openSources(extension, reached),
				archive,
				releases,
				tags: lookup,
				version: extension === requested ? version : void 0,
				warn,
				onUnlisted: (tag) => unlisted.push(tag)
			}));
			done.add(definition.name);
		}
	})), { concurrency: extensions.length });
	return {
		plan: { builds: extensions.flatMap(({ definition }) => builds.get(definition.name) ?? []) },
		failed: extensions.map(({ definition }) => definition.name).filter((name) => !done.has(name)),
		warnings: [...warnings].toSorted(),
		unlisted,
		errors
	};
}
// packages/version-watcher/src/action/context.ts
/** The inputs of the action; `action.yml` describes them. */
const inputs = object({
	extension: listInput(),
	version: string().optional(),
	upstream: _enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` }).optional(),
	extensions: string().default("extensions"),
	limit: stringFormat("limit", /^[1-9]\d{0,2}$/, { error: "a number from 1 to 999" }).default("256").transform(Number),
	output: string().default("plan.json"),
	token: string().optional()
});
const outputs = {
	plan: "",
	"plan-digest": "",
	matrix: "",
	waiting: "0",
	failed: "",
	unlisted: ""
};
// packages/version-watcher/src/action/plan-outputs.ts
/**
* The part of a plan that one run builds: whole versions, and at most `limit` images (GitHub allows 256 jobs
* in a matrix). Parts take turns, so that one whose builds all fail does not delay the others indefinitely.
* @param turn any number that increases from run to run
*/
function partOfPlan({ builds }, limit, turn) {
	const parts = [];
	for (const version of Map.groupBy(builds, versionOf).values()) {
		const last = parts.at(-1);
		if (last && last.length + version.length <= limit) last.push(...version);
		else parts.push(version);
	}
	const part = parts[turn % parts.length] ?? [];
	return {
		plan: { builds: part },
		waiting: builds.length - part.length
	};
}
function versionOf({ extension, version }) {
	return `${extension} ${formatImageVersion(version)}`;
}
/** The tag under which the newest revision of a requested version is published; undefined if none is. */
function publishedTag(extensions, requested, releases) {
	const upstream = parseUpstreamVersion(requested);
	return extensions.flatMap(({ definition }) => releases.flatMap(({ tag, draft }) => {
		const version = draft ? void 0 : parseReleaseTag(definition, tag);
		return version?.upstream === upstream && version !== void 0 ? [{
			tag,
			version
		}] : [];
	})).toSorted((left, right) => compareImageVersions(left.version, right.version)).at(-1)?.tag;
}
/** Early publishes wait for each other in one concurrency group, and GitHub cancels what exceeds 100 waiting jobs. */
const mostEarly = 50;
/**
* The matrix of a plan: one entry for each extension, with a job for each image.
* @param arm64Runner the runner on which images for arm64 are built; by default the one for all others
*/
function matrixOf(extensions, { builds }, arm64Runner = "") {
	const entries = [...Map.groupBy(builds, ({ extension }) => extension)];
	return entries.map(([name, orders], index) => {
		const extension = extensions.find(({ definition }) => definition.name === name);
		if (!extension) throw new Error(`the plan names ${name}, which is not an extension`);
		return {
			extension: name,
			images: orders.map(({ version, architecture }) => ({
				image: imageName(extension.definition, version, architecture),
				architecture,
				runner: architecture === "arm64" ? arm64Runner : ""
			})),
			early: entries.length > 1 && index < mostEarly
		};
	});
}
/** The job summary of a plan: its images, and what else is to be said about it. */
function planSummary(plan, { waiting, failed, published, warnings }) {
	const { heading, rows } = planTable(plan);
	const nothing = published === void 0 ? nothingToBuild(failed) : `Nothing to build: already published as ${published}`;
	return [
		plan.builds.length === 0 ? nothing : markdownTable(heading, rows),
		...waiting > 0 ? [`${waiting} more images wait for the next run.`] : [],
		...warnings
	].join("\n\n");
}
// packages/version-watcher/src/action/main.ts
await runAction({
	inputs,
	outputs
}, async ({ inputs: given, ...action }) => {
	const { version, limit, output, token } = given;
	const { say } = action;
	action.phase("Reading the releases");
	useToken(token);
	const { githubServerUrl, upstreamToken } = settings();
	if (upstreamToken !== void 0) mask(upstreamToken);
	const { repository: name, runNumber } = runContext();
	const store = openReleaseStore(`github:${name}`, { say });
	const offered = version === void 0 ? await offeredReleases(store) : void 0;
	const listed = offered === void 0 ? await store.list() : void 0;
	const repository = await loadRepository(given.extensions);
	const isKnown = offered?.policy === policyDigest(repository.extensions.map(({ definition }) => definition));
	const releases = isKnown ? offered.releases : listed ?? await store.list();
	say(`${releases.length} releases${isKnown ? " that hosts are offered" : ""}`);
	const { upstream: preferred = "github", arm64Runner } = repository.settings;
	const selected = extensionsToPublish(repository, given.extension);
	const watched = await watchAll(selected.extensions, {
		from: given.upstream ?? preferred,
		otherwise: "first",
		releases,
		tags: store,
		version
	}, action.reporter);
	for (const { extension, version: of, architecture } of watched.plan.builds) say(`missing: ${extension} ${formatImageVersion(of)} for ${architecture}`);
	for (const warning of watched.warnings) action.warn("upstream", warning);
	const errors = [...selected.invalid.map(({ error }) => error), ...watched.errors];
	for (const error of errors) action.fail(error);
	const failed = [...selected.invalid.map((one) => one.name), ...watched.failed];
	action.setOutput("failed", failed.join(" "));
	if (version !== void 0 && errors.length > 0) return;
	const { plan, waiting } = partOfPlan(watched.plan, limit, runNumber);
	await makeFolder(dirname(output));
	const text = formatPlan(plan);
	await writeFile(output, text);
	action.setOutput("plan", output);
	action.setOutput("plan-digest", planDigest(text));
	if (plan.builds.length > 0) action.setOutput("matrix", JSON.stringify(matrixOf(repository.extensions, plan, arm64Runner)));
	action.setOutput("waiting", String(waiting));
	for (const tag of watched.unlisted) say(`${tag} is published, but not known to be offered to hosts`);
	action.setOutput("unlisted", watched.unlisted.join(" "));
	const tag = version === void 0 ? void 0 : publishedTag(selected.extensions, version, releases);
	const published = tag === void 0 ? void 0 : `${githubServerUrl}/${name}/releases/tag/${tag}`;
	action.summarize(planSummary(plan, {
		waiting,
		failed,
		published,
		warnings: watched.warnings
	}));
});
export {};
