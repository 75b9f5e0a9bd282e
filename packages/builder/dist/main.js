import { n as isKilnError, t as KilnError } from "./kiln-error.js";
import { n as takeSecrets, t as secretSettings } from "./secrets.js";
import { A as object, B as systemCode, C as nativeArchitecture, D as array, E as _enum, F as tuple, H as __require, I as url, L as prettifyError, M as strictObject, N as string, O as int, P as stringFormat, R as diskFullError, S as architectures, V as __commonJSMin, _ as kilnHostName, a as hostLibrarySchema, b as formatImageVersion, c as pinOf, d as upstreamVersionSchema, f as buildOrigins, h as imageName, i as goSumSchema, j as record, k as literal, l as plainTextSchema, m as buildRecordName, n as repositorySettingsSchema, o as inputSchema, p as choosableUpstreams, r as contentOf, s as nameSchema, t as readRepositorySettings, u as sha256Schema, v as servicesOf, w as spellings, x as placementOf, z as isDiskFull } from "./repository-settings.js";
import { accessSync, constants, createReadStream, createWriteStream, existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import * as os from "os";
import { EOL } from "os";
import * as crypto from "crypto";
import * as fs$1 from "fs";
import { constants as constants$1, promises } from "fs";
import { request } from "node:http";
import { PassThrough, Readable, Transform } from "node:stream";
import { once } from "node:events";
import { createGunzip } from "node:zlib";
import { createHash, randomUUID } from "node:crypto";
import { basename, delimiter, dirname, isAbsolute, join, matchesGlob, posix, relative, resolve, sep } from "node:path";
import { createInterface } from "node:readline";
import { chmod, chown, copyFile, cp, lstat, mkdir, mkdtemp, mkdtempDisposable, open, readFile, readdir, readlink, realpath, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
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
const programs$1 = {
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
async function run$1(program, args, options = {}) {
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
/** Runs a command as root that must succeed. If this user cannot become root, it runs as this user. */
async function runAsRoot(command, options) {
	const [program = "", ...args] = [...await rootPrefix() ?? [], ...command];
	return await run$1(program, args, options);
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
	return ensureProgramsFrom(programs$1, needs, say);
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
/** Installs packages by name, without their recommendations. @returns whether that worked */
async function aptInstallPackages(names) {
	return await aptInstall(names) === void 0;
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
	if (!wait) throw busy(path, what);
	say?.(`waiting, because ${what} is in use`);
	const release = await acquire(path, true, options);
	if (release === void 0) throw busy(path, what);
	return release;
}
function busy(path, what) {
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
	const dump = await run$1("apt-config", ["dump", "Acquire"]);
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
	await run$1("apt-cache", ["gencaches"], { env });
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
	const archive = open$2(suite, mirror, options.say);
	opened.set(key, archive);
	archive.catch(() => opened.delete(key));
	return archive;
}
/** The mirror of a suite, without a trailing slash. */
function mirrorOf(suite) {
	const { debianMirror, debianSecurityMirror } = settings();
	return suite.endsWith("-security") ? debianSecurityMirror : debianMirror;
}
async function open$2(suite, mirror, say) {
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
// packages/machine/src/bootstrap.ts
/** Builds a minimal Debian from its archive with the latest security updates. Every package is verified. */
async function bootstrapDebian(options) {
	const { suite, output, say, include = [], fromBackports = [], signal } = options;
	const needs = await ensurePrograms(["mmdebstrap"], say);
	const { debianMirror, debianSecurityMirror } = settings();
	const signed = `[signed-by=${await archiveKeyring(say)}]`;
	await using temporary = await mkdtempDisposable(join(tmpdir(), "kiln-bootstrap-"));
	const settingsFile = join(temporary.path, "apt.conf");
	const acquire = `${await machineAcquireSettings()}\nAcquire::Min-ValidTime "${minimumValidTime}";\n`;
	await writeFile(settingsFile, acquire, { mode: 384 });
	const archive = (name) => `deb ${signed} ${debianMirror} ${name} main`;
	const backports = `${suite}-backports`;
	const args = [
		"--variant=minbase",
		...include.length === 0 ? [] : [`--include=${include.join(",")}`],
		`--aptopt=${settingsFile}`,
		"--customize-hook=rm -f \"$1/etc/apt/apt.conf.d/99mmdebstrap\"",
		...[
			"doc",
			"man",
			"locale"
		].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
		"--dpkgopt=path-include=/usr/share/doc/*/copyright",
		...fromBackports.length === 0 ? [] : [preferHook(backports, fromBackports)],
		suite,
		"-",
		archive(suite),
		archive(`${suite}-updates`),
		...fromBackports.length === 0 ? [] : [archive(backports)],
		`deb ${signed} ${debianSecurityMirror} ${suite}-security main`
	];
	const command = [
		"env",
		"TMPDIR=/var/tmp",
		needs.mmdebstrap,
		...args
	];
	const onLine = (line) => {
		const step = /^I: (.+)$/.exec(line)?.[1];
		if (step !== void 0) say(`mmdebstrap: ${step}`);
	};
	await runAsRoot(command, {
		output,
		onLine,
		...signal === void 0 ? {} : { signal }
	});
}
/** Makes apt prefer one suite for some source packages; by itself it never takes a package from backports. */
function preferHook(suite, sources) {
	return `--setup-hook=mkdir -p "$1/etc/apt/preferences.d" && printf '${`Package: ${sources.map((name) => `src:${name}`).join(" ")}\nPin: release n=${suite}\nPin-Priority: 900\n`}' > "\$1/etc/apt/preferences.d/backports"`;
}
// packages/machine/src/download.ts
/** More than any file has that kiln downloads, in bytes. */
const largestFile = 16 * 1024 ** 3;
const pausesBeforeRetry = [1e3, 4e3];
/** After this long without any data, a request fails. */
const longestSilenceMs = 6e4;
/**
* Downloads a file. It appears at the destination complete and with the right digest, or not at all.
* @throws KilnError `digest-mismatch`, `disk-full`, `download-missing`, `network-unreachable`
*/
async function download(file, destination, options = {}) {
	await makeFolder(dirname(destination));
	await removeAbandonedParts(destination);
	for (const pause of [...pausesBeforeRetry, void 0]) try {
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
		const body = await (file.open?.(either) ?? open$1(file, maxBytes, either));
		await pipeline(body, meter, createWriteStream(part, { flags: "wx" }));
		verify$1(file, received, digest.digest("hex"));
		await rename(part, destination);
	} catch (error) {
		throw asKilnError(error, file, destination);
	} finally {
		clearTimeout(timer);
		await rm(part, { force: true });
	}
}
let nextNumber = 0;
async function open$1(file, maxBytes, signal) {
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
function verify$1(file, received, sha256) {
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
// packages/machine/src/engine/base-image.ts
const firstResponseMs = 2e4;
const pullMs = 6e5;
/**
* Makes sure that the engine has a base image such as `debian:trixie-slim`: pulled from Docker Hub if that
* can be reached, otherwise built from Debian's archive under the same name.
*/
function ensureBaseImage(engine, name, say) {
	return withLock(cacheDirectory("base-image.lock"), () => ensureLocked(engine, name, say), {
		what: `the image ${name}`,
		say
	});
}
async function ensureLocked(engine, name, say) {
	if (await has(engine, name)) return;
	const suite = /^debian:([a-z]+)(-slim)?$/.exec(name)?.[1];
	if (suite === void 0) throw new KilnError("usage", {
		expected: "a base image that can also be built from Debian's archive, such as debian:trixie-slim",
		found: JSON.stringify(name),
		next: "use debian:SUITE-slim"
	});
	say(`pulling ${name} from Docker Hub: the builds run in it`);
	const problem = await pull(engine, name);
	if (problem === void 0) return;
	say(`cannot pull ${name} from Docker Hub (${problem}), so building it from Debian's archive`);
	await buildFromArchive(engine, name, suite, say);
}
async function has(engine, name) {
	return (await engine.docker([
		"image",
		"ls",
		"--quiet",
		name
	])).trim() !== "";
}
/** @returns what went wrong, in a few words; undefined if nothing did */
async function pull(engine, name) {
	const silence = new AbortController();
	const timer = setTimeout(() => silence.abort(), firstResponseMs);
	try {
		const options = {
			signal: silence.signal,
			timeoutMs: pullMs,
			onLine: () => clearTimeout(timer)
		};
		await engine.docker(["pull", name], options);
		return;
	} catch (error) {
		if (silence.signal.aborted) return `no response within ${firstResponseMs / 1e3} s`;
		if (!isKilnError(error, "command-failed")) throw error;
		return error.found.replace(/^.*Error response from daemon: /, "").slice(0, 160);
	} finally {
		clearTimeout(timer);
	}
}
async function buildFromArchive(engine, name, suite, say) {
	const tar = new PassThrough();
	const either = new AbortController();
	const { signal } = either;
	const half = (promise) => promise.catch((error) => {
		either.abort(error);
		throw error;
	});
	const [made, imported] = await Promise.allSettled([half(bootstrapDebian({
		suite,
		say,
		output: tar,
		signal
	})).finally(() => tar.end()), half(engine.docker(["import", "-"], {
		input: tar,
		signal
	}))]);
	if (made.status === "rejected" || imported.status === "rejected") throw signal.reason;
	await engine.docker([
		"tag",
		imported.value.trim(),
		name
	]);
}
// packages/machine/src/engine/own-engine.ts
const startingMs = 6e4;
/**
* The paths of kiln's own engine. Those below /run are short enough for sockets, and do not survive a reboot.
*/
function pathsOfEngine() {
	const hash = createHash("sha256").update(cacheDirectory()).digest("hex").slice(0, 8);
	const run = `/run/sysext-kiln-${hash}`;
	return {
		run,
		socket: `${run}/docker.sock`,
		pidFile: `${run}/docker.pid`,
		data: cacheDirectory("engine"),
		hash
	};
}
/** The lock that users of kiln's own engine share, and hold before they start or find it. */
function engineLock() {
	return cacheDirectory("engine-use.lock");
}
/** The socket of kiln's own engine, whether it runs or not. */
function ownSocket() {
	return pathsOfEngine().socket;
}
/** Whether a Docker engine responds on a socket. */
function isResponding(socketPath) {
	return new Promise((resolve) => {
		const attempt = request({
			socketPath,
			path: "/_ping",
			timeout: 2e3
		}, (response) => {
			response.resume();
			resolve(response.statusCode === 200);
		});
		attempt.on("timeout", () => attempt.destroy());
		attempt.on("error", () => resolve(false));
		attempt.end();
	});
}
/**
* Starts kiln's own Docker engine unless it is running. It creates no bridge and no firewall rules, so the
* machine's network does not change; steps that need a network use the host's. It runs until nobody
* holds `engineLock`, so hold it.
*/
async function ensureOwnEngine(say) {
	if (await isResponding(ownSocket())) return;
	await ensurePrograms(["dockerd", "setsid"], say);
	await withLock(cacheDirectory("engine.lock"), () => start(say), {
		what: "the start of kiln's Docker engine",
		say
	});
}
async function start(say) {
	const { run, socket, pidFile } = pathsOfEngine();
	if (await isResponding(socket)) return;
	if (await rootPrefix() === void 0) throw permissionError();
	if (runningPid() === void 0) {
		say(`starting kiln's own Docker engine (without bridge and firewall rules) at ${socket}`);
		await runAsRoot([
			"install",
			"-d",
			"-m",
			"0700",
			"-o",
			String(process.getuid?.() ?? 0),
			run
		]);
		await runAsRoot([
			"mkdir",
			"-p",
			pathsOfEngine().data
		]);
		await runAsRoot([
			"rm",
			"-rf",
			pidFile,
			socket,
			`${run}/exec/containerd`
		]);
		await launch();
	}
	const deadline = Date.now() + startingMs;
	const noPidBefore = Date.now() + 5e3;
	while (!await isResponding(socket)) {
		const hasEnded = runningPid() === void 0 && Date.now() > noPidBefore;
		if (hasEnded || Date.now() > deadline) throw await startError(hasEnded);
		await setTimeout$1(100);
	}
}
/**
* Runs the engine until nobody holds the lock, and keeps the lock until the engine has ended. A process that is
* killed no longer holds it.
*/
const keepEngine = `
  lock=$1; shift
  setpriv --pdeathsig TERM "$@" &
  exec 9< "$lock"
  flock --exclusive 9
  kill "$!" && wait "$!"`;
async function launch() {
	const { dockerd } = await ensurePrograms(["dockerd"], () => void 0);
	const { run, socket, pidFile, data, hash } = pathsOfEngine();
	await makeFolder(cacheDirectory());
	const configuration = cacheDirectory("engine.json");
	await writeFile(configuration, "{}\n");
	const options = [
		["--config-file", configuration],
		["--host", `unix://${socket}`],
		["--group", String(process.getgid?.() ?? 0)],
		["--data-root", data],
		["--exec-root", `${run}/exec`],
		["--pidfile", pidFile],
		["--containerd-namespace", `kiln-${hash}`],
		["--containerd-plugins-namespace", `kiln-${hash}-plugins`],
		["--bridge", "none"],
		["--iptables=false"],
		["--ip6tables=false"],
		["--ip-forward=false"],
		["--ip-masq=false"]
	].flat();
	const log = createWriteStream(cacheDirectory("engine.log"));
	await once(log, "open");
	try {
		const [program = "", ...args] = [
			...await rootPrefix() ?? [],
			...[
				"setsid",
				"--fork",
				"sh",
				"-c",
				keepEngine,
				"sh",
				engineLock()
			],
			...[dockerd, ...options]
		];
		const { execa } = await import("./execa.js");
		await execa(program, args, {
			stdin: "ignore",
			stdout: log,
			stderr: log
		});
	} finally {
		log.close();
	}
}
/** The process ID of kiln's engine; undefined if the process in its PID file is not the engine. */
function runningPid() {
	const { pidFile, socket } = pathsOfEngine();
	try {
		const pid = Number(readFileSync(pidFile, "utf8"));
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(socket) ? pid : void 0;
	} catch {
		return;
	}
}
function permissionError() {
	return new KilnError("engine-unavailable", {
		expected: "a Docker engine that this user may use, or root or sudo to start one",
		found: "neither",
		next: "run kiln as root, or join the group of the machine's engine: sudo usermod -aG docker $USER"
	});
}
async function startError(hasEnded) {
	const log = cacheDirectory("engine.log");
	const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
	const notable = lines.filter((line) => /level=(error|fatal)|^failed|^unable/i.test(line));
	const excerpt = (notable.length > 0 ? notable : lines).slice(-3).join(" | ");
	return new KilnError("engine-unavailable", {
		expected: "kiln's own Docker engine to start",
		found: `${hasEnded ? "it ended" : `no response within ${startingMs / 1e3} s`}: ${excerpt}`,
		next: `read ${log}, or start an engine yourself and set DOCKER_HOST`
	});
}
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
	if (file === void 0) throw missing(name, archive.mirror, "that this suite does not have the package");
	const deb = await cachedDownload(file);
	const folder = dirname(destination);
	await makeFolder(folder);
	const scratch = await mkdtemp(join(folder, ".unpack-"));
	try {
		await run$1(dpkgDeb, [
			"--extract",
			deb,
			scratch
		]);
		const unpacked = paths.map((path) => join(scratch, path)).find(existsSync);
		if (unpacked === void 0) throw missing(name, archive.mirror, `a package without ${paths.join(" or ")}`);
		await chmod(unpacked, 493);
		await rename(unpacked, destination);
	} finally {
		await rm(scratch, {
			recursive: true,
			force: true
		});
	}
}
function missing(name, mirror, found) {
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
// packages/machine/src/engine/buildx.ts
/**
* The path of Docker's build plugin, installed if it is missing. The plugin is a program that also runs on
* its own, so Docker's folders stay unchanged.
* @throws KilnError `program-missing`
*/
async function ensureBuildx(say) {
	const present = await findRunnable();
	if (present !== void 0) return present;
	const purpose = "the builds need Docker's build plugin";
	if (await aptOffers("docker-buildx")) {
		say(`installing docker-buildx: ${purpose}`);
		await aptInstallPackages(["docker-buildx"]);
		const installed = await findRunnable();
		if (installed !== void 0) return installed;
	}
	say(`fetching docker-buildx from Debian ${laterSuite}, because this machine's package sources lack it: ${purpose}`);
	await extractFromLaterDebian("docker-buildx", ["usr/libexec", "usr/lib"].map((lib) => `${lib}/docker/cli-plugins/docker-buildx`), cachedPlugin(), say);
	const fetched = await findRunnable();
	if (fetched !== void 0) return fetched;
	throw new KilnError("program-missing", {
		expected: "Docker's build plugin docker-buildx to run on this machine",
		found: `${cachedPlugin()} from Debian ${laterSuite} does not run`,
		next: "install the plugin as described at https://docs.docker.com/go/buildx"
	});
}
function cachedPlugin() {
	return cacheDirectory("tools", "docker", "cli-plugins", "docker-buildx");
}
async function findRunnable() {
	const candidates = [...[join(process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker"), "cli-plugins"), ...[
		"/usr/local/lib",
		"/usr/local/libexec",
		"/usr/lib",
		"/usr/libexec"
	].map((lib) => `${lib}/docker/cli-plugins`)].map((folder) => join(folder, "docker-buildx")), cachedPlugin()];
	for (const candidate of candidates.filter(isExecutable)) if ((await tryRun(candidate, ["version"])).status === 0) return candidate;
}
// packages/machine/src/engine/engine.ts
const versionSchema = object({
	Client: object({ Version: string() }),
	Server: object({ Version: string() }).nullish()
});
/**
* Runs work with a Docker engine. kiln's own engine ends when its last user has ended, however that happens.
* @throws KilnError `engine-unavailable`, `program-missing`
*/
async function withEngine(say, work) {
	return withLock(engineLock(), async () => work(await ensureEngine(say)), {
		shared: true,
		what: "the end of kiln's Docker engine",
		say
	});
}
/**
* Finds or starts a Docker engine with its build plugin. The machine's engine is used if it runs and this
* user may use it. Otherwise kiln installs Docker, and starts its own engine unless the installation started
* the machine's.
*/
async function ensureEngine(say) {
	const connection = await connectToMachine() ?? await connectToOwn() ?? await provideEngine(say);
	const docker = dockerClient();
	const buildx = await ensureBuildx(say);
	const { env } = connection;
	const buildxVersion = /v?(\d+\.\d+\.\d+)/.exec(await run$1(buildx, ["version"], { env }));
	return {
		kind: connection.kind,
		network: connection.kind === "own" ? "host" : "default",
		env,
		versions: {
			client: connection.client,
			server: connection.server,
			buildx: buildxVersion?.[1] ?? "unknown"
		},
		docker: (args, options) => run$1(docker, args, {
			...options,
			env: {
				...env,
				...options?.env
			}
		}),
		buildx: (args, options) => run$1(buildx, args, {
			...options,
			env: {
				...env,
				...options?.env
			}
		})
	};
}
async function provideEngine(say) {
	const wanted = process.env["DOCKER_HOST"];
	if (wanted !== void 0 && wanted !== "") throw await unavailableError(wanted);
	await ensurePrograms(["dockerd", "docker"], say);
	const machine = existsSync("/run/systemd/system") ? await waitForMachine() : void 0;
	if (machine !== void 0) return machine;
	await ensureOwnEngine(say);
	const own = await connectToOwn();
	if (own === void 0) throw await unavailableError(ownSocket());
	return own;
}
async function waitForMachine() {
	const deadline = Date.now() + 2e4;
	for (;;) {
		const connection = await connectToMachine();
		if (connection !== void 0 || Date.now() > deadline || !await engineIsStarting()) return connection;
		await setTimeout$1(250);
	}
}
async function engineIsStarting() {
	const { stdout } = await tryRun("systemctl", ["is-active", "docker.service"]);
	return stdout.trim() === "activating";
}
/** The engine of the user's settings: DOCKER_HOST, a context, or the default socket. */
async function connectToMachine() {
	const connection = await connect("machine", {});
	const docker = findProgram("docker");
	if (connection === void 0 || docker === void 0) return void 0;
	const { stdout } = await tryRun(docker, [
		"context",
		"inspect",
		"--format",
		"{{.Name}}"
	]);
	return {
		...connection,
		env: { BUILDX_BUILDER: stdout.trim() || "default" }
	};
}
async function connectToOwn() {
	if (!existsSync(ownSocket())) return void 0;
	return await connect("own", {
		DOCKER_HOST: `unix://${ownSocket()}`,
		DOCKER_CONTEXT: "",
		BUILDX_BUILDER: "default"
	});
}
async function connect(kind, env) {
	const docker = findProgram("docker");
	if (docker === void 0) return void 0;
	const { stdout } = await tryRun(docker, [
		"version",
		"--format",
		"{{json .}}"
	], {
		env,
		timeoutMs: 1e4
	});
	const parsed = versionSchema.safeParse(parseJson$1(stdout));
	const server = parsed.data?.Server?.Version;
	if (parsed.data === void 0 || server === void 0) return void 0;
	return {
		kind,
		client: parsed.data.Client.Version,
		server,
		env
	};
}
function parseJson$1(text) {
	try {
		return JSON.parse(text);
	} catch {
		return;
	}
}
function dockerClient() {
	const path = findProgram("docker");
	if (path !== void 0) return path;
	throw new KilnError("program-missing", {
		expected: "the program docker to exist, which has just been used",
		found: "that it no longer exists",
		next: "install docker.io again"
	});
}
async function unavailableError(where) {
	const { summary } = await tryRun(findProgram("docker") ?? "docker", ["version"], { timeoutMs: 1e4 });
	return new KilnError("engine-unavailable", {
		expected: `a Docker engine at ${where}`,
		found: summary,
		next: "start that engine, or unset DOCKER_HOST to let kiln start its own"
	});
}
// packages/machine/src/tar.ts
/**
* Packs files into an archive that belongs to root. The same files give the same bytes, whatever their owners and
* dates.
*/
async function writeTar(path, { folder, names, epoch, options = [] }) {
	await run$1("tar", [
		"--create",
		"--file",
		path,
		...[
			"--sort=name",
			`--mtime=@${epoch}`,
			...[
				"--owner=0",
				"--group=0",
				"--numeric-owner"
			],
			...options
		],
		"--directory",
		folder,
		...names
	]);
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
const fetched = /* @__PURE__ */ new Map();
/**
* Fetches a toolchain for this machine, unless it is in the cache. The go command verifies toolchains against
* the checksum database even where other modules are exempt.
* @param version such as `go1.27.1`
* @throws KilnError those of `downloadModules`
*/
function ensureGoToolchain(version, { say }) {
	const found = fetched.get(version) ?? fetchToolchain$1(version, say);
	fetched.set(version, found);
	found.catch(() => fetched.delete(version));
	return found;
}
async function fetchToolchain$1(version, say) {
	const platform = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";
	const module = `${toolchainModule}@v0.0.1-${version}.${platform}`;
	const lock = cacheDirectory("go", `${version}.lock`);
	await makeFolder(cacheDirectory("go"));
	const fetchOnce = async () => {
		const [downloaded] = await downloadModules([module], { say });
		if (downloaded?.folder === void 0) throw new Error(`${module} has no files`);
		await makeExecutable(downloaded.folder);
		return {
			folder: downloaded.folder,
			sum: downloaded.sum
		};
	};
	return withLock(lock, fetchOnce, {
		what: `the toolchain ${version}`,
		say
	});
}
/** A module's archive has no modes, so the go command sets these too when it runs a toolchain. */
async function makeExecutable(folder) {
	for (const programs of ["bin", "pkg/tool"]) {
		const entries = await readdir(join(folder, programs), {
			recursive: true,
			withFileTypes: true
		});
		for (const entry of entries) if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 493);
	}
}
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
const MiB$1 = 1048576;
/** Enough for a program that reports its version, also under an emulator. */
const defaultLimits = {
	memory: 4096 * MiB$1,
	processes: 256,
	openFiles: 1024,
	fileSize: 64 * MiB$1,
	scratch: 64 * MiB$1,
	seconds: 60,
	output: 1 * MiB$1
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
const ignore = fail(0);
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
		...examine(setrlimit, 0, [...when(op.jumpIfEqual, coreLimit, ignore), answer(allow)]),
		...examine(prlimit64, 1, [
			...unless(op.jumpIfEqual, coreLimit, allow),
			...[field.argument(2), field.upperHalf(2)].flatMap((half) => [load(half), ...when(op.jumpIfAnyBit, 4294967295, ignore)]),
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
// packages/extension/src/document.ts
/**
* Reads a JSON document from a file.
* @throws KilnError `document-invalid`
*/
async function readDocument(path, schema, names) {
	return parseDocument(await readDocumentText(path, names), schema, names);
}
/** @throws KilnError `document-invalid` */
async function readDocumentText(path, names) {
	return readFile(path, "utf8").catch((cause) => {
		throw invalid$4(names, systemCode(cause) === "ENOENT" ? "no such file" : String(cause), cause);
	});
}
/** @throws KilnError `document-invalid` */
function parseDocument(text, schema, names) {
	const parsed = schema.safeParse(parseJson(text, names));
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const at = issue?.path.join(".");
	throw invalid$4(names, `${at === void 0 || at === "" ? "" : `"${at}": `}${issue?.message}`);
}
function parseJson(text, names) {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw invalid$4(names, "text that is not valid JSON", cause);
	}
}
function invalid$4({ what, next }, found, cause) {
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
/** The document that the watcher passes to the builder: all missing builds. */
const planSchema = strictObject({ builds: array(buildOrderSchema.refine((order) => !isFromFolder(order), "a build from an upstream, not from a folder")) });
/**
* Reads a plan that an earlier step or job wrote.
* @param digest the SHA-256 of the file, which the job that wrote it passed on by another way: any job of a
* run can replace the artifact with the plan
* @throws KilnError `document-invalid`, `digest-mismatch`
*/
async function readPlan(path, digest) {
	const next = "run the whole workflow again, so that the plan and the job that reads it belong together";
	const names = {
		what: `a plan in ${path}`,
		next
	};
	const text = await readDocumentText(path, names);
	const found = planDigest(text);
	if (digest === void 0 || digest === found) return parseDocument(text, planSchema, names);
	throw new KilnError("digest-mismatch", {
		expected: `the plan in ${path} to have the SHA-256 ${digest}, as the job that made it said`,
		found,
		next: `find out which job replaced the plan; then ${next}`
	});
}
/** The SHA-256 of a plan's text, in lower-case hex. */
function planDigest(text) {
	return createHash("sha256").update(text).digest("hex");
}
/**
* SHA-256 over what determines an image's bytes, apart from its version and architecture: of these, equal
* fingerprints mean equal images.
*/
function fingerprint({ inputs, recipe }) {
	const lines = inputs.map((input) => `${input.name} ${contentOf(input)}`).toSorted();
	return createHash("sha256").update([recipe, ...lines].join("\n")).digest("hex");
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
// packages/builder/src/build-record.ts
/**
* `build.json`: what an image is, and everything that went into it. It contains neither dates nor durations
* of the build, so that equal builds have equal records.
*/
const buildRecordSchema = strictObject({
	...buildOrderSchema.shape,
	image: strictObject({
		name: plainTextSchema,
		/** In bytes. */
		size: int().positive(),
		sha256: sha256Schema,
		/** The date of everything in it, which is that of its newest program, in seconds since 1970. */
		epoch: int().nonnegative().max(4294967295)
	}),
	/** The programs of the build machine that made it, with their versions. */
	tools: record(plainTextSchema, plainTextSchema),
	/** The packages of the build container, if something was compiled. */
	packages: array(strictObject({
		name: plainTextSchema,
		version: plainTextSchema,
		/** As Debian spells it. */
		architecture: plainTextSchema
	})),
	/** The Go modules that are in the programs, as the programs themselves say. */
	modules: array(strictObject({
		module: plainTextSchema,
		version: plainTextSchema,
		sum: goSumSchema,
		/** The module and version that go.mod puts in its place; the digest is then of this one. */
		replacedBy: plainTextSchema.optional()
	})).optional()
});
function formatBuildRecord(record) {
	return `${JSON.stringify(record, null, 2)}\n`;
}
/**
* Reads an image's record.
* @param next what to do if it is missing or invalid
* @throws KilnError `document-invalid`
*/
function readBuildRecord(path, next) {
	return readDocument(path, buildRecordSchema, {
		what: `the record of an image in ${path}`,
		next
	});
}
// packages/builder/src/go/build-in-sandbox.ts
/** Where the sandbox shows the toolchain, the fetched modules, the main module, and what is built. */
const at = {
	toolchain: "/toolchain",
	modules: "/modules",
	main: "/main",
	cache: "/cache",
	output: "/output"
};
const MiB = 1048576;
/** Enough for the largest programs, such as kubelet, on one processor. */
const limits = {
	memory: 65536 * MiB,
	processes: 2048,
	openFiles: 4096,
	fileSize: 8192 * MiB,
	scratch: 256 * MiB,
	seconds: 10800,
	output: 8 * MiB
};
/** What programs are compiled with, whatever the machine has set. */
function targetEnvironment(architecture) {
	return {
		CGO_ENABLED: "0",
		GOOS: "linux",
		GOARCH: spellings[architecture].debian,
		GOAMD64: "v1",
		GOARM64: "v8.0"
	};
}
/**
* Compiles the programs of a module in the sandbox: without a network, and with the fetched modules as they
* were verified. The result depends on nothing of the machine: paths are trimmed, and nothing that was
* compiled for another image is used.
* @throws KilnError `build-failed`
*/
async function buildInSandbox(build, say) {
	const { input, architecture } = build;
	const { tags, ldflags, programs } = input;
	for (const [index, [place, path]] of Object.entries(programs).entries()) {
		say(`compiling ${path} for ${architecture}`);
		const outcome = await run(build, [
			...[
				"build",
				"-mod=readonly",
				"-trimpath",
				"-buildvcs=false",
				`-p=${availableParallelism()}`
			],
			...tags.length > 0 ? [`-tags=${tags.join(",")}`] : [],
			`-ldflags=${[
				"-s",
				"-w",
				...ldflags
			].join(" ")}`,
			...[
				"-o",
				`${at.output}/${index}`,
				path
			]
		]);
		if (outcome.status === 0) continue;
		throw new KilnError("build-failed", {
			expected: `go build to compile ${path} of ${input.module} ${input.version} for ${architecture}, as ${place}`,
			found: outcome.stderr.trim().split("\n").slice(0, 12).join("\n    ") || outcome.ending,
			next: "correct the upstream go in extension.yaml; programs that need C code, or tools that generate code, cannot be compiled this way"
		});
	}
}
/** What a program was built from, as it says itself: the JSON of `go version -m`. */
async function readBuildInfo(build, index) {
	const outcome = await run(build, [
		"version",
		"-m",
		"-json",
		`${at.output}/${index}`
	]);
	if (outcome.status === 0) return outcome.stdout;
	throw new KilnError("build-failed", {
		expected: `go version -m to read what ${Object.values(build.input.programs)[index]} was built from`,
		found: outcome.summary,
		next: "choose a toolchain of a supported series of Go"
	});
}
function run({ toolchain, main, cache, output, architecture }, args) {
	return runInSandbox([
		"sh",
		"-c",
		`cd ${at.main} && exec ${at.toolchain}/bin/go "$@"`,
		"go",
		...args
	], {
		root: machinePrograms,
		readOnly: [
			{
				source: toolchain,
				target: at.toolchain
			},
			{
				source: moduleCache(),
				target: at.modules
			},
			{
				source: main,
				target: at.main
			}
		],
		writable: [{
			source: cache,
			target: at.cache
		}, {
			source: output,
			target: at.output
		}],
		env: {
			...targetEnvironment(architecture),
			GOROOT: at.toolchain,
			GOMODCACHE: at.modules,
			GOCACHE: at.cache,
			GOTMPDIR: at.output,
			GOPATH: "/tmp/go",
			HOME: "/tmp",
			GOPROXY: "off",
			GOSUMDB: "off",
			GOTOOLCHAIN: "local",
			GOTELEMETRY: "off",
			GOENV: "off",
			GOWORK: "off",
			GOFLAGS: ""
		},
		limits
	});
}
// packages/builder/src/go/build-info.ts
const moduleSchema = object({
	Path: string(),
	Version: string(),
	Sum: goSumSchema.optional()
});
/** What the go command writes into every program (`go version -m -json`). */
const buildInfoSchema = object({
	GoVersion: string(),
	Path: string(),
	Main: moduleSchema,
	Deps: array(moduleSchema.extend({ Replace: moduleSchema.optional() })).nullish(),
	Settings: array(object({
		Key: string(),
		Value: string()
	}))
});
/**
* The modules that a program was built from, as the program itself says; first the one that contains it.
* @param text of the go command
* @throws KilnError `build-failed` if it was built from something else than was ordered
*/
function modulesOf(text, input, path, architecture) {
	const { GoVersion, Path, Main, Deps, Settings } = buildInfoSchema.parse(JSON.parse(text));
	const setting = (name) => Settings.find(({ Key }) => Key === name)?.Value;
	const expected = {
		package: path,
		module: `${input.module} ${input.version} ${input.sum}`,
		toolchain: input.toolchain,
		architecture: spellings[architecture].debian,
		cgo: "0"
	};
	const found = {
		package: Path,
		module: `${Main.Path} ${Main.Version} ${Main.Sum}`,
		toolchain: GoVersion.split(" ")[0],
		architecture: setting("GOARCH"),
		cgo: setting("CGO_ENABLED")
	};
	if (JSON.stringify(found) !== JSON.stringify(expected)) throw new KilnError("build-failed", {
		expected: `${path} to be built from ${JSON.stringify(expected)}, as the plan says`,
		found: JSON.stringify(found),
		next: "report this to the authors of kiln, with the definition of the extension"
	});
	return [{
		module: Main.Path,
		version: Main.Version,
		sum: input.sum
	}, ...(Deps ?? []).map(({ Path: module, Version, Sum, Replace }) => recorded(module, Version, Sum, Replace))];
}
function recorded(module, version, sum, replacement) {
	const digest = replacement?.Sum ?? sum;
	if (digest === void 0) throw new Error(`${module} ${version} was compiled without a digest`);
	return {
		module,
		version,
		sum: digest,
		...replacement && { replacedBy: `${replacement.Path} ${replacement.Version}` }
	};
}
// packages/builder/src/go/fetch.ts
/** Fetches the toolchain of a module, verified, unless it is in the cache. */
async function fetchToolchain({ toolchain }, say) {
	const fetched = await ensureGoToolchain(toolchain, { say });
	return {
		...fetched,
		go: join(fetched.folder, "bin/go")
	};
}
/**
* Fetches a module into the module cache, unless it is there, and verifies it against the checksum database
* and the plan.
* @returns the folder with its files
* @throws KilnError `digest-mismatch`
*/
async function fetchModule(input, say) {
	const wanted = `${input.module}@${input.version}`;
	say(`fetching ${wanted}`);
	const { go } = await fetchToolchain(input, say);
	const [found] = await downloadModules([wanted], {
		say,
		program: go
	});
	if (found?.folder === void 0) throw new Error(`${wanted} has no files`);
	if (found.sum === input.sum) return found.folder;
	throw new KilnError("digest-mismatch", {
		expected: `the module ${wanted} to have the digest ${input.sum}, as the plan says`,
		found: found.sum,
		next: "do not use this version; report it to upstream and to the operator of the module proxy"
	});
}
// packages/builder/src/go/main-module.ts
const moduleVersion = object({
	Path: string(),
	Version: string().optional()
});
/** The parts of a go.mod that decide what its module is compiled from (`go help mod edit`). */
const goModSchema = object({
	Go: string().default("1.16"),
	Godebug: array(object({
		Key: string(),
		Value: string()
	})).nullish(),
	Require: array(moduleVersion).nullish(),
	Exclude: array(moduleVersion).nullish(),
	Replace: array(object({
		Old: moduleVersion,
		New: moduleVersion
	})).nullish()
});
/**
* Writes a main module that requires only the given one, so that its programs are compiled from the same
* versions of other modules as by upstream. `go install` would refuse a module whose go.mod has `replace`
* lines, as these take effect only in a main module; here they are copied. A module that is replaced by a
* folder of its repository is taken in the version that go.mod requires, which upstream publishes from that
* folder.
* @param unpacked the module's files
* @param go the go command
* @param folder a new folder for the main module
*/
async function writeMainModule(input, unpacked, { go, say, folder }) {
	const path = join(unpacked, "go.mod");
	const isModule = existsSync(path);
	const goMod = goModSchema.parse(isModule ? JSON.parse((await runGo([
		"mod",
		"edit",
		"-json",
		path
	], {
		say,
		program: go
	})).stdout) : {});
	await writeFile(join(folder, "go.mod"), mainModule(input, goMod));
	await writeFile(join(folder, "go.sum"), await sumsOfExempt(unpacked));
}
/**
* The go.mod of a main module.
* @param goMod that of the module with the programs, which upstream has written
* @throws KilnError `build-failed`
*/
function mainModule(input, { Go, Godebug, Exclude, Replace, Require }) {
	const lines = [
		["module", "kiln.invalid/build"],
		["go", Go],
		...(Godebug ?? []).map(({ Key, Value }) => ["godebug", `${Key}=${Value}`]),
		[
			"require",
			input.module,
			input.version
		],
		...(Exclude ?? []).map(({ Path, Version = "" }) => [
			"exclude",
			Path,
			Version
		]),
		...(Replace ?? []).flatMap((one) => replacementOf(one, Require ?? [], input))
	];
	for (const word of lines.flat()) requirePlain(word, input);
	return lines.map((words) => `${words.filter((word) => word !== "").join(" ")}\n`).join("");
}
/** Rejects what upstream had to quote: here, it could be more than one word, or the end of the line. */
function requirePlain(word, { module, version }) {
	if (/^(=>|[\w.~+/=-]*)$/.test(word) && !word.includes("//")) return;
	throw new KilnError("build-failed", {
		expected: `the go.mod of ${module} ${version} to have paths and versions of modules that need no quotes`,
		found: JSON.stringify(word),
		next: "do not use this version, and ask upstream what this is for"
	});
}
/** The version by which a go.mod requires a module that it always replaces. */
const placeholder = "v0.0.0";
function replacementOf({ Old, New }, required, { module, version, localModules }) {
	const old = [
		"replace",
		Old.Path,
		Old.Version ?? "",
		"=>"
	];
	if (New.Version !== void 0) return [[
		...old,
		New.Path,
		New.Version
	]];
	if (required.find(({ Path }) => Path === Old.Path)?.Version !== placeholder) return [];
	if (localModules !== void 0) return [[
		...old,
		Old.Path,
		localModules
	]];
	throw new KilnError("build-failed", {
		expected: `the go.mod of ${module} ${version} to require ${Old.Path} in a version that is published`,
		found: `${placeholder}, replaced by the folder ${New.Path} of its repository`,
		next: "add \"localModules\" to the upstream go in extension.yaml: the version at which such modules are published, for example v0.{minor}.{patch}"
	});
}
/**
* The digests, from a module's own go.sum, of the modules that are exempt from the checksum database. The
* others are not taken from it, so that the go command verifies each against the checksum database.
*/
async function sumsOfExempt(unpacked) {
	return (await readSums(unpacked)).filter((line) => isExempt(line.split(" ")[0] ?? "")).map((line) => `${line}\n`).join("");
}
/**
* Rejects modules that neither the checksum database nor the module's own go.sum has verified.
* @param folder of the main module, with the go.sum that the go command has completed
* @throws KilnError `digest-mismatch`
*/
async function requireVerifiedSums(input, unpacked, folder) {
	const known = new Set(await readSums(unpacked));
	const own = `${input.module} ${input.version}`;
	const unverified = (await readSums(folder)).find((line) => isExempt(line.split(" ")[0] ?? "") && !line.startsWith(own) && !known.has(line));
	if (unverified === void 0) return;
	throw new KilnError("digest-mismatch", {
		expected: `the go.sum of ${own} to have the digest of ${unverified.split(" ").slice(0, 2).join(" ")}`,
		found: "no such line, and GONOSUMDB or GOPRIVATE exempts the module from the checksum database",
		next: "let upstream run `go mod tidy`, or correct GONOSUMDB and GOPRIVATE"
	});
}
/**
* Rejects modules whose go.mod does not name everything that their programs import: the go command would add
* the newest version of what is missing, which could be another one tomorrow.
* @param folder of the main module, with the go.mod that the go command has completed
* @throws KilnError `build-failed`
*/
async function requireSameRequirements(input, { go, say, folder }) {
	const { stdout } = await runGo([
		"mod",
		"edit",
		"-json"
	], {
		say,
		program: go,
		cwd: folder
	});
	const { Require } = goModSchema.parse(JSON.parse(stdout));
	const added = (Require ?? []).filter(({ Path }) => Path !== input.module);
	if (added.length === 0) return;
	throw new KilnError("build-failed", {
		expected: `the go.mod of ${input.module} ${input.version} to name all modules that its programs import`,
		found: `none for ${added.map(({ Path, Version = "" }) => `${Path} ${Version}`).join(", ")}`,
		next: "ask upstream to run `go mod tidy`, or choose another version"
	});
}
function isExempt(module) {
	const { sumdb, noSumdb } = settings().go;
	return sumdb === "off" || isMatchedBy(module, noSumdb);
}
async function readSums(folder) {
	const path = join(folder, "go.sum");
	if (!existsSync(path)) return [];
	return (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
}
// packages/builder/src/go/compile-modules.ts
/** The Go modules among fetched inputs. */
function modulesAmong(inputs) {
	return inputs.flatMap((input) => "module" in input ? [input] : []);
}
/**
* Compiles the programs of Go modules: static, and without emulation for any architecture. All modules that
* they need are fetched and verified first.
* @param work a temporary folder
*/
async function compileModules(modules, architecture, work, say) {
	const [tree, cache] = [join(work, "go-tree"), join(work, "go-cache")];
	await mkdir(tree);
	await mkdir(cache);
	const used = /* @__PURE__ */ new Map();
	const tools = {};
	for (const [index, input] of modules.entries()) {
		if (Object.keys(input.programs).length === 0) continue;
		const build = await prepare(input, architecture, {
			folder: join(work, `go-${index}`),
			cache
		}, say);
		tools[input.toolchain] = build.toolchainSum;
		await buildInSandbox(build, say);
		for (const [number, [place, path]] of Object.entries(input.programs).entries()) {
			const found = modulesOf(await readBuildInfo(build, number), input, path, architecture);
			for (const one of found) used.set(`${one.module} ${one.version} ${one.sum}`, one);
			await mkdir(dirname(join(tree, place)), { recursive: true });
			await rename(join(build.output, String(number)), join(tree, place));
			await utimes(join(tree, place), input.epoch, input.epoch);
		}
	}
	return {
		tree,
		modules: [...used].toSorted(([one], [other]) => one < other ? -1 : 1).map(([, module]) => module),
		tools
	};
}
/** Fetches the toolchain and everything that the programs of a module import, for one architecture. */
async function prepare(input, architecture, { folder, cache }, say) {
	const toolchain = await fetchToolchain(input, say);
	const [main, output] = [join(folder, "main"), join(folder, "output")];
	await mkdir(main, { recursive: true });
	await mkdir(output);
	await writeMainModule(input, input.path, {
		go: toolchain.go,
		say,
		folder: main
	});
	say(`fetching the modules that ${input.module} needs`);
	const tags = input.tags.length > 0 ? [`-tags=${input.tags.join(",")}`] : [];
	const paths = Object.values(input.programs);
	const { stdout } = await runGo([
		"list",
		"-mod=mod",
		"-deps",
		...tags,
		"-f",
		"{{.Name}} {{.ImportPath}}",
		...paths
	], {
		say,
		program: toolchain.go,
		cwd: main,
		env: {
			...targetEnvironment(architecture),
			GOCACHE: join(folder, "list-cache")
		}
	});
	const other = paths.find((path) => !stdout.split("\n").includes(`main ${path}`));
	if (other !== void 0) throw new KilnError("build-failed", {
		expected: `${other} of ${input.module} ${input.version} to be a program`,
		found: "a package that is not named main",
		next: "correct \"programs\" of the upstream go in extension.yaml"
	});
	await requireSameRequirements(input, {
		go: toolchain.go,
		say,
		folder: main
	});
	await requireVerifiedSums(input, input.path, main);
	return {
		input,
		architecture,
		toolchain: toolchain.folder,
		toolchainSum: toolchain.sum,
		main,
		cache,
		output
	};
}
// packages/builder/src/compile/apt-secrets.ts
/** Where Dockerfiles mount the secret `apt-keyring`. */
const keyringInContainer = "/usr/share/keyrings/kiln.gpg";
/**
* Writes what apt in the build container needs: sources for the suites, and how this machine reaches its
* mirrors. Both may contain the password of a proxy or a mirror, so the build gets them as secrets, which
* never become part of a layer.
* @returns the file of each secret, by the id that Dockerfiles mount
*/
async function aptSecrets(suites, folder) {
	const { debianKeyring } = settings();
	const signedBy = debianKeyring === void 0 ? [] : [`Signed-By: ${keyringInContainer}`];
	const sources = suites.map((suite) => [
		"Types: deb",
		`URIs: ${mirrorOf(suite)}`,
		`Suites: ${suite}`,
		"Components: main",
		...signedBy,
		""
	].join("\n"));
	const files = {
		"apt-sources": join(folder, "apt.sources"),
		"apt-conf": join(folder, "apt.conf")
	};
	await writeFile(files["apt-sources"], sources.join("\n"), { mode: 384 });
	const validTime = `Acquire::Min-ValidTime "${minimumValidTime}";`;
	await writeFile(files["apt-conf"], `${await machineAcquireSettings()}\n${validTime}\n`, { mode: 384 });
	return debianKeyring === void 0 ? files : {
		...files,
		"apt-keyring": debianKeyring
	};
}
// packages/builder/src/compile/docker-build.ts
/** The number of lines that are kept for an error: a build can print any number of them. */
const keptLines = 2e3;
/** @throws KilnError `build-failed` with the last lines of the failing step */
async function dockerBuild(engine, build) {
	const lines = [];
	await engine.buildx([
		"build",
		...[
			"--network",
			build.network,
			"--progress",
			"plain",
			"--provenance=false"
		],
		...build.result,
		...pairs("--build-arg", build.args, (key, value) => `${key}=${value}`),
		...pairs("--secret", build.secrets, (id, path) => `id=${id},src=${path}`),
		...build.uncached ? ["--no-cache"] : [],
		build.context
	], { onLine: (line) => {
		lines.push(line);
		if (lines.length > 2 * keptLines) lines.splice(0, keptLines);
		build.onLine(line);
	} }).catch((cause) => {
		throw new KilnError("build-failed", {
			expected: `the Dockerfile in ${build.context} to build ${build.what}`,
			found: failureIn(lines),
			next: "correct the Dockerfile, or what it compiles; the log of the job has the whole output, and --verbose shows its end",
			cause: new Error(lines.join("\n"), { cause })
		});
	});
}
/** The lines of the failing step that BuildKit repeats between two rules at the end of its output. */
function failureIn(lines) {
	const rules = lines.flatMap((line, index) => /^-{6}$/.test(line) ? [index] : []);
	return (rules.length >= 2 ? lines.slice((rules.at(-2) ?? 0) + 1, rules.at(-1)) : lines.slice(-5)).join("\n    ");
}
function pairs(option, values, format) {
	return Object.entries(values).flatMap(([key, value]) => [option, format(key, value)]);
}
// packages/builder/src/compile/run-dockerfile.ts
/**
* Runs a Dockerfile with a Docker engine, in two builds. The first one makes the stage `toolchain`, which
* installs the compilers: only it has a network and the secrets of apt. The second one makes everything else
* without a network, from an image of that stage, whose name it gets as the argument `TOOLCHAIN`. (`RUN
* --network=none` would say this in the Dockerfile, but the BuildKit of Docker 20.10, which is Debian 12's,
* does not know it.)
* @param work a temporary folder for secrets
* @returns the versions of the programs that ran it
* @throws KilnError `build-failed` with the last lines of the failing step
*/
async function runDockerfile({ context, output, image, suites, platform, args }, work, { say, log, uncached }) {
	const secrets = await aptSecrets(suites, work);
	return withEngine(say, async (engine) => {
		await ensureBaseImage(engine, image, say);
		say("compiling");
		const common = {
			context,
			uncached,
			onLine: log ?? saySteps(say)
		};
		const toolchain = `kiln-toolchain:${randomUUID()}`;
		const given = {
			BASE_IMAGE: image,
			...args
		};
		try {
			await dockerBuild(engine, {
				...common,
				what: "its stage toolchain",
				args: given,
				secrets,
				network: engine.network,
				result: [
					"--target",
					"toolchain",
					"--tag",
					toolchain,
					"--load"
				]
			});
			await dockerBuild(engine, {
				...common,
				what: `for ${platform}`,
				args: {
					...given,
					TOOLCHAIN: toolchain
				},
				secrets: {},
				network: "none",
				result: [
					"--platform",
					platform,
					"--output",
					`type=local,dest=${output}`
				]
			});
		} finally {
			await engine.docker([
				"image",
				"rm",
				toolchain
			]).catch(() => void 0);
		}
		return {
			docker: engine.versions.server,
			buildx: engine.versions.buildx
		};
	});
}
/** Passes on only the lines that begin a step. */
function saySteps(say) {
	return (line) => {
		const step = stepOf(line);
		if (step !== void 0) say(`compiling ${step}`);
	};
}
/** The step that a line of the engine's progress belongs to, `[openssl 3/3] RUN sh /build/openssl.sh`. */
function stepOf(line) {
	return /^#\d+ (\[.*)$/.exec(line)?.[1]?.slice(0, 70);
}
// packages/builder/src/compile/compile.ts
/** The largest list of packages that is read, in bytes. */
const largestList = 1e7;
/** Runs an extension's Dockerfile. The compiler is always for this machine's architecture. */
async function compile(extension, order, inputs, work, options) {
	const { compile: recipe } = extension.definition;
	if (!recipe) throw new Error(`${order.extension} compiles nothing`);
	const context = join(work, "context");
	const output = join(work, "compiled");
	await mkdir(output);
	await layOutContext(extension, inputs, context);
	const tools = await runDockerfile({
		context,
		output,
		image: recipe.image,
		suites: recipe.suites,
		platform: spellings[order.architecture].platform,
		args: { VERSION: order.version.upstream }
	}, work, options);
	const list = await readRegularFile(join(output, "packages.txt"), largestList);
	return {
		tree: join(output, "tree"),
		packages: parsePackages(list.toString()),
		tools
	};
}
/** Lays out a Dockerfile's context: the recipe, and in `inputs/` every file by its name without version. */
async function layOutContext({ folder }, inputs, context) {
	await mkdir(join(context, "inputs"), { recursive: true });
	await copyFile(join(folder, "Dockerfile"), join(context, "Dockerfile"));
	await cp(join(folder, "build"), join(context, "build"), {
		recursive: true,
		preserveTimestamps: true
	});
	for (const { name, path } of inputs.filter((input) => !("module" in input))) await copyFile(path, join(context, "inputs", name), constants.COPYFILE_FICLONE);
}
/**
* Parses the list of the build container's packages: a name, a version and an architecture on each line.
* @throws KilnError `build-failed`
*/
function parsePackages(text) {
	const rows = text.split("\n").filter((line) => line !== "").map((line) => {
		const [name, version, architecture] = line.split("	");
		return {
			name,
			version,
			architecture
		};
	});
	const parsed = buildRecordSchema.shape.packages.safeParse(rows);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new KilnError("build-failed", {
		expected: "each line of packages.txt to be a package's name, version and architecture, separated by tabs",
		found: `line ${Number(issue?.path[0]) + 1}: ${JSON.stringify(rows[Number(issue?.path[0])])}`,
		next: "correct the Dockerfile, whose last stage writes that file"
	});
}
// packages/builder/src/image-cache.ts
/**
* Where the image of an order is cached: equal inputs, recipe and tools make equal images. An image counts as
* not built if its smoke test would differ.
*/
function cachedImageFolder(order, smoke, tools) {
	const { extension, version, architecture, upstream } = order;
	const smokeTest = [smoke, order.hostLibraries.map(({ name, sha256 }) => [name, sha256])];
	const key = JSON.stringify([
		...[
			extension,
			version,
			architecture,
			upstream,
			fingerprint(order),
			tools
		],
		...smokeTest,
		...order.outsidePolicy === true ? ["outside policy"] : [],
		...order.inputs.flatMap((input) => "tree" in input && input.origin.kind === "folder" ? [input] : [])
	]);
	return cacheDirectory("images", createHash("sha256").update(key).digest("hex"));
}
/** An image that was built before; undefined if there is none, or if it does not match its record. */
async function findCachedImage(folder, name, recordName) {
	const path = join(folder, name);
	const recordPath = join(folder, recordName);
	try {
		const record = await readBuildRecord(recordPath, "build the image again");
		return await digestOf(path) === record.image.sha256 ? {
			path,
			recordPath,
			record
		} : void 0;
	} catch {
		return;
	}
}
/** Moves the folder of a finished image and its record into the cache. */
async function keepImage(finished, folder) {
	await makeFolder(dirname(folder));
	await rm(folder, {
		recursive: true,
		force: true
	});
	await rename(finished, folder);
}
/** Copies an image and its record from the cache to a folder; the image appears last, and complete. */
async function deliverImage({ path, recordPath, record }, folder) {
	await makeFolder(folder);
	for (const from of [recordPath, path]) {
		const to = join(folder, basename(from));
		const partial = `${to}.partial`;
		await rm(partial, { force: true });
		await copyFile(from, partial, constants.COPYFILE_EXCL);
		await rename(partial, to);
	}
	return {
		path: join(folder, basename(path)),
		recordPath: join(folder, basename(recordPath)),
		record
	};
}
// packages/builder/src/image/smoke.ts
/** Where a program of another architecture finds its emulator. */
const emulatorInRoot = "/emulator";
/**
* Runs the definition's commands from a finished image in the sandbox, with the image as the root.
* @throws KilnError `smoke-failed`, `sandbox-unavailable`
*/
async function smokeImage(image, { name, smoke }, { upstreamVersion, architecture, addHostLibraries, say }) {
	if (smoke.length === 0) return;
	const folder = await mkdtemp(join(tmpdir(), "kiln-smoke-"));
	const root = join(folder, "root");
	try {
		say("running what was built");
		await run$1("unsquashfs", [
			"-no-progress",
			"-quiet",
			"-dest",
			root,
			image
		]);
		await addHostLibraries(root);
		await linkTopLevel(root);
		const emulator = await emulatorFor(architecture);
		for (const { run: command, expect } of smoke) {
			say(`running ${command.join(" ")}`);
			const { stdout, stderr, status, ending } = await runInSandbox([...emulator.map(({ target }) => target), ...command], {
				root: { folder: root },
				readOnly: emulator
			});
			const output = stdout + stderr;
			const missing = expect.map((text) => text.replace("{version}", upstreamVersion)).filter((text) => !output.includes(text));
			if (missing.length === 0 && status === 0) continue;
			throw new KilnError("smoke-failed", {
				expected: `${command.join(" ")} of ${name} for ${architecture} to ${missing.length > 0 ? `print ${JSON.stringify(missing[0])}` : "end with exit status 0"}`,
				found: `${output.trim().slice(0, 2e3) || "no output"} (${ending})`,
				next: "see what the program misses; the image has not been kept"
			});
		}
	} finally {
		await rm(folder, { recursive: true });
	}
}
/** Adds the links that every distribution has in its root, unless the libraries have such a directory. */
async function linkTopLevel(root) {
	const top = new Set(await readdir(root));
	const below = await readdir(join(root, "usr"));
	for (const name of [
		"bin",
		"lib",
		"lib64"
	]) if (!top.has(name) && below.includes(name)) await symlink(`usr/${name}`, join(root, name));
}
/** The emulator that a program of an architecture needs here, if any. */
async function emulatorFor(architecture) {
	if (architecture === nativeArchitecture()) return [];
	const name = spellings[architecture].emulator;
	const { [name]: path } = await ensurePrograms([name], () => void 0);
	return [{
		source: path,
		target: emulatorInRoot
	}];
}
// packages/builder/src/image/squashfs.ts
/**
* Every option that affects an image's bytes, except for dates. Images are 15 % larger with the default
* compressor than with zstd at its highest useful level, and take more than twice as long to read; with xz
* they are smaller, but take nine times as long to read.
*/
const options$1 = [...[
	"-noappend",
	"-all-root",
	"-no-xattrs",
	"-no-exports",
	"-quiet"
], ...[
	"-comp",
	"zstd",
	"-Xcompression-level",
	"19",
	"-b",
	"1M"
]];
/**
* Packs a tree into a squashfs image, with the same bytes for the same tree on any number of processors.
* @param epoch the date of everything in it, in seconds since 1970
* @param say receives lines about how much has been packed
*/
async function packSquashfs(tree, image, epoch, say) {
	const time = String(epoch);
	const unfinished = `${image}.partial`;
	await rm(unfinished, { force: true });
	await run$1("env", [
		...["--unset=SOURCE_DATE_EPOCH", "mksquashfs"],
		tree,
		unfinished,
		...options$1,
		"-mkfs-time",
		time,
		"-all-time",
		time
	], { onLine(line) {
		const percent = /(\d+)%$/.exec(line)?.[1];
		if (percent !== void 0) say(`packing, ${percent} %`);
	} });
	await rename(unfinished, image);
}
/** The version of mksquashfs, such as `4.5.1`. */
async function squashfsVersion() {
	const { stdout } = await tryRun("mksquashfs", ["-version"]);
	return /version (\S+)/.exec(stdout)?.[1] ?? "unknown";
}
// packages/builder/src/tree/decompress.ts
/** How formats begin, as bytes in hex. */
const beginnings = [
	["1f8b", "gzip"],
	["fd377a585a00", "xz"],
	["425a68", "bzip2"],
	["28b52ffd", "zstd"],
	["504b0304", "zip"],
	["504b0506", "zip"],
	["7f454c46", "program"],
	["2321", "program"]
];
/** How a file is packed, by its first bytes: its name may say something else. */
async function packingOf(archive) {
	await using file = await open(archive);
	const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
	const head = buffer.toString("hex");
	return beginnings.find(([start]) => head.startsWith(start))?.[1] ?? "plain";
}
/** The programs that decompress what Node does not, or does only in part: several frames of zstd. */
const programs = {
	xz: ["xz", "--memlimit-decompress=1GiB"],
	bzip2: ["bzip2"],
	zstd: ["zstd", "--memory=1024MB"]
};
/**
* Writes what a compressed file contains.
* @param limit the most bytes that are written
* @throws KilnError `archive-invalid` if it is damaged or contains more
*/
async function decompress(archive, packing, name, plain, limit) {
	if (packing !== "gzip") {
		const [program, ...options] = programs[packing];
		const { [program]: path } = await ensurePrograms([program], () => void 0);
		return writeOutput(path, [
			...options,
			"--decompress",
			"--stdout",
			"--",
			archive
		], name, plain, limit);
	}
	const streams = [
		createReadStream(archive),
		createGunzip(),
		limited(name, limit)
	];
	await pipeline(...streams, createWriteStream(plain)).catch((cause) => {
		throw isKilnError(cause) || isDiskFull(cause) ? cause : invalid$3(name, String(cause), cause);
	});
}
/** Writes the tar archive of a Debian package's files. */
function readPackage(archive, name, plain, limit) {
	return writeOutput("dpkg-deb", ["--fsys-tarfile", archive], name, plain, limit);
}
/** Writes the output of a program into a file, and ends the program at the limit. */
async function writeOutput(program, args, name, plain, limit) {
	const output = limited(name, limit);
	const stop = new AbortController();
	const reading = tryRun(program, args, {
		env: { LC_ALL: "C" },
		output,
		signal: stop.signal
	}).finally(() => output.end());
	const [read, written] = await Promise.allSettled([reading, pipeline(output, createWriteStream(plain)).catch((error) => {
		stop.abort(error);
		throw error;
	})]);
	if (written.status === "rejected") throw written.reason;
	if (read.status === "rejected") throw read.reason;
	if (read.value.status !== 0) throw invalid$3(name, read.value.summary);
}
/** Passes on at most `limit` bytes. */
function limited(name, limit) {
	let received = 0;
	return new Transform({ transform(chunk, _encoding, done) {
		received += chunk.length;
		if (received > limit) done(tooLarge(name, limit));
		else done(null, chunk);
	} });
}
function tooLarge(name, limit) {
	return invalid$3(name, `more than ${formatBytes(limit)}, far more than its own size suggests`);
}
/** The most members of an archive; the largest known ones have a tenth of that. */
const mostMembers = 2e5;
/** @throws KilnError `archive-invalid` for a number of members that would use up the file system */
function limitMembers(name, count) {
	if (count > mostMembers) throw invalid$3(name, `more than ${mostMembers} members`);
}
function invalid$3(name, found, cause) {
	return new KilnError("archive-invalid", {
		expected: `${name} to be an undamaged archive of files that all stay inside it`,
		found,
		next: "do not use this file; report it to whoever published it",
		cause
	});
}
// node_modules/.pnpm/pend@1.2.0/node_modules/pend/index.js
var require_pend = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = Pend;
	function Pend() {
		this.pending = 0;
		this.max = Infinity;
		this.listeners = [];
		this.waiting = [];
		this.error = null;
	}
	Pend.prototype.go = function(fn) {
		if (this.pending < this.max) pendGo(this, fn);
		else this.waiting.push(fn);
	};
	Pend.prototype.wait = function(cb) {
		if (this.pending === 0) cb(this.error);
		else this.listeners.push(cb);
	};
	Pend.prototype.hold = function() {
		return pendHold(this);
	};
	function pendHold(self) {
		self.pending += 1;
		var called = false;
		return onCb;
		function onCb(err) {
			if (called) throw new Error("callback called twice");
			called = true;
			self.error = self.error || err;
			self.pending -= 1;
			if (self.waiting.length > 0 && self.pending < self.max) pendGo(self, self.waiting.shift());
			else if (self.pending === 0) {
				var listeners = self.listeners;
				self.listeners = [];
				listeners.forEach(cbListener);
			}
		}
		function cbListener(listener) {
			listener(self.error);
		}
	}
	function pendGo(self, fn) {
		fn(pendHold(self));
	}
}));
// node_modules/.pnpm/yauzl@3.4.0/node_modules/yauzl/fd-slicer.js
var require_fd_slicer = /* @__PURE__ */ __commonJSMin(((exports) => {
	var fs = __require("fs");
	var util = __require("util");
	var stream = __require("stream");
	var Readable = stream.Readable;
	var PassThrough = stream.PassThrough;
	var Pend = require_pend();
	var EventEmitter = __require("events").EventEmitter;
	exports.BufferSlicer = BufferSlicer;
	exports.FdSlicer = FdSlicer;
	util.inherits(FdSlicer, EventEmitter);
	function FdSlicer(fd) {
		EventEmitter.call(this);
		this.fd = fd;
		this.pend = new Pend();
		this.pend.max = 1;
		this.refCount = 0;
	}
	FdSlicer.prototype.read = function(buffer, offset, length, position, callback) {
		var self = this;
		self.pend.go(function(cb) {
			fs.read(self.fd, buffer, offset, length, position, function(err, bytesRead, buffer) {
				cb();
				callback(err, bytesRead, buffer);
			});
		});
	};
	FdSlicer.prototype.createReadStream = function(options) {
		return new ReadStream(this, options);
	};
	FdSlicer.prototype.ref = function() {
		this.refCount += 1;
	};
	FdSlicer.prototype.unref = function() {
		var self = this;
		self.refCount -= 1;
		if (self.refCount < 0) throw new Error("invalid unref");
		if (self.refCount > 0) return;
		fs.close(self.fd, onCloseDone);
		function onCloseDone(err) {
			if (err) self.emit("error", err);
			else self.emit("close");
		}
	};
	util.inherits(ReadStream, Readable);
	function ReadStream(context, options) {
		options = options || {};
		Readable.call(this, options);
		this.context = context;
		this.context.ref();
		this.start = options.start || 0;
		this.endOffset = options.end;
		this.pos = this.start;
	}
	ReadStream.prototype._read = function(n) {
		var self = this;
		var toRead = Math.min(self._readableState.highWaterMark, n);
		if (self.endOffset != null) toRead = Math.min(toRead, self.endOffset - self.pos);
		if (toRead <= 0) {
			self.push(null);
			this._cleanup();
			return;
		}
		self.context.pend.go(function(cb) {
			var buffer = Buffer.allocUnsafe(toRead);
			fs.read(self.context.fd, buffer, 0, toRead, self.pos, function(err, bytesRead) {
				if (err) self.destroy(err);
				else if (bytesRead === 0) {
					self.push(null);
					self._cleanup();
				} else {
					self.pos += bytesRead;
					self.push(buffer.slice(0, bytesRead));
				}
				cb();
			});
		});
	};
	ReadStream.prototype._destroy = function(err, cb) {
		this._cleanup();
		cb(err);
	};
	ReadStream.prototype._cleanup = function() {
		if (this.context != null) {
			this.context.unref();
			this.context = null;
		}
	};
	util.inherits(BufferSlicer, EventEmitter);
	function BufferSlicer(buffer) {
		EventEmitter.call(this);
		this.refCount = 0;
		this.buffer = buffer;
	}
	BufferSlicer.prototype.read = function(buffer, offset, length, position, callback) {
		if (!(0 <= offset && offset <= buffer.length)) throw new RangeError("offset outside buffer: 0 <= " + offset + " <= " + buffer.length);
		if (position < 0) throw new RangeError("position is negative: " + position);
		if (offset + length > buffer.length) length = buffer.length - offset;
		if (position + length > this.buffer.length) length = this.buffer.length - position;
		if (length <= 0) {
			setImmediate(function() {
				callback(null, 0);
			});
			return;
		}
		this.buffer.copy(buffer, offset, position, position + length);
		setImmediate(function() {
			callback(null, length);
		});
	};
	BufferSlicer.prototype.createReadStream = function(options) {
		options = options || {};
		var readStream = new PassThrough(options);
		readStream.start = options.start || 0;
		readStream.endOffset = options.end;
		readStream.pos = readStream.endOffset || this.buffer.length;
		var entireSlice = this.buffer.slice(readStream.start, readStream.pos);
		var maxChunkSize = 65536;
		var offset = 0;
		while (true) {
			var nextOffset = offset + maxChunkSize;
			if (nextOffset >= entireSlice.length) {
				if (offset < entireSlice.length) readStream.write(entireSlice.slice(offset, entireSlice.length));
				break;
			}
			readStream.write(entireSlice.slice(offset, nextOffset));
			offset = nextOffset;
		}
		readStream.end();
		return readStream;
	};
	BufferSlicer.prototype.ref = function() {
		this.refCount += 1;
	};
	BufferSlicer.prototype.unref = function() {
		this.refCount -= 1;
		if (this.refCount < 0) throw new Error("invalid unref");
	};
}));
// node_modules/.pnpm/yauzl@3.4.0/node_modules/yauzl/crc32.js
var require_crc32 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const CRC_TABLE = new Int32Array([
		0,
		1996959894,
		3993919788,
		2567524794,
		124634137,
		1886057615,
		3915621685,
		2657392035,
		249268274,
		2044508324,
		3772115230,
		2547177864,
		162941995,
		2125561021,
		3887607047,
		2428444049,
		498536548,
		1789927666,
		4089016648,
		2227061214,
		450548861,
		1843258603,
		4107580753,
		2211677639,
		325883990,
		1684777152,
		4251122042,
		2321926636,
		335633487,
		1661365465,
		4195302755,
		2366115317,
		997073096,
		1281953886,
		3579855332,
		2724688242,
		1006888145,
		1258607687,
		3524101629,
		2768942443,
		901097722,
		1119000684,
		3686517206,
		2898065728,
		853044451,
		1172266101,
		3705015759,
		2882616665,
		651767980,
		1373503546,
		3369554304,
		3218104598,
		565507253,
		1454621731,
		3485111705,
		3099436303,
		671266974,
		1594198024,
		3322730930,
		2970347812,
		795835527,
		1483230225,
		3244367275,
		3060149565,
		1994146192,
		31158534,
		2563907772,
		4023717930,
		1907459465,
		112637215,
		2680153253,
		3904427059,
		2013776290,
		251722036,
		2517215374,
		3775830040,
		2137656763,
		141376813,
		2439277719,
		3865271297,
		1802195444,
		476864866,
		2238001368,
		4066508878,
		1812370925,
		453092731,
		2181625025,
		4111451223,
		1706088902,
		314042704,
		2344532202,
		4240017532,
		1658658271,
		366619977,
		2362670323,
		4224994405,
		1303535960,
		984961486,
		2747007092,
		3569037538,
		1256170817,
		1037604311,
		2765210733,
		3554079995,
		1131014506,
		879679996,
		2909243462,
		3663771856,
		1141124467,
		855842277,
		2852801631,
		3708648649,
		1342533948,
		654459306,
		3188396048,
		3373015174,
		1466479909,
		544179635,
		3110523913,
		3462522015,
		1591671054,
		702138776,
		2966460450,
		3352799412,
		1504918807,
		783551873,
		3082640443,
		3233442989,
		3988292384,
		2596254646,
		62317068,
		1957810842,
		3939845945,
		2647816111,
		81470997,
		1943803523,
		3814918930,
		2489596804,
		225274430,
		2053790376,
		3826175755,
		2466906013,
		167816743,
		2097651377,
		4027552580,
		2265490386,
		503444072,
		1762050814,
		4150417245,
		2154129355,
		426522225,
		1852507879,
		4275313526,
		2312317920,
		282753626,
		1742555852,
		4189708143,
		2394877945,
		397917763,
		1622183637,
		3604390888,
		2714866558,
		953729732,
		1340076626,
		3518719985,
		2797360999,
		1068828381,
		1219638859,
		3624741850,
		2936675148,
		906185462,
		1090812512,
		3747672003,
		2825379669,
		829329135,
		1181335161,
		3412177804,
		3160834842,
		628085408,
		1382605366,
		3423369109,
		3138078467,
		570562233,
		1426400815,
		3317316542,
		2998733608,
		733239954,
		1555261956,
		3268935591,
		3050360625,
		752459403,
		1541320221,
		2607071920,
		3965973030,
		1969922972,
		40735498,
		2617837225,
		3943577151,
		1913087877,
		83908371,
		2512341634,
		3803740692,
		2075208622,
		213261112,
		2463272603,
		3855990285,
		2094854071,
		198958881,
		2262029012,
		4057260610,
		1759359992,
		534414190,
		2176718541,
		4139329115,
		1873836001,
		414664567,
		2282248934,
		4279200368,
		1711684554,
		285281116,
		2405801727,
		4167216745,
		1634467795,
		376229701,
		2685067896,
		3608007406,
		1308918612,
		956543938,
		2808555105,
		3495958263,
		1231636301,
		1047427035,
		2932959818,
		3654703836,
		1088359270,
		936918e3,
		2847714899,
		3736837829,
		1202900863,
		817233897,
		3183342108,
		3401237130,
		1404277552,
		615818150,
		3134207493,
		3453421203,
		1423857449,
		601450431,
		3009837614,
		3294710456,
		1567103746,
		711928724,
		3020668471,
		3272380065,
		1510334235,
		755167117
	]);
	function crc32(buf) {
		let crc = -1;
		for (let x of buf) crc = CRC_TABLE[(crc ^ x) & 255] ^ crc >>> 8;
		return (crc ^ -1) >>> 0;
	}
	module.exports = crc32;
}));
// packages/builder/src/tree/unzip.ts
var import_yauzl = (/* @__PURE__ */ __commonJSMin(((exports) => {
	var fs = __require("fs");
	var zlib = __require("zlib");
	var fd_slicer = require_fd_slicer();
	var util = __require("util");
	var EventEmitter = __require("events").EventEmitter;
	var Transform = __require("stream").Transform;
	var PassThrough = __require("stream").PassThrough;
	var Writable = __require("stream").Writable;
	const crc32 = typeof zlib.crc32 === "function" ? zlib.crc32 : require_crc32();
	exports.openPromise = openPromise;
	function openPromise(path, options) {
		return new Promise((resolve, reject) => {
			open(path, {
				...options,
				lazyEntries: true
			}, function(err, zipfile) {
				if (err) return reject(err);
				resolve(zipfile);
			});
		});
	}
	function open(path, options, callback) {
		if (typeof options === "function") {
			callback = options;
			options = null;
		}
		if (options == null) options = {};
		if (options.autoClose == null) options.autoClose = true;
		if (options.lazyEntries == null) options.lazyEntries = false;
		if (options.decodeStrings == null) options.decodeStrings = true;
		if (options.validateEntrySizes == null) options.validateEntrySizes = true;
		if (options.strictFileNames == null) options.strictFileNames = false;
		if (callback == null) callback = defaultCallback;
		fs.open(path, "r", function(err, fd) {
			if (err) return callback(err);
			fromFd(fd, options, function(err, zipfile) {
				if (err) fs.close(fd, defaultCallback);
				callback(err, zipfile);
			});
		});
	}
	function fromFd(fd, options, callback) {
		if (typeof options === "function") {
			callback = options;
			options = null;
		}
		if (options == null) options = {};
		if (options.autoClose == null) options.autoClose = false;
		if (options.lazyEntries == null) options.lazyEntries = false;
		if (options.decodeStrings == null) options.decodeStrings = true;
		if (options.validateEntrySizes == null) options.validateEntrySizes = true;
		if (options.strictFileNames == null) options.strictFileNames = false;
		if (callback == null) callback = defaultCallback;
		fs.fstat(fd, function(err, stats) {
			if (err) return callback(err);
			fromRandomAccessReader(new fd_slicer.FdSlicer(fd), stats.size, options, callback);
		});
	}
	function fromRandomAccessReader(reader, totalSize, options, callback) {
		if (typeof options === "function") {
			callback = options;
			options = null;
		}
		if (options == null) options = {};
		if (options.autoClose == null) options.autoClose = true;
		if (options.lazyEntries == null) options.lazyEntries = false;
		if (options.decodeStrings == null) options.decodeStrings = true;
		var decodeStrings = !!options.decodeStrings;
		if (options.validateEntrySizes == null) options.validateEntrySizes = true;
		if (options.strictFileNames == null) options.strictFileNames = false;
		if (callback == null) callback = defaultCallback;
		if (typeof totalSize !== "number") throw new Error("expected totalSize parameter to be a number");
		if (totalSize > Number.MAX_SAFE_INTEGER) throw new Error("zip file too large. only file sizes up to 2^52 are supported due to JavaScript's Number type being an IEEE 754 double.");
		reader.ref();
		var eocdrWithoutCommentSize = 22;
		var zip64EocdlSize = 20;
		var bufferSize = Math.min(zip64EocdlSize + eocdrWithoutCommentSize + 65535, totalSize);
		var buffer = newBuffer(bufferSize);
		readAndAssertNoEof(reader, buffer, 0, bufferSize, totalSize - buffer.length, function(err) {
			if (err) return callback(err);
			for (var i = bufferSize - eocdrWithoutCommentSize; i >= 0; i -= 1) {
				if (buffer.readUInt32LE(i) !== 101010256) continue;
				var eocdrBuffer = buffer.subarray(i);
				var diskNumber = eocdrBuffer.readUInt16LE(4);
				var entryCount = eocdrBuffer.readUInt16LE(10);
				var centralDirectoryOffset = eocdrBuffer.readUInt32LE(16);
				var commentLength = eocdrBuffer.readUInt16LE(20);
				var expectedCommentLength = eocdrBuffer.length - eocdrWithoutCommentSize;
				if (commentLength !== expectedCommentLength) return callback(/* @__PURE__ */ new Error("Invalid comment length. Expected: " + expectedCommentLength + ". Found: " + commentLength + ". Are there extra bytes at the end of the file? Or is the end of central dir signature `PK☺☻` in the comment?"));
				var comment = decodeStrings ? decodeBuffer(eocdrBuffer.subarray(22), false) : eocdrBuffer.subarray(22);
				if (i - zip64EocdlSize >= 0 && buffer.readUInt32LE(i - zip64EocdlSize) === 117853008) {
					var zip64EocdrOffset = readUInt64LE(buffer.subarray(i - zip64EocdlSize, i - zip64EocdlSize + zip64EocdlSize), 8);
					var zip64EocdrBuffer = newBuffer(56);
					return readAndAssertNoEof(reader, zip64EocdrBuffer, 0, zip64EocdrBuffer.length, zip64EocdrOffset, function(err) {
						if (err) return callback(err);
						if (zip64EocdrBuffer.readUInt32LE(0) !== 101075792) return callback(/* @__PURE__ */ new Error("invalid zip64 end of central directory record signature"));
						diskNumber = zip64EocdrBuffer.readUInt32LE(16);
						if (diskNumber !== 0) return callback(/* @__PURE__ */ new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
						entryCount = readUInt64LE(zip64EocdrBuffer, 32);
						centralDirectoryOffset = readUInt64LE(zip64EocdrBuffer, 48);
						return callback(null, new ZipFile(reader, centralDirectoryOffset, totalSize, entryCount, comment, options.autoClose, options.lazyEntries, decodeStrings, options.validateEntrySizes, options.strictFileNames));
					});
				}
				if (diskNumber !== 0) return callback(/* @__PURE__ */ new Error("multi-disk zip files are not supported: found disk number: " + diskNumber));
				return callback(null, new ZipFile(reader, centralDirectoryOffset, totalSize, entryCount, comment, options.autoClose, options.lazyEntries, decodeStrings, options.validateEntrySizes, options.strictFileNames));
			}
			callback(/* @__PURE__ */ new Error("End of central directory record signature not found. Either not a zip file, or file is truncated."));
		});
	}
	util.inherits(ZipFile, EventEmitter);
	function ZipFile(reader, centralDirectoryOffset, fileSize, entryCount, comment, autoClose, lazyEntries, decodeStrings, validateEntrySizes, strictFileNames) {
		var self = this;
		EventEmitter.call(self);
		self.reader = reader;
		self.reader.on("error", function(err) {
			emitError(self, err);
		});
		self.reader.once("close", function() {
			self.emit("close");
		});
		self.readEntryCursor = centralDirectoryOffset;
		self.fileSize = fileSize;
		self.entryCount = entryCount;
		self.comment = comment;
		self.entriesRead = 0;
		self.autoClose = !!autoClose;
		self.lazyEntries = !!lazyEntries;
		self.decodeStrings = !!decodeStrings;
		self.validateEntrySizes = !!validateEntrySizes;
		self.strictFileNames = !!strictFileNames;
		self.isOpen = true;
		self.emittedError = false;
		self.hasEachEntryBeenCalled = false;
		if (!self.lazyEntries) self._readEntry();
	}
	ZipFile.prototype.close = function() {
		if (!this.isOpen) return;
		this.isOpen = false;
		this.reader.unref();
	};
	function emitErrorAndAutoClose(self, err) {
		if (self.autoClose) self.close();
		emitError(self, err);
	}
	function emitError(self, err) {
		if (self.emittedError) return;
		self.emittedError = true;
		self.emit("error", err);
	}
	ZipFile.prototype.readEntry = function() {
		if (!this.lazyEntries) throw new Error("readEntry() called without lazyEntries:true");
		this._readEntry();
	};
	ZipFile.prototype._readEntry = function() {
		var self = this;
		if (self.entryCount === self.entriesRead) {
			setImmediate(function() {
				if (self.autoClose) self.close();
				if (self.emittedError) return;
				self.emit("end");
			});
			return;
		}
		if (self.emittedError) return;
		var buffer = newBuffer(46);
		readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err) {
			if (err) return emitErrorAndAutoClose(self, err);
			if (self.emittedError) return;
			var entry = new Entry();
			var signature = buffer.readUInt32LE(0);
			if (signature !== 33639248) return emitErrorAndAutoClose(self, /* @__PURE__ */ new Error("invalid central directory file header signature: 0x" + signature.toString(16)));
			entry.versionMadeBy = buffer.readUInt16LE(4);
			entry.versionNeededToExtract = buffer.readUInt16LE(6);
			entry.generalPurposeBitFlag = buffer.readUInt16LE(8);
			entry.compressionMethod = buffer.readUInt16LE(10);
			entry.lastModFileTime = buffer.readUInt16LE(12);
			entry.lastModFileDate = buffer.readUInt16LE(14);
			entry.crc32 = buffer.readUInt32LE(16);
			entry.compressedSize = buffer.readUInt32LE(20);
			entry.uncompressedSize = buffer.readUInt32LE(24);
			entry.fileNameLength = buffer.readUInt16LE(28);
			entry.extraFieldLength = buffer.readUInt16LE(30);
			entry.fileCommentLength = buffer.readUInt16LE(32);
			entry.internalFileAttributes = buffer.readUInt16LE(36);
			entry.externalFileAttributes = buffer.readUInt32LE(38);
			entry.relativeOffsetOfLocalHeader = buffer.readUInt32LE(42);
			if (entry.generalPurposeBitFlag & 64) return emitErrorAndAutoClose(self, /* @__PURE__ */ new Error("strong encryption is not supported"));
			self.readEntryCursor += 46;
			buffer = newBuffer(entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength);
			readAndAssertNoEof(self.reader, buffer, 0, buffer.length, self.readEntryCursor, function(err) {
				if (err) return emitErrorAndAutoClose(self, err);
				if (self.emittedError) return;
				entry.fileNameRaw = buffer.subarray(0, entry.fileNameLength);
				var fileCommentStart = entry.fileNameLength + entry.extraFieldLength;
				entry.extraFieldRaw = buffer.subarray(entry.fileNameLength, fileCommentStart);
				entry.fileCommentRaw = buffer.subarray(fileCommentStart, fileCommentStart + entry.fileCommentLength);
				try {
					entry.extraFields = parseExtraFields(entry.extraFieldRaw);
				} catch (err) {
					return emitErrorAndAutoClose(self, err);
				}
				if (self.decodeStrings) {
					var isUtf8 = (entry.generalPurposeBitFlag & 2048) !== 0;
					entry.fileComment = decodeBuffer(entry.fileCommentRaw, isUtf8);
					entry.fileName = getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, self.strictFileNames);
					var errorMessage = validateFileName(entry.fileName);
					if (errorMessage != null) return emitErrorAndAutoClose(self, new Error(errorMessage));
				} else {
					entry.fileComment = entry.fileCommentRaw;
					entry.fileName = entry.fileNameRaw;
				}
				entry.comment = entry.fileComment;
				self.readEntryCursor += buffer.length;
				self.entriesRead += 1;
				for (var i = 0; i < entry.extraFields.length; i++) {
					var extraField = entry.extraFields[i];
					if (extraField.id !== 1) continue;
					var zip64EiefBuffer = extraField.data;
					var index = 0;
					if (entry.uncompressedSize === 4294967295) {
						if (index + 8 > zip64EiefBuffer.length) return emitErrorAndAutoClose(self, /* @__PURE__ */ new Error("zip64 extended information extra field does not include uncompressed size"));
						entry.uncompressedSize = readUInt64LE(zip64EiefBuffer, index);
						index += 8;
					}
					if (entry.compressedSize === 4294967295) {
						if (index + 8 > zip64EiefBuffer.length) return emitErrorAndAutoClose(self, /* @__PURE__ */ new Error("zip64 extended information extra field does not include compressed size"));
						entry.compressedSize = readUInt64LE(zip64EiefBuffer, index);
						index += 8;
					}
					if (entry.relativeOffsetOfLocalHeader === 4294967295) {
						if (index + 8 > zip64EiefBuffer.length) return emitErrorAndAutoClose(self, /* @__PURE__ */ new Error("zip64 extended information extra field does not include relative header offset"));
						entry.relativeOffsetOfLocalHeader = readUInt64LE(zip64EiefBuffer, index);
						index += 8;
					}
					break;
				}
				if (self.validateEntrySizes && entry.compressionMethod === 0) {
					var expectedCompressedSize = entry.uncompressedSize;
					if (entry.isEncrypted()) expectedCompressedSize += 12;
					if (entry.compressedSize !== expectedCompressedSize) {
						var msg = "compressed/uncompressed size mismatch for stored file: " + entry.compressedSize + " != " + entry.uncompressedSize;
						return emitErrorAndAutoClose(self, new Error(msg));
					}
				}
				self.emit("entry", entry);
				if (!self.lazyEntries) self._readEntry();
			});
		});
	};
	ZipFile.prototype.eachEntry = function() {
		const self = this;
		if (!self.lazyEntries) throw new Error("eachEntry() requires lazyEntries: true");
		if (self.hasEachEntryBeenCalled) throw new Error("eachEntry() must only be called once per ZipFile");
		self.hasEachEntryBeenCalled = true;
		let pendingResolveReject = null;
		self.on("entry", onEntry);
		self.on("end", onEnd);
		self.on("error", onError);
		function cleanup() {
			self.removeListener("entry", onEntry);
			self.removeListener("end", onEnd);
			self.removeListener("error", onError);
			if (self.autoClose) self.close();
		}
		function onEntry(entry) {
			let { resolve } = pendingResolveReject;
			pendingResolveReject = null;
			resolve({ value: entry });
		}
		function onEnd() {
			let { resolve } = pendingResolveReject;
			pendingResolveReject = null;
			cleanup();
			resolve({ done: true });
		}
		function onError(err) {
			let { reject } = pendingResolveReject;
			pendingResolveReject = null;
			cleanup();
			reject(err);
		}
		return {
			[Symbol.asyncIterator]() {
				return this;
			},
			next() {
				const promise = new Promise((resolve, reject) => {
					if (pendingResolveReject != null) throw new Error("next() called before previous Promise was resolved.");
					pendingResolveReject = {
						resolve,
						reject
					};
				});
				self.readEntry();
				return promise;
			},
			return(value) {
				cleanup();
				return Promise.resolve({
					done: true,
					value
				});
			},
			throw(value) {
				cleanup();
				return Promise.reject(value);
			}
		};
	};
	ZipFile.prototype.openReadStream = function(entry, options, callback) {
		var self = this;
		var relativeStart = 0;
		var relativeEnd = entry.compressedSize;
		if (callback == null) {
			callback = options;
			options = null;
		}
		if (options == null) options = {};
		else {
			if (options.decodeFileData === false) {
				if (options.decrypt != null) throw new Error("cannot use options.decrypt when options.decodeFileData === false");
				if (options.decompress != null) throw new Error("cannot use options.decompress when options.decodeFileData === false");
			} else {
				if (options.decrypt != null) {
					if (!entry.isEncrypted()) throw new Error("options.decrypt can only be specified for encrypted entries. See also option decodeFileData.");
					if (options.decrypt !== false) throw new Error("invalid options.decrypt value: " + options.decrypt);
					if (entry.isCompressed()) {
						if (options.decompress !== false) throw new Error("entry is encrypted and compressed, and options.decompress !== false. See also option decodeFileData.");
					}
				}
				if (options.decompress != null) {
					if (!entry.isCompressed()) throw new Error("options.decompress can only be specified for compressed entries. See also option decodeFileData.");
					if (!(options.decompress === false || options.decompress === true)) throw new Error("invalid options.decompress value: " + options.decompress);
					decompress = options.decompress;
				}
			}
			if (options.start != null) {
				relativeStart = options.start;
				if (relativeStart < 0) throw new Error("options.start < 0");
				if (relativeStart > entry.compressedSize) throw new Error("options.start > entry.compressedSize");
			}
			if (options.end != null) {
				relativeEnd = options.end;
				if (relativeEnd < 0) throw new Error("options.end < 0");
				if (relativeEnd > entry.compressedSize) throw new Error("options.end > entry.compressedSize");
				if (relativeEnd < relativeStart) throw new Error("options.end < options.start");
			}
		}
		var rawMode = options.decodeFileData === false || (entry.compressionMethod === 0 || entry.compressionMethod === 8 && options.decompress === false) && (!entry.isEncrypted() || options.decrypt === false);
		if (options.start != null || options.end != null) {
			if (!rawMode) throw new Error("start/end range require options.decodeFileData === false for non-trivial encoded entries.");
		}
		if (!self.isOpen) return callback(/* @__PURE__ */ new Error("closed"));
		if (entry.isEncrypted() && !rawMode) {
			if (options.decrypt !== false) return callback(/* @__PURE__ */ new Error("entry is encrypted, and options.decodeFileData !== false"));
		}
		var decompress;
		if (rawMode) decompress = false;
		else if (entry.compressionMethod === 8) decompress = options.decodeFileData !== true;
		else return callback(/* @__PURE__ */ new Error("unsupported compression method: " + entry.compressionMethod));
		self.readLocalFileHeader(entry, { minimal: true }, function(err, localFileHeader) {
			if (err) return callback(err);
			self.openReadStreamLowLevel(localFileHeader.fileDataStart, entry.compressedSize, relativeStart, relativeEnd, decompress, entry.uncompressedSize, callback);
		});
	};
	ZipFile.prototype.openReadStreamLowLevel = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, callback) {
		var self = this;
		fileDataStart + compressedSize;
		var readStream = self.reader.createReadStream({
			start: fileDataStart + relativeStart,
			end: fileDataStart + relativeEnd
		});
		var endpointStream = readStream;
		if (decompress) {
			var destroyed = false;
			var inflateFilter = zlib.createInflateRaw();
			readStream.on("error", function(err) {
				setImmediate(function() {
					if (!destroyed) inflateFilter.emit("error", err);
				});
			});
			readStream.pipe(inflateFilter);
			if (self.validateEntrySizes) {
				endpointStream = new AssertByteCountStream(uncompressedSize);
				inflateFilter.on("error", function(err) {
					setImmediate(function() {
						if (!destroyed) endpointStream.emit("error", err);
					});
				});
				inflateFilter.pipe(endpointStream);
			} else endpointStream = inflateFilter;
			installDestroyFn(endpointStream, function() {
				destroyed = true;
				if (inflateFilter !== endpointStream) inflateFilter.unpipe(endpointStream);
				readStream.unpipe(inflateFilter);
				readStream.destroy();
			});
		}
		callback(null, endpointStream);
	};
	ZipFile.prototype.readLocalFileHeader = function(entry, options, callback) {
		var self = this;
		if (callback == null) {
			callback = options;
			options = null;
		}
		if (options == null) options = {};
		self.reader.ref();
		var buffer = newBuffer(30);
		readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader, function(err) {
			try {
				if (err) return callback(err);
				var signature = buffer.readUInt32LE(0);
				if (signature !== 67324752) return callback(/* @__PURE__ */ new Error("invalid local file header signature: 0x" + signature.toString(16)));
				var fileNameLength = buffer.readUInt16LE(26);
				var extraFieldLength = buffer.readUInt16LE(28);
				var fileDataStart = entry.relativeOffsetOfLocalHeader + 30 + fileNameLength + extraFieldLength;
				if (fileDataStart + entry.compressedSize > self.fileSize) return callback(/* @__PURE__ */ new Error("file data overflows file bounds: " + fileDataStart + " + " + entry.compressedSize + " > " + self.fileSize));
				if (options.minimal) return callback(null, { fileDataStart });
				var localFileHeader = new LocalFileHeader();
				localFileHeader.fileDataStart = fileDataStart;
				localFileHeader.versionNeededToExtract = buffer.readUInt16LE(4);
				localFileHeader.generalPurposeBitFlag = buffer.readUInt16LE(6);
				localFileHeader.compressionMethod = buffer.readUInt16LE(8);
				localFileHeader.lastModFileTime = buffer.readUInt16LE(10);
				localFileHeader.lastModFileDate = buffer.readUInt16LE(12);
				localFileHeader.crc32 = buffer.readUInt32LE(14);
				localFileHeader.compressedSize = buffer.readUInt32LE(18);
				localFileHeader.uncompressedSize = buffer.readUInt32LE(22);
				localFileHeader.fileNameLength = fileNameLength;
				localFileHeader.extraFieldLength = extraFieldLength;
				buffer = newBuffer(fileNameLength + extraFieldLength);
				self.reader.ref();
				readAndAssertNoEof(self.reader, buffer, 0, buffer.length, entry.relativeOffsetOfLocalHeader + 30, function(err) {
					try {
						if (err) return callback(err);
						localFileHeader.fileName = buffer.subarray(0, fileNameLength);
						localFileHeader.extraField = buffer.subarray(fileNameLength);
						return callback(null, localFileHeader);
					} finally {
						self.reader.unref();
					}
				});
			} finally {
				self.reader.unref();
			}
		});
	};
	ZipFile.prototype.openReadStreamPromise = function(entry, options) {
		return new Promise((resolve, reject) => {
			this.openReadStream(entry, options, function(err, readStream) {
				if (err) return reject(err);
				resolve(readStream);
			});
		});
	};
	ZipFile.prototype.openReadStreamLowLevelPromise = function(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize) {
		return new Promise((resolve, reject) => {
			this.openReadStream(fileDataStart, compressedSize, relativeStart, relativeEnd, decompress, uncompressedSize, function(err, readStream) {
				if (err) return reject(err);
				resolve(readStream);
			});
		});
	};
	ZipFile.prototype.readLocalFileHeaderPromise = function(entry, options) {
		return new Promise((resolve, reject) => {
			this.readLocalFileHeader(entry, options, function(err, localFileHeader) {
				if (err) return reject(err);
				resolve(localFileHeader);
			});
		});
	};
	function Entry() {}
	Entry.prototype.getLastModDate = function(options) {
		if (options == null) options = {};
		if (!options.forceDosFormat) for (var i = 0; i < this.extraFields.length; i++) {
			var extraField = this.extraFields[i];
			if (extraField.id === 21589) {
				var data = extraField.data;
				if (data.length < 5) continue;
				if (!(data[0] & 1)) continue;
				var posixTimestamp = data.readInt32LE(1);
				return /* @__PURE__ */ new Date(posixTimestamp * 1e3);
			} else if (extraField.id === 10) {
				var data = extraField.data;
				if (data.length !== 32) continue;
				if (data.readUInt16LE(4) !== 1) continue;
				if (data.readUInt16LE(6) !== 24) continue;
				var millisecondsSince1970 = (data.readUInt32LE(8) + 4294967296 * data.readInt32LE(12)) / 1e4 - 0xa9730b66800;
				return new Date(millisecondsSince1970);
			}
		}
		return dosDateTimeToDate(this.lastModFileDate, this.lastModFileTime, options.timezone);
	};
	Entry.prototype.canDecodeFileData = function() {
		return !this.isEncrypted() && (this.compressionMethod === 0 || this.compressionMethod === 8);
	};
	Entry.prototype.isEncrypted = function() {
		return (this.generalPurposeBitFlag & 1) !== 0;
	};
	Entry.prototype.isCompressed = function() {
		return this.compressionMethod === 8;
	};
	function LocalFileHeader() {}
	function dosDateTimeToDate(date, time, timezone) {
		var day = date & 31;
		var month = (date >> 5 & 15) - 1;
		var year = (date >> 9 & 127) + 1980;
		var millisecond = 0;
		var second = (time & 31) * 2;
		var minute = time >> 5 & 63;
		var hour = time >> 11 & 31;
		if (timezone == null || timezone === "local") return new Date(year, month, day, hour, minute, second, millisecond);
		else if (timezone === "UTC") return new Date(Date.UTC(year, month, day, hour, minute, second, millisecond));
		else throw new Error("unrecognized options.timezone: " + options.timezone);
	}
	function getFileNameLowLevel(generalPurposeBitFlag, fileNameBuffer, extraFields, strictFileNames) {
		var fileName = null;
		for (var i = 0; i < extraFields.length; i++) {
			var extraField = extraFields[i];
			if (extraField.id === 28789) {
				if (extraField.data.length < 6) continue;
				if (extraField.data.readUInt8(0) !== 1) continue;
				var oldNameCrc32 = extraField.data.readUInt32LE(1);
				if (crc32(fileNameBuffer) !== oldNameCrc32) continue;
				fileName = decodeBuffer(extraField.data.subarray(5), true);
				break;
			}
		}
		if (fileName == null) fileName = decodeBuffer(fileNameBuffer, (generalPurposeBitFlag & 2048) !== 0);
		if (!strictFileNames) fileName = fileName.replace(/\\/g, "/");
		return fileName;
	}
	function validateFileName(fileName) {
		if (fileName.indexOf("\\") !== -1) return "invalid characters in fileName: " + fileName;
		if (/^[a-zA-Z]:/.test(fileName) || /^\//.test(fileName)) return "absolute path: " + fileName;
		if (fileName.split("/").indexOf("..") !== -1) return "invalid relative path: " + fileName;
		return null;
	}
	function parseExtraFields(extraFieldBuffer) {
		var extraFields = [];
		var i = 0;
		while (i < extraFieldBuffer.length - 3) {
			var headerId = extraFieldBuffer.readUInt16LE(i + 0);
			var dataSize = extraFieldBuffer.readUInt16LE(i + 2);
			var dataStart = i + 4;
			var dataEnd = dataStart + dataSize;
			if (dataEnd > extraFieldBuffer.length) throw new Error("extra field length exceeds extra field buffer size");
			var dataBuffer = extraFieldBuffer.subarray(dataStart, dataEnd);
			extraFields.push({
				id: headerId,
				data: dataBuffer
			});
			i = dataEnd;
		}
		return extraFields;
	}
	function readAndAssertNoEof(reader, buffer, offset, length, position, callback) {
		if (length === 0) return setImmediate(function() {
			callback(null, newBuffer(0));
		});
		reader.read(buffer, offset, length, position, function(err, bytesRead) {
			if (err) return callback(err);
			if (bytesRead < length) return callback(/* @__PURE__ */ new Error("unexpected EOF"));
			callback();
		});
	}
	util.inherits(AssertByteCountStream, Transform);
	function AssertByteCountStream(byteCount) {
		Transform.call(this);
		this.actualByteCount = 0;
		this.expectedByteCount = byteCount;
	}
	AssertByteCountStream.prototype._transform = function(chunk, encoding, cb) {
		this.actualByteCount += chunk.length;
		if (this.actualByteCount > this.expectedByteCount) {
			var msg = "too many bytes in the stream. expected " + this.expectedByteCount + ". got at least " + this.actualByteCount;
			return cb(new Error(msg));
		}
		cb(null, chunk);
	};
	AssertByteCountStream.prototype._flush = function(cb) {
		if (this.actualByteCount < this.expectedByteCount) {
			var msg = "not enough bytes in the stream. expected " + this.expectedByteCount + ". got only " + this.actualByteCount;
			return cb(new Error(msg));
		}
		cb();
	};
	util.inherits(RandomAccessReader, EventEmitter);
	function RandomAccessReader() {
		EventEmitter.call(this);
		this.refCount = 0;
	}
	RandomAccessReader.prototype.ref = function() {
		this.refCount += 1;
	};
	RandomAccessReader.prototype.unref = function() {
		var self = this;
		self.refCount -= 1;
		if (self.refCount > 0) return;
		if (self.refCount < 0) throw new Error("invalid unref");
		self.close(onCloseDone);
		function onCloseDone(err) {
			if (err) return self.emit("error", err);
			self.emit("close");
		}
	};
	RandomAccessReader.prototype.createReadStream = function(options) {
		if (options == null) options = {};
		var start = options.start;
		var end = options.end;
		if (start === end) {
			var emptyStream = new PassThrough();
			setImmediate(function() {
				emptyStream.end();
			});
			return emptyStream;
		}
		var stream = this._readStreamForRange(start, end);
		var destroyed = false;
		var refUnrefFilter = new RefUnrefFilter(this);
		stream.on("error", function(err) {
			setImmediate(function() {
				if (!destroyed) refUnrefFilter.emit("error", err);
			});
		});
		installDestroyFn(refUnrefFilter, function() {
			stream.unpipe(refUnrefFilter);
			refUnrefFilter.unref();
			stream.destroy();
		});
		var byteCounter = new AssertByteCountStream(end - start);
		refUnrefFilter.on("error", function(err) {
			setImmediate(function() {
				if (!destroyed) byteCounter.emit("error", err);
			});
		});
		installDestroyFn(byteCounter, function() {
			destroyed = true;
			refUnrefFilter.unpipe(byteCounter);
			refUnrefFilter.destroy();
		});
		return stream.pipe(refUnrefFilter).pipe(byteCounter);
	};
	RandomAccessReader.prototype._readStreamForRange = function(start, end) {
		throw new Error("not implemented");
	};
	RandomAccessReader.prototype.read = function(buffer, offset, length, position, callback) {
		var readStream = this.createReadStream({
			start: position,
			end: position + length
		});
		var writeStream = new Writable();
		var written = 0;
		writeStream._write = function(chunk, encoding, cb) {
			chunk.copy(buffer, offset + written, 0, chunk.length);
			written += chunk.length;
			cb();
		};
		writeStream.on("finish", callback);
		readStream.on("error", function(error) {
			callback(error);
		});
		readStream.pipe(writeStream);
	};
	RandomAccessReader.prototype.close = function(callback) {
		setImmediate(callback);
	};
	util.inherits(RefUnrefFilter, PassThrough);
	function RefUnrefFilter(context) {
		PassThrough.call(this);
		this.context = context;
		this.context.ref();
		this.unreffedYet = false;
	}
	RefUnrefFilter.prototype._flush = function(cb) {
		this.unref();
		cb();
	};
	RefUnrefFilter.prototype.unref = function(cb) {
		if (this.unreffedYet) return;
		this.unreffedYet = true;
		this.context.unref();
	};
	var cp437 = "\0☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼ !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xA0";
	function decodeBuffer(buffer, isUtf8) {
		if (isUtf8) return buffer.toString("utf8");
		else {
			var result = "";
			for (var i = 0; i < buffer.length; i++) result += cp437[buffer[i]];
			return result;
		}
	}
	function readUInt64LE(buffer, offset) {
		var lower32 = buffer.readUInt32LE(offset);
		return buffer.readUInt32LE(offset + 4) * 4294967296 + lower32;
	}
	var newBuffer;
	if (typeof Buffer.allocUnsafe === "function") newBuffer = function(len) {
		return Buffer.allocUnsafe(len);
	};
	else newBuffer = function(len) {
		return new Buffer(len);
	};
	function installDestroyFn(stream, fn) {
		if (typeof stream.destroy === "function") stream._destroy = function(err, cb) {
			fn();
			if (cb != null) cb(err);
		};
		else stream.destroy = fn;
	}
	function defaultCallback(err) {
		if (err) throw err;
	}
})))();
/** The part of a mode that says what a file is, and two of its values (stat(2)). */
const typeBits = 61440;
const [regularFile, directory] = [32768, 16384];
/**
* Unpacks a zip archive into a folder. Names that lead out of it are refused by yauzl, before anything of
* them is written; nothing is written through a link, because there are none.
* @param limit the most bytes that its files may have together
* @throws KilnError `archive-invalid`
*/
async function unzip(archive, name, folder, limit) {
	let left = limit;
	try {
		const zip = await (0, import_yauzl.openPromise)(archive, { strictFileNames: true });
		limitMembers(name, zip.entryCount);
		for await (const entry of zip.eachEntry()) {
			left -= entry.uncompressedSize;
			if (left < 0) throw tooLarge(name, limit);
			const path = join(folder, entry.fileName);
			const mode = modeOf(entry);
			const type = mode & typeBits;
			if (entry.fileName.endsWith("/")) {
				await mkdir(path, { recursive: true });
				continue;
			}
			if (type !== 0 && type !== regularFile && type !== directory) throw invalid$3(name, `${entry.fileName}, which is a link or a special file`);
			await mkdir(dirname(path), { recursive: true });
			const content = await zip.openReadStreamPromise(entry);
			const size = limited(name, entry.uncompressedSize);
			await pipeline(content, size, createWriteStream(path, { flags: "wx" }));
			await chmod(path, mode & 511 | 256);
			const date = entry.getLastModDate({ timezone: "UTC" });
			await utimes(path, date, date);
		}
	} catch (cause) {
		throw isKilnError(cause) || isDiskFull(cause) ? cause : invalid$3(name, String(cause), cause);
	}
}
/** The mode of a file from Unix; others have none, so anybody may read and start them. */
function modeOf({ versionMadeBy, externalFileAttributes }) {
	return versionMadeBy >> 8 === 3 ? externalFileAttributes >>> 16 : 493;
}
// packages/builder/src/tree/extract.ts
const mebibyte = 1048576;
/** The most that an archive may contain, in bytes: real ones are compressed to a tenth at best. */
function limitOf(archiveSize) {
	return Math.min(4096 * mebibyte, Math.max(64 * mebibyte, 100 * archiveSize));
}
/**
* Unpacks a Debian package, a zip archive or a tar archive, compressed by gzip, xz, bzip2, zstd or not at all,
* into a new folder.
* @param name how messages name it; a Debian package's ends in `.deb`
* @throws KilnError `archive-invalid` if it is damaged, a member's name leads out of the folder, it contains
*   anything but directories, files and links, or it unpacks to more than the limit; the folder then contains
*   what was unpacked so far
*/
async function extract(archive, name, folder) {
	await mkdir(folder);
	const limit = limitOf((await stat(archive)).size);
	const plain = `${folder}.tar`;
	try {
		const packing = await packingOf(archive);
		if (name.endsWith(".deb")) await readPackage(archive, name, plain, limit);
		else if (packing === "program") throw noArchive(name);
		else if (packing === "zip") return await unzip(archive, name, folder, limit);
		else if (packing !== "plain") await decompress(archive, packing, name, plain, limit);
		await unpack(existsSync(plain) ? plain : archive, name, folder);
	} finally {
		await rm(plain, { force: true });
	}
}
function noArchive(name) {
	return new KilnError("archive-invalid", {
		expected: `${name} to be an archive, as "take" in extension.yaml says`,
		found: "a program",
		next: "write \"to\" with its path in the image in place of \"take\", such as to: usr/bin/NAME"
	});
}
/** Unpacks a plain tar archive, and checks what it contained. */
async function unpack(archive, name, folder) {
	const result = await tryRun("tar", [
		"--extract",
		"--no-same-owner",
		"--file=-",
		"--directory",
		folder
	], {
		env: { LC_ALL: "C" },
		input: createReadStream(archive)
	});
	const { size, count, unusual } = await inspect(Buffer.from(folder));
	const outside = /contains '\.\.'|Removing leading/.test(result.stderr);
	if (result.status !== 0 || outside) throw isDiskFull(result.stderr) ? diskFullError(`the contents of ${name}`) : invalid$3(name, result.summary);
	const limit = limitOf((await stat(archive)).size);
	if (size > limit) throw tooLarge(name, limit);
	limitMembers(name, count);
	if (unusual !== void 0) throw invalid$3(name, unusual);
}
/**
* Inspects what was unpacked, and makes it readable and removable for this user.
* @param folder bytes, because a name need not be text
* @returns the size of all files, in bytes, how many members there are, and the path of anything but a
* directory, file or link with a name in UTF-8
*/
async function inspect(folder) {
	let [size, count] = [0, 0];
	let unusual;
	for (const bytes of await readdir(folder, { encoding: "buffer" })) {
		count += 1;
		const name = bytes.toString();
		if (!Buffer.from(name).equals(bytes)) unusual ??= `${name}, a name that is not valid UTF-8`;
		const path = Buffer.concat([
			folder,
			Buffer.from("/"),
			bytes
		]);
		const stats = await lstat(path);
		const mode = stats.mode & 4095;
		if (stats.isDirectory()) {
			await chmod(path, mode | 448);
			const inside = await inspect(path);
			size += inside.size;
			count += inside.count;
			unusual ??= inside.unusual;
		} else if (stats.isFile()) {
			if ((mode & 256) === 0) await chmod(path, mode | 256);
			size += stats.size;
		} else if (!stats.isSymbolicLink()) unusual ??= `${name}, which is a FIFO, a socket or a device`;
	}
	return {
		size,
		count,
		unusual
	};
}
// packages/builder/src/source/git-tree.ts
/**
* The id of a folder's git tree, which covers every path, every byte, and which files are executable
* (gitformat-pack(5), "object types"; in git's order a folder's name ends with a slash). It is computed here
* because git itself would apply the attributes that it finds in the folder.
* @throws KilnError `archive-invalid` for anything that a git tree cannot contain, such as a FIFO
*/
async function gitTreeId(folder) {
	const entries = [];
	for (const found of await readdir(folder, { withFileTypes: true })) entries.push(await entryOf$1(folder, found));
	const sorted = entries.toSorted((left, right) => Buffer.compare(sortKey(left), sortKey(right)));
	return objectId("tree", Buffer.concat(sorted.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")])));
}
async function entryOf$1(folder, found) {
	const { name } = found;
	const path = join(folder, name);
	if (found.isDirectory()) return {
		mode: "40000",
		name,
		id: await gitTreeId(path)
	};
	if (found.isSymbolicLink()) return {
		mode: "120000",
		name,
		id: objectId("blob", await readlink(path, "buffer"))
	};
	const stats = await lstat(path);
	if (!stats.isFile()) throw new KilnError("archive-invalid", {
		expected: `${name} to be a folder, a file or a link, as in every git tree`,
		found: "a FIFO, a socket or a device",
		next: "do not use this source; report it to whoever published it"
	});
	return {
		mode: (stats.mode & 64) !== 0 ? "100755" : "100644",
		name,
		id: await fileId(path, stats.size)
	};
}
/** Reads the file in pieces: it may be larger than the memory. */
async function fileId(path, size) {
	const hash = objectHash("blob", size);
	await using file = await open(path);
	for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk);
	return hash.digest("hex");
}
function sortKey({ mode, name }) {
	return Buffer.from(mode === "40000" ? `${name}/` : name);
}
function objectId(type, content) {
	return objectHash(type, content.length).update(content).digest("hex");
}
function objectHash(type, size) {
	return createHash("sha1").update(`${type} ${size}\0`);
}
// packages/builder/src/source/cached-source.ts
/** The largest archive of a source that is downloaded, in bytes: the Linux kernel's has a quarter of that. */
const largestArchive = 1e9;
/**
* Fetches the source at a commit into the cache, unless it is there, and returns the path of a tar archive:
* one folder with the source, and the same bytes for the same commit, however the server has packed it. What
* is in the cache is verified like what a server sends.
* @throws KilnError `digest-mismatch` if the server's archive does not contain what the commit does
*/
async function cachedSource(input, say) {
	const path = cachePathOf(input);
	await makeFolder(dirname(path));
	const fetchUnlessCached = async () => {
		if (await isIntact(path, input)) return path;
		if (!isFetched(input)) throw new KilnError("digest-mismatch", {
			expected: `${path} to contain the sources of the folder, whose tree is ${input.tree}`,
			found: "something else, or nothing",
			next: "run ./kiln build with --source again"
		});
		await fetchSource(input, path, say);
		return path;
	};
	return withLock(`${path}.lock`, fetchUnlessCached, {
		what: nameOf(input),
		say
	});
}
function cachePathOf({ tree, epoch }) {
	return cacheDirectory("sources", `${tree}-${epoch}.tar`);
}
function isFetched(input) {
	return input.origin.kind === "github";
}
function nameOf(input) {
	return isFetched(input) ? `the source of ${input.origin.repository} ${input.origin.tag}` : `the source with the tree ${input.tree}`;
}
/** Whether the cache has the source, byte for byte as it would be packed now. */
async function isIntact(path, input) {
	try {
		return await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
			return await digestOf(await repack(path, `the cached ${path}`, input, work)) === await digestOf(path);
		});
	} catch (error) {
		if (isKilnError(error, "archive-invalid") || isKilnError(error, "digest-mismatch") || systemCode(error) === "ENOENT") return false;
		throw error;
	}
}
async function fetchSource(input, path, say) {
	const { repository, tag } = input.origin;
	say(`fetching the source of ${repository} ${tag}`);
	await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
		const archive = join(work, "archive");
		await download({
			url: input.url,
			sha256: void 0
		}, archive, { maxBytes: largestArchive });
		await rename(await repack(archive, input.url, input, work), path);
	});
}
/**
* Verifies the source in an archive and packs it again, with one owner, one date and plain modes.
* @returns the path of the new archive
*/
async function repack(archive, name, input, work) {
	const unpacked = join(work, "unpacked");
	await extract(archive, name, unpacked);
	const source = join(work, "source");
	await rename(await onlyFolderIn(unpacked, name), source);
	await verify(source, name, input);
	return pack(work, input.epoch);
}
/** Packs the folder `source` of a work folder, with one owner, one date and plain modes. */
async function pack(work, epoch) {
	const packed = join(work, "source.tar");
	await writeTar(packed, {
		folder: work,
		names: ["source"],
		epoch,
		options: ["--mode=u=rwX,go=rX"]
	});
	return packed;
}
/** git-archive(1), and every server that calls it, puts all files into one folder. */
async function onlyFolderIn(unpacked, name) {
	const [first, ...others] = await readdir(unpacked, { withFileTypes: true });
	if (first?.isDirectory() && others.length === 0) return join(unpacked, first.name);
	throw new KilnError("archive-invalid", {
		expected: `${name} to contain one folder with the source`,
		found: first ? `${others.length + 1} entries, the first of them ${first.name}` : "nothing",
		next: "try again; if the problem persists, report it to the operator of that server"
	});
}
async function verify(source, name, input) {
	const { tree } = input;
	const found = await gitTreeId(source);
	if (found === tree) return;
	throw new KilnError("digest-mismatch", {
		expected: isFetched(input) ? `${name} to contain commit ${input.origin.commit} of ${input.origin.repository}, whose tree is ${tree}` : `${name} to have the tree ${tree}`,
		found: `the tree ${found}`,
		next: "do not use this archive; try again. A repository with submodules, or whose .gitattributes leave files out of archives, cannot be built from its tags"
	});
}
// packages/builder/src/inputs.ts
/**
* Fetches inputs into the cache, unless they are there.
* @param say receives a line about what is being fetched
*/
function fetchInputs(inputs, say) {
	const total = inputs.filter((input) => isFile(input)).reduce((sum, { size }) => sum + size, 0);
	const received = /* @__PURE__ */ new Map();
	const onBytes = (url, bytes) => {
		received.set(url, bytes);
		say(`fetching, ${formatBytes([...received.values()].reduce((sum, one) => sum + one, 0))} of ${formatBytes(total)}`);
	};
	return Promise.all(inputs.map(async (input) => {
		if (isFile(input)) {
			const onProgress = (bytes) => onBytes(input.url, bytes);
			return {
				...input,
				path: await cachedDownload(input, { onProgress })
			};
		}
		if ("module" in input) return {
			...input,
			path: await fetchModule(input, say)
		};
		return {
			...input,
			path: await cachedSource(input, say)
		};
	}));
}
function isFile(input) {
	return "sha256" in input;
}
// packages/builder/src/tree/entries.ts
/**
* Everything below the root of a tree, sorted by path.
* @throws KilnError `tree-invalid` for a name that is not valid UTF-8, and so has no path
*/
async function entriesOf(tree) {
	const paths = await pathsBelow(tree, "");
	return Promise.all(paths.toSorted().map((path) => entryOf(tree, path)));
}
async function pathsBelow(tree, folder) {
	const paths = [];
	for (const entry of await readdir(join(tree, folder), { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.name.includes("�")) throw new KilnError("tree-invalid", {
			expected: "a tree whose names are valid UTF-8",
			found: path,
			next: "rename that file in the extension's files/, or in what its Dockerfile writes"
		});
		paths.push(path);
		if (entry.isDirectory()) for (const below of await pathsBelow(tree, path)) paths.push(below);
	}
	return paths;
}
async function entryOf(tree, path) {
	const full = join(tree, path);
	const status = await lstat(full);
	const { mode, size, mtimeMs } = status;
	const common = {
		path,
		mode: mode & 4095,
		size,
		modified: Math.floor(mtimeMs / 1e3)
	};
	if (status.isSymbolicLink()) return {
		...common,
		type: "link",
		target: await readlink(full)
	};
	if (status.isDirectory()) return {
		...common,
		type: "directory"
	};
	return {
		...common,
		type: status.isFile() ? "file" : "other"
	};
}
/**
* Gives everything in a tree the modes that an image needs, whatever umask the files were checked out with.
* The modes of an image's directories take precedence over the host's: `usr/bin` with 0700 would break every
* service that does not run as root.
*/
async function setModes(tree) {
	await chmod(tree, 493);
	for (const { path, type, mode } of await entriesOf(tree)) {
		if (type === "directory") await chmod(join(tree, path), 493);
		if (type === "file" && (mode & 3584) === 0) await chmod(join(tree, path), (mode & 73) === 0 ? 420 : 493);
	}
}
// packages/builder/src/tree/add.ts
/**
* Copies directories, files and links into a tree; files and links replace those that are there.
* @param at the directory of the tree that they are copied to
* @throws KilnError `tree-invalid` for files of other types, and for paths that lead through something else
* than directories
*/
async function addTree(from, tree, at = ".") {
	if (!(await lstat(from)).isDirectory()) throw notADirectory(basename(from));
	for (const { path: below, type, target } of await entriesOf(from)) {
		const path = join(at, below);
		if (type === "directory") await makeDirectory(tree, path);
		else if (type === "file") await addFile(join(from, below), tree, path);
		else if (type === "link") await addLink(target ?? "", tree, path);
		else throw invalid$2("only directories, files and links", `a FIFO, socket or device at ${path}`);
	}
}
/** Copies a regular file into a tree, with its mode and date. */
async function addFile(source, tree, path) {
	const target = await freePath(tree, path);
	await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
	const { mtime } = await lstat(source);
	await utimes(target, mtime, mtime);
}
/** Makes a link in a tree. */
async function addLink(target, tree, path) {
	await symlink(target, await freePath(tree, path));
}
/**
* Copies a program that was downloaded by itself, without an archive: it has neither a mode nor a date of its
* own, so it gets the date 0.
*/
async function addProgram(source, tree, path) {
	await addFile(source, tree, path);
	const target = join(tree, path);
	await chmod(target, 493);
	await utimes(target, 0, 0);
}
/** Writes a text into a tree. */
async function addText(text, tree, path) {
	await writeFile(await freePath(tree, path), text, { flag: "wx" });
}
/** Makes the directory of a path, and removes what is at its end, unless that is a directory. */
async function freePath(tree, path) {
	await makeDirectory(tree, dirname(path));
	const target = join(tree, path);
	if ((await lstatIfPresent(target))?.isDirectory()) throw invalid$2(`${path} to be a file or a link`, "a directory");
	await rm(target, { force: true });
	return target;
}
async function makeDirectory(tree, path) {
	const names = path.split("/").filter((name) => name !== ".");
	if (names.includes("..")) throw new Error(`${path} leads out of the tree`);
	let current = tree;
	for (const name of names) {
		current = join(current, name);
		const present = await lstatIfPresent(current);
		if (!present) await mkdir(current);
		else if (!present.isDirectory()) throw notADirectory(current.slice(tree.length + 1));
	}
}
async function lstatIfPresent(path) {
	try {
		return await lstat(path);
	} catch (error) {
		if (systemCode(error) === "ENOENT") return void 0;
		throw error;
	}
}
function notADirectory(path) {
	return invalid$2(`${path} to be a directory`, "a link or a file");
}
function invalid$2(expected, found) {
	return new KilnError("tree-invalid", {
		expected: `${expected} in the image's tree`,
		found,
		next: "correct the Dockerfile, or what extension.yaml takes from its inputs"
	});
}
// packages/builder/src/tree/etc.ts
/**
* Moves what a tree has below `etc/`, which a merge cannot provide, to `usr/share/NAME/etc/`, and adds a line
* of tmpfiles.d(5) for each file that copies it to the host's /etc if it is missing there. What an operator
* has changed stays as it is.
*
* systemd-tmpfiles runs at boot, but not when an image is merged later. So a unit runs it for these lines
* before each of the extension's services starts.
*/
async function moveEtc(definition, tree) {
	const { name } = definition;
	const etc = join(tree, "etc");
	if (!existsSync(etc) || !(await lstat(etc)).isDirectory()) return;
	const defaults = `usr/share/${name}/etc`;
	const lines = (await entriesOf(etc)).filter(({ type }) => type !== "directory").map((entry) => tmpfilesLine(entry, defaults));
	const taken = `${tree}-etc`;
	await rename(etc, taken);
	await addTree(taken, tree, defaults);
	await rm(taken, { recursive: true });
	const conf = `usr/lib/tmpfiles.d/${name}-etc.conf`;
	await addText(lines.join(""), tree, conf);
	const services = servicesOf(definition);
	if (services.length === 0) return;
	const unit = `${name}-etc.service`;
	await addText(unitText(name, conf, services), tree, `usr/lib/systemd/system/${unit}`);
	for (const service of services) await addText(`[Unit]\nRequires=${unit}\nAfter=${unit}\n`, tree, `usr/lib/systemd/system/${service}.d/10-${name}-etc.conf`);
}
function tmpfilesLine({ path, type, target }, defaults) {
	const host = escaped(`/etc/${path}`).replaceAll(/["\\]/g, String.raw`\$&`);
	return type === "link" ? `L "${host}" - - - - ${escaped(target ?? "")}\n` : `C "${host}" - - - - ${escaped(`/${defaults}/${path}`)}\n`;
}
/** In tmpfiles.d(5), `%` begins a specifier. */
function escaped(text) {
	return text.replaceAll("%", "%%");
}
function unitText(name, conf, services) {
	return [
		"[Unit]",
		`Description=Default configuration of ${name}`,
		"DefaultDependencies=no",
		"After=local-fs.target systemd-sysext.service",
		`Before=${services.join(" ")} shutdown.target`,
		"Conflicts=shutdown.target",
		"",
		"[Service]",
		"Type=oneshot",
		`ExecStart=systemd-tmpfiles --create /${conf}`,
		""
	].join("\n");
}
// packages/builder/src/tree/match.ts
/**
* Whether a path matches a pattern of `take`: `*` stands for any part of a name, and `**` for any number of
* folders. The schema allows one `*` in each name and one `**`, so there is nothing to try out: the time is
* linear, whatever an archive's names are. A pattern that ends in a slash matches everything in the folder.
*/
function matches(path, pattern) {
	if (pattern.endsWith("/")) return pattern === "./" || path.startsWith(pattern);
	const names = path.split("/");
	const wanted = pattern.split("/");
	const at = wanted.indexOf("**");
	if (at === -1) return names.length === wanted.length && startsLike(names, wanted);
	const after = wanted.slice(at + 1);
	return names.length >= at + after.length && startsLike(names, wanted.slice(0, at)) && startsLike(names.slice(names.length - after.length), after);
}
function startsLike(names, wanted) {
	return wanted.every((one, index) => matchesName(names[index] ?? "", one));
}
function matchesName(name, wanted) {
	const [before = "", after] = wanted.split("*");
	if (after === void 0) return name === wanted;
	return name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
}
// packages/builder/src/tree/take.ts
/**
* Copies chosen members of an unpacked archive into the tree, with their dates.
* @throws KilnError `archive-invalid` if a pattern matches nothing, or several files where one is wanted
*/
async function takeMembers(unpacked, archiveName, take, tree) {
	const entries = await entriesOf(unpacked);
	const archive = {
		folder: unpacked,
		name: archiveName,
		entries,
		byPath: new Map(entries.map((entry) => [entry.path, entry]))
	};
	const placed = /* @__PURE__ */ new Map();
	for (const [from, value] of Object.entries(take)) {
		const placement = placementOf(value);
		for (const { member, to } of selected(archive, from, placement)) {
			const other = placed.get(to);
			if (other !== void 0) throw invalid$1(`one file of ${archiveName} to become ${to}`, `both ${other} and ${member}`);
			placed.set(to, member);
			await place(archive, member, to, placement, tree);
		}
	}
}
/** Which members a pattern selects, and where each belongs. */
function selected(archive, from, { to, except = [] }) {
	const members = archive.entries.filter(({ type }) => type !== "directory").map(({ path }) => path);
	if (from.endsWith("/")) {
		const folder = from === "./" ? "" : from;
		const inside = members.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length));
		for (const pattern of except) if (!inside.some((path) => matches(path, pattern))) throw notFound(archive, `${from} without ${pattern}`);
		const kept = inside.filter((path) => !except.some((pattern) => matches(path, pattern)));
		if (kept.length === 0) throw notFound(archive, `files in ${from}`);
		return kept.map((path) => ({
			member: `${folder}${path}`,
			to: posix.join(to, path)
		}));
	}
	const found = from.includes("*") ? members.filter((path) => matches(path, from)) : [from];
	if (found.length === 0) throw notFound(archive, `a file that matches ${from}`);
	if (!to.endsWith("/") && found.length > 1) throw invalid$1(`${archive.name} to contain one file that matches ${from}`, `${found.length}: ${listed(found)}`);
	return found.map((member) => ({
		member,
		to: to.endsWith("/") ? `${to}${basename(member)}` : to
	}));
}
/** A link is copied as it is if a folder or several files are taken, so that it still names its neighbour. */
async function place(archive, member, to, placement, tree) {
	const entry = archive.byPath.get(member);
	if (entry?.type === "link" && placement.to.endsWith("/")) {
		await addLink(entry.target ?? "", tree, to);
		return;
	}
	await addFile(await fileOf(archive, member), tree, to);
	const target = join(tree, to);
	if (placement.replace !== void 0) await replaceTexts(archive, member, target, placement.replace);
	if (placement.mode !== void 0) await chmod(target, Number.parseInt(placement.mode, 8));
}
/** The file of a member; links to it may not leave the archive. */
async function fileOf(archive, member) {
	const path = await realpath(join(archive.folder, member)).catch(() => void 0);
	if (path === void 0) throw notFound(archive, `the file ${member}`);
	if (path.startsWith(`${await realpath(archive.folder)}${sep}`) && (await stat(path)).isFile()) return path;
	throw invalid$1(`${archive.name} to contain the file ${member}`, "a member that is not a regular file inside it");
}
/** In bytes; texts that a definition changes, such as units, have a few kilobytes. */
const largestText = 1e6;
async function replaceTexts({ name }, member, target, texts) {
	const { size, mtime } = await stat(target);
	const where = `${member} of ${name}`;
	if (size > largestText) throw invalid$1(`${where} to be a text of at most ${largestText} bytes`, `${size} bytes`);
	let text = await readFile(target, "utf8");
	for (const [from, to] of Object.entries(texts)) {
		if (!text.includes(from)) throw invalid$1(`${where} to contain ${JSON.stringify(from)}`, "no such text");
		text = text.replaceAll(from, () => to);
	}
	await writeFile(target, text);
	await utimes(target, mtime, mtime);
}
function notFound({ name, entries }, what) {
	const files = entries.filter(({ type }) => type !== "directory").map(({ path }) => path);
	return invalid$1(`${name} to contain ${what}`, `no such member; it contains ${listed(files) || "nothing"}`);
}
/** A message should be short. */
const shown = 20;
function listed(paths) {
	const more = paths.length > shown ? `, and ${paths.length - shown} more` : "";
	return `${paths.slice(0, shown).join(", ")}${more}`;
}
function invalid$1(expected, found) {
	return new KilnError("archive-invalid", {
		expected,
		found,
		next: "correct \"take\" in extension.yaml; if upstream has changed its files, it may be time to choose a version"
	});
}
// packages/builder/src/tree/assemble.ts
/**
* Assembles the tree of an image: what was compiled, what is taken from inputs, the definition's links,
* the extension's own files, the file that tells systemd-sysext that the image fits, and the one that tells
* kiln-host how to run it.
* @param compiled the trees of what was compiled, if anything was
* @param work a folder for unpacked inputs
* @returns the date of the newest program, in seconds since 1970; 0 for an extension of files, which have no
*   date of their own
*/
async function assembleTree(extension, order, inputs, compiled, tree, work) {
	await mkdir(tree, { recursive: true });
	for (const from of compiled) if (from !== void 0) await addTree(from, tree);
	for (const input of inputs) {
		if ("to" in input && input.to !== void 0) await addProgram(input.path, tree, input.to);
		if (!("take" in input) || !input.take) continue;
		const { path, name, take } = input;
		const unpacked = "module" in input ? path : join(work, `unpacked-${name}`);
		if (unpacked !== path) await extract(path, name, unpacked);
		await takeMembers(unpacked, name, take, tree);
	}
	for (const [path, target] of Object.entries(extension.definition.links ?? {})) await addLink(target, tree, path);
	const epoch = (await entriesOf(tree)).filter(({ type }) => type === "file").reduce((newest, { modified }) => Math.max(newest, modified), 0);
	await addStaticFiles(extension, tree);
	await moveEtc(extension.definition, tree);
	await addExtensionRelease(extension.definition, order, tree);
	await addExtensionConf(extension.definition, order, tree);
	await setModes(tree);
	return epoch;
}
/** Copies an extension's `files/` into the tree, if it has any. */
async function addStaticFiles({ folder }, tree) {
	const files = join(folder, "files");
	if (existsSync(files)) await addTree(files, tree);
}
/**
* Writes the file by which systemd-sysext decides whether an image fits the host (os-release(5)). `_any` fits
* every distribution: images need only the kernel, and at most an old C library.
*/
async function addExtensionRelease({ name }, { architecture }, tree) {
	await addText([
		"ID=_any",
		`ARCHITECTURE=${architecture}`,
		"EXTENSION_RELOAD_MANAGER=1"
	].map((line) => `${line}\n`).join(""), tree, `usr/lib/extension-release.d/extension-release.${name}`);
}
/** The folder of an image with what kiln-host reads: this file, and the extension's hooks. */
function hostFolder(name) {
	return `usr/lib/sysext-kiln/${name}`;
}
/**
* Writes the file from which kiln-host knows what to restart, how long to wait for it, and which previous
* version it may return to: one `KEY=VALUE` on each line, without quotes.
*/
async function addExtensionConf(definition, { version }, tree) {
	const { name, hosts } = definition;
	const values = {
		NAME: name,
		VERSION: formatImageVersion(version),
		SERVICES: servicesOf(definition).join(" "),
		HEALTHY_SECONDS: hosts.healthySeconds,
		STEADY_SECONDS: hosts.steadySeconds,
		ROLLBACK: hosts.rollback,
		...hosts.usrLocal && { USR_LOCAL: "yes" }
	};
	await addText(Object.entries(values).map(([key, value]) => `${key}=${value}\n`).join(""), tree, `${hostFolder(name)}/extension.conf`);
}
// packages/builder/src/tree/check-host-folder.ts
const parent = hostFolder("");
/** Shell programs of an extension that kiln-host runs with `sh`, if they are there. */
const hooks = [
	"health",
	"restart-lock",
	"upgrade-check"
];
/** Folders of shell files that a hook sources, `HOOK.d`, or several hooks. */
const partFolders = [...hooks.map((hook) => `${hook}.d`), "hooks.d"];
const isPart = (path) => partFolders.includes(dirname(path)) && /^[a-z0-9-]+\.sh$/.test(basename(path));
/**
* The findings about what a tree has for kiln-host: hooks that are no shell programs or that kiln-host would
* never run, files in the place of another extension's, and changes of the units that start kiln-host.
*/
async function checkHostFolder(definition, tree, entries) {
	const { name } = definition;
	const own = `${hostFolder(name)}/`;
	const findings = [...entries.filter(({ path }) => path.startsWith(parent) && !`${path}/`.startsWith(own) && !path.slice(parent.length).includes("/")).map(({ path }) => `${path}: only the extension of that name may have this folder`), ...entries.flatMap(({ path }) => checkUnit(name, path))];
	if (name === "kiln-host") return findings;
	for (const { path, type } of entries.filter((entry) => entry.path.startsWith(own))) {
		const hook = path.slice(own.length);
		if (hook === "extension.conf") continue;
		if (type === "directory" && partFolders.includes(hook)) continue;
		if (!hooks.includes(hook) && !isPart(hook)) findings.push(`${path}: not a hook, which are ${hooks.join(", ")}, nor a part of one or of several, HOOK.d/PART.sh or hooks.d/PART.sh`);
		else if (type !== "file") findings.push(`${path}: not a regular file`);
		else if (servicesOf(definition).length === 0) findings.push(`${path}: hosts.service names no service that it is for`);
		else findings.push(...await checkShell(tree, path));
	}
	return findings;
}
const ownUnits = `usr/lib/systemd/system/${kilnHostName}`;
/** The finding about a file that changes a unit with which hosts start kiln-host. */
function checkUnit(name, path) {
	if (!path.startsWith(ownUnits)) return [];
	if (path.startsWith(`${ownUnits}-recovery.`)) return [`${path}: no image may change this unit`];
	return name === "kiln-host" ? [] : [`${path}: only ${kilnHostName} may change its units`];
}
/** Where the sandbox shows a hook. */
const inSandbox = "/hook";
/** The finding about a file that a shell cannot read as a program. */
async function checkShell(tree, path) {
	const { status, stderr } = await runInSandbox([
		"sh",
		"-n",
		inSandbox
	], {
		root: machinePrograms,
		readOnly: [{
			source: join(tree, path),
			target: inSandbox
		}]
	});
	if (/^bwrap: /m.test(stderr)) throw new Error(`the sandbox did not start sh: ${stderr.trim()}`);
	return status === 0 ? [] : [`${path}: not a shell program: ${stderr.trim().slice(0, 200)}`];
}
// packages/builder/src/tree/check-units.ts
const unitFolder = "usr/lib/systemd/system/";
/** In bytes; real units have a few kilobytes. */
const largestUnit = 1e6;
/** The findings about the tree's units: missing programs that they start, missing units that they uphold. */
async function checkUnits(tree, entries, hostPrograms) {
	const paths = new Set(entries.map(({ path }) => path));
	const units = entries.filter(({ path, type }) => type === "file" && path.startsWith(unitFolder));
	return (await Promise.all(units.map(async ({ path, size }) => {
		if (size > largestUnit) return [`${path}: ${size} bytes, more than any unit needs`];
		const settings = settingsOf(await readFile(join(tree, path), "utf8"));
		return [...settings.filter(({ key }) => /^Exec[A-Z]/.test(key)).map(({ value }) => programOf(value)).filter((program) => program !== "" && !isPresent(program, paths, hostPrograms)).map((program) => `${path}: starts ${program}, which is neither in the image nor in hostPrograms`), ...settings.filter(({ key }) => key === "Upholds").flatMap(({ value }) => value.split(/\s+/)).filter((unit) => unit !== "" && !paths.has(`${unitFolder}${unit}`)).map((unit) => `${path}: upholds ${unit}, which the image does not contain`)];
	}))).flat();
}
/** The settings of a unit file, with continued lines joined (systemd.syntax(7)). */
function settingsOf(text) {
	return text.replaceAll(/\\\n/g, " ").split("\n").flatMap((line) => {
		const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
		return key === void 0 || value === void 0 ? [] : [{
			key,
			value
		}];
	});
}
/** The program in a command line, without the prefixes of systemd.service(5). */
function programOf(commandLine) {
	return (commandLine.trim().split(/\s+/)[0] ?? "").replace(/^[@:+!|-]*/, "");
}
function isPresent(program, paths, hostPrograms) {
	return program.startsWith("/") ? paths.has(program.slice(1)) : hostPrograms.includes(program);
}
// packages/builder/src/tree/check.ts
/**
* Rejects a tree that would harm a host or not work on it.
* @throws KilnError `tree-invalid` with all findings
*/
async function checkTree(definition, architecture, tree) {
	const entries = await entriesOf(tree);
	const findings = [
		...checkLayout(entries, definition.links ?? {}),
		...checkUsrLocal(entries, definition),
		...await checkUnits(tree, entries, hostProgramsOf(definition, entries)),
		...await checkHostFolder(definition, tree, entries),
		...await checkPrograms(tree, entries, architecture, definition)
	];
	if (findings.length === 0) return;
	throw new KilnError("tree-invalid", {
		expected: `a tree of ${definition.name} for ${architecture} that is safe to merge into /usr`,
		found: findings.join("; "),
		next: `correct extensions/${definition.name}: its extension.yaml, files/ or Dockerfile`
	});
}
/** Directories that would replace the host's in a merge. */
const forbidden = {
	"usr/sbin": "on hosts where it is a link to bin, it would hide every other program there; use usr/bin",
	"usr/lib64": "on hosts where it is a link, it would hide every library there; use usr/lib",
	"usr/lib32": "on hosts where it is a link, it would hide every library there; use usr/lib",
	"usr/libx32": "on hosts where it is a link, it would hide every library there; use usr/lib",
	"usr/etc": "on hosts with ostree it has the defaults of /etc; use etc/",
	"usr/tmp": "on some hosts it is a link to /var/tmp"
};
const usrLocal = "usr/local";
/** The host's programs that units may start; kiln itself adds a unit that starts systemd-tmpfiles. */
function hostProgramsOf({ name, hostPrograms }, entries) {
	return entries.some(({ path }) => path === `usr/lib/tmpfiles.d/${name}-etc.conf`) ? [...hostPrograms, "systemd-tmpfiles"] : [...hostPrograms];
}
/** The findings about the paths, types and modes of a tree's entries. */
function checkLayout(entries, links) {
	const paths = new Set(entries.map(({ path }) => path));
	const present = Object.keys(forbidden).filter((path) => paths.has(path));
	return [
		...paths.has("usr") ? [] : ["no usr/"],
		...present.map((path) => `${path}: ${forbidden[path] ?? ""}`),
		...entries.flatMap((entry) => checkEntry(entry, paths, links))
	];
}
/** A finding if there are files in /usr/local that the definition does not declare, or none although it declares them. */
function checkUsrLocal(entries, { hosts }) {
	const isPresent = entries.some(({ path }) => path === usrLocal);
	if (isPresent === (hosts.usrLocal ?? false)) return [];
	return isPresent ? [`${usrLocal}: on hosts where it is a link or a mount, it would hide the operator's programs; use usr/, or write "usrLocal: true" below "hosts" to exclude those hosts`] : [`${usrLocal}: missing, although "hosts.usrLocal" says that the image has files in it`];
}
function checkEntry({ path, type, mode, target = "" }, paths, links) {
	if (path !== "usr" && !path.startsWith("usr/")) return [`${path}: outside usr/`];
	if (/\p{Cc}/u.test(path + target)) return [`${JSON.stringify(path)}: a name with a control character`];
	switch (type) {
		case "directory": return mode === 493 ? [] : [`${path}: mode ${octal(mode)} where directories have 0755`];
		case "file": return mode === 493 || mode === 420 ? [] : [`${path}: mode ${octal(mode)} where files have 0644 or 0755`];
		case "link": return links[path] === target && isOutsideUsr(target) ? [] : checkLink(path, target, paths);
		default: return [`${path}: neither a file, a directory nor a link`];
	}
}
function checkLink(path, target, paths) {
	const resolved = target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(path), target);
	return paths.has(posix.normalize(resolved)) ? [] : [`${path}: a link to ${target}, which the image does not contain${isOutsideUsr(target) ? " and \"links\" in extension.yaml does not name" : ""}`];
}
/** Whether a link leads to the host's own files, which no image provides. */
function isOutsideUsr(target) {
	return target.startsWith("/") && !posix.normalize(target).startsWith("/usr/");
}
function octal(mode) {
	return mode.toString(8).padStart(4, "0");
}
/**
* The findings about the tree's ELF files: of another architecture, dynamic although they must be static, or
* in an extension of files, where nothing says what they were compiled from.
*/
async function checkPrograms(tree, entries, architecture, { static: mustBeStatic, upstreams: { files } }) {
	const programs = [];
	for (const { path, type } of entries) if (type === "file" && await isElf(join(tree, path))) programs.push(path);
	const kinds = [];
	for (let start = 0; start < programs.length; start += 256) kinds.push(...await kindsOf(tree, programs.slice(start, start + 256)));
	return programs.flatMap((path, index) => {
		const kind = kinds[index] ?? "";
		const isOfArchitecture = kind.split(", ").includes(spellings[architecture].elf);
		const isStatic = /\bstatically linked|static-pie linked/.test(kind);
		return [
			...files === void 0 ? [] : [`${path}: a compiled program, which an extension of files cannot have`],
			...isOfArchitecture ? [] : [`${path}: not for ${architecture} but ${kind}`],
			...mustBeStatic && !isStatic ? [`${path}: not static but ${kind}`] : []
		];
	});
}
/** What file(1) says about each of the files. They are upstream's, so it reads them in the sandbox. */
async function kindsOf(tree, paths) {
	const inSandbox = "/tree";
	const { status, stdout, summary } = await runInSandbox([
		"file",
		"--brief",
		"--",
		...paths.map((path) => join(inSandbox, path))
	], {
		root: machinePrograms,
		readOnly: [{
			source: tree,
			target: inSandbox
		}]
	});
	if (status !== 0) throw new Error(`file(1) did not read the tree's programs: ${summary}`);
	return stdout.split("\n");
}
async function isElf(path) {
	await using file = await open(path);
	const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
	return buffer.toString("latin1") === "ELF";
}
// packages/builder/src/build-image.ts
/**
* Builds one image: fetches and verifies its inputs, compiles or unpacks them, checks the tree, packs it, and
* runs it. An image that was built before from the same inputs, recipe and tools is taken from the cache.
* @throws KilnError with what went wrong; nothing is kept in this case
*/
async function buildImage(extension, order, options) {
	const { definition } = extension;
	await ensurePrograms(requiredPrograms(order), options.say);
	const tools = { mksquashfs: await squashfsVersion() };
	const names = {
		image: imageName(definition, order.version, order.architecture),
		record: buildRecordName(definition, order.version, order.architecture)
	};
	const folder = cachedImageFolder(order, definition.smoke, tools);
	const findOrBuild = async () => {
		return (options.uncached ? void 0 : await findCachedImage(folder, names.image, names.record)) ?? await buildInto(folder, names, extension, order, tools, options);
	};
	return withLock(`${folder}.lock`, findOrBuild, {
		what: `the cached image ${names.image}`,
		say: options.say
	});
}
/**
* The architecture of the processor, and of the host's libraries, that an image's smoke run uses: the
* image's, or this machine's for an extension of files, which suits every processor.
*/
function smokeArchitecture({ upstream, architecture }) {
	return upstream === "files" ? nativeArchitecture() : architecture;
}
/** The programs of this machine that a build starts, apart from a container engine. */
function requiredPrograms(order) {
	const { inputs, hostLibraries } = order;
	const architecture = smokeArchitecture(order);
	const emulator = architecture === nativeArchitecture() ? [] : [spellings[architecture].emulator];
	return [
		"mksquashfs",
		"unsquashfs",
		"bwrap",
		"file",
		...[...inputs, ...hostLibraries].some(({ name }) => name.endsWith(".deb")) ? ["dpkg-deb"] : [],
		...emulator
	];
}
async function buildInto(folder, names, extension, order, tools, options) {
	const { definition } = extension;
	await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
		const finished = join(work, "finished");
		await mkdir(finished);
		const built = await buildTree(extension, order, options, work);
		options.say("packing");
		const path = join(finished, names.image);
		await packSquashfs(built.tree, path, built.epoch, options.say);
		await smokeImage(path, definition, {
			upstreamVersion: order.version.upstream,
			architecture: smokeArchitecture(order),
			addHostLibraries: built.addHostLibraries,
			say: options.say
		});
		const { size } = await stat(path);
		const record = {
			...order,
			image: {
				name: names.image,
				size,
				sha256: await digestOf(path),
				epoch: built.epoch
			},
			tools: {
				...tools,
				...built.tools
			},
			packages: built.packages,
			...built.modules.length > 0 && { modules: built.modules }
		};
		await writeFile(join(finished, names.record), formatBuildRecord(record));
		await keepImage(finished, folder);
	});
	const image = await findCachedImage(folder, names.image, names.record);
	if (!image) throw new Error(`the image ${names.image} was written to ${folder} and cannot be read back`);
	return image;
}
async function buildTree(extension, order, { say, log, uncached = false }, work) {
	const standIns = order.hostLibraries.filter(({ architecture }) => architecture === smokeArchitecture(order));
	const fetched = await fetchInputs([...order.inputs, ...standIns], say);
	const inputs = fetched.slice(0, order.inputs.length);
	const libraries = fetched.slice(order.inputs.length);
	const compiled = extension.definition.compile ? await compile(extension, order, inputs, work, {
		say,
		log,
		uncached
	}) : {
		tree: void 0,
		packages: [],
		tools: {}
	};
	const modules = modulesAmong(inputs);
	const go = modules.length > 0 ? await compileModules(modules, order.architecture, work, say) : {
		tree: void 0,
		modules: [],
		tools: {}
	};
	say("assembling");
	const tree = join(work, "tree");
	const epoch = await assembleTree(extension, order, inputs, [compiled.tree, go.tree], tree, work);
	say("checking what was assembled");
	await checkTree(extension.definition, order.architecture, tree);
	return {
		tree,
		epoch,
		packages: compiled.packages,
		modules: go.modules,
		tools: {
			...compiled.tools,
			...go.tools
		},
		addHostLibraries: (root) => addPackages(libraries, work, root)
	};
}
/** Each package is unpacked by itself, so that none of its files can go through a link in the image. */
async function addPackages(packages, work, root) {
	for (const { path, name } of packages) {
		const unpacked = join(work, `library-${name}`);
		await extract(path, name, unpacked);
		await addTree(unpacked, root);
	}
}
// packages/builder/src/find-order.ts
/**
* Finds the order for an image in a plan.
* @param name the image's file name
* @throws KilnError `document-invalid` if the plan has none, or was made from another recipe than the one in
* this checkout
*/
async function findOrder(extensions, { builds }, name) {
	const names = [];
	for (const order of builds) {
		const extension = extensions.find(({ definition }) => definition.name === order.extension);
		if (!extension) continue;
		names.push(imageName(extension.definition, order.version, order.architecture));
		if (names.at(-1) !== name) continue;
		if (await recipeDigest(extension, order.upstream) === order.recipe) return {
			extension,
			order
		};
		throw invalid(`the recipe of ${order.extension} that ${name} was planned with`, "another recipe in this checkout");
	}
	throw invalid(`one of the planned images: ${names.join(", ") || "none"}`, JSON.stringify(name.slice(0, 80)));
}
function invalid(expected, found) {
	return new KilnError("document-invalid", {
		expected,
		found,
		next: "run the whole workflow again, so that the plan and the job that reads it have the same commit"
	});
}
// packages/builder/src/action/context.ts
const given = string({ error: "given" });
// packages/builder/src/action/main.ts
await runAction({
	inputs: object({
		plan: given,
		"plan-digest": string().optional(),
		image: given,
		extensions: string().default("extensions"),
		output: string().default("image")
	}),
	outputs: {
		image: "",
		record: "",
		sha256: ""
	}
}, async ({ inputs: given, ...action }) => {
	const { image, output } = given;
	const plan = await readPlan(given.plan, given["plan-digest"]);
	const { extensions } = await loadRepository(given.extensions);
	const found = await findOrder(extensions, plan, image);
	let phase = "";
	const say = (line) => {
		const [word = ""] = line.split(/[ ,]/);
		if (word !== phase) action.phase(word);
		phase = word;
		action.say(line);
	};
	const built = await deliverImage(await buildImage(found.extension, found.order, {
		say,
		log: action.log
	}), output);
	const { image: file, inputs: used, tools, extension, version, architecture, upstream } = built.record;
	action.setOutput("image", built.path);
	action.setOutput("record", built.recordPath);
	action.setOutput("sha256", file.sha256);
	action.summarize(markdownTable([file.name, ""], [
		["version", `${extension} ${formatImageVersion(version)} for ${architecture}, from ${upstream}`],
		["size", formatBytes(file.size)],
		["SHA-256", file.sha256],
		...used.map((input) => [input.name, pinOf(input)]),
		...Object.entries(tools)
	]));
});
export {};
