import { t as KilnError } from "./kiln-error.js";
import { i as systemCode } from "./system-error.js";
import { B as string, C as pathInImage, D as _enum, F as literal, G as architectures, H as union, M as discriminatedUnion, P as int, R as record, S as parseUpstreamVersion, W as url$2, d as extensionName, g as otherEvidence, j as boolean, k as array, m as rollout, n as baseUrlOfUrl, p as retain, w as takeSchema, z as strictObject } from "./names.js";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
// packages/extension/src/upstream-name.ts
/** The upstreams that an extension may have several of; `--from` chooses one. */
const choosableUpstreams = [
	"debian",
	"go",
	"github",
	"http"
];
/** Every upstream: Debian's package archive, Go modules, repositories on GitHub, other servers, and the extension's own files. */
const upstreamNames = [...choosableUpstreams, "files"];
/** Where the version of a build comes from: an upstream, or a folder on this machine, which nobody vouches for. */
const buildOrigins = [...upstreamNames, "folder"];
// packages/extension/src/input.ts
const sha256Schema = string().regex(/^[0-9a-f]{64}$/);
/** An object of git, by its SHA-1. */
const gitIdSchema = string().regex(/^[0-9a-f]{40}$/);
/** The name of an extension, a source or an input. */
const nameSchema = string().regex(/^[a-z0-9][a-z0-9+._-]*$/);
/** A version of upstream, as plans and records have it. */
const upstreamVersionSchema = string().refine((text) => parseUpstreamVersion(text) === text, "a version as kiln writes it");
/** A short text on one line, which may reach a log or a web page. */
const plainTextSchema = string().regex(/^[\x20-\x7e]{1,500}$/);
/** Where an input is downloaded from. It gets into build records, so it has no password. */
const url$1 = url$2({
	protocol: /^https?$/,
	error: "a URL that begins with http:// or https://",
	abort: true
}).regex(/^[a-z]+:\/\/[^/?#@]+([/?#][!-~]*)?$/i, "a URL without a password, spaces or control characters");
const debianOrigin = strictObject({
	kind: literal("debian"),
	suite: plainTextSchema,
	package: plainTextSchema,
	version: plainTextSchema
});
const githubOrigin = strictObject({
	kind: literal("github"),
	repository: plainTextSchema,
	tag: plainTextSchema,
	/** The git object of the tag: the commit, or a tag object that names it. */
	object: gitIdSchema,
	/** The commit that the tag named when the plan was made. */
	commit: gitIdSchema
});
/** How the digest of a file that upstream has built was established. */
const evidence = {
	/** The lists that have it: assets of the tag's release, or URLs. */
	checksums: plainTextSchema.optional(),
	/** What vouches for it instead of a list. */
	vouchedBy: _enum(otherEvidence).optional(),
	/** The OpenPGP signature of the list, or of the file. */
	signature: strictObject({
		file: plainTextSchema,
		/** The fingerprint of the primary key that signed, in upper-case hex. */
		key: string().regex(/^([0-9A-F]{40}|[0-9A-F]{64})$/)
	}).optional()
};
/** The further source of an extension that an input belongs to. */
const sourceOfInput = strictObject({
	name: nameSchema,
	upstream: _enum(upstreamNames),
	version: upstreamVersionSchema
});
/** A file that a build starts from, pinned by its digest. */
const fileInputSchema = strictObject({
	/** Its name in the build, without a version: `openssl.orig.tar.gz`, `musl.deb`. */
	name: nameSchema,
	url: url$1,
	/** In bytes. */
	size: int().nonnegative(),
	sha256: sha256Schema,
	/** Where the digest comes from. */
	origin: discriminatedUnion("kind", [
		debianOrigin,
		githubOrigin.extend(evidence),
		strictObject({
			kind: literal("http"),
			...evidence
		})
	]),
	/** Which members become which files of the image; absent for inputs of a Dockerfile. */
	take: takeSchema.optional(),
	/** The path in the image of a file that is a program and no archive. */
	to: pathInImage.optional(),
	source: sourceOfInput.optional()
});
/** A package that stands in for the host in the smoke run. */
const hostLibrarySchema = fileInputSchema.extend({ architecture: _enum(architectures) });
/**
* The source at a commit, pinned by the id of its git tree. The archive that a server makes of it cannot be
* pinned: the same content may be packed differently tomorrow.
*/
const sourceInputSchema = strictObject({
	/** Its name in the build: `keepalived.orig.tar`. */
	name: nameSchema,
	/** Where the server provides an archive of the commit. */
	url: url$1,
	/** The id of the commit's git tree, which covers every path, mode and byte. */
	tree: gitIdSchema,
	/** The commit's date, in seconds since 1970; every file gets it. */
	epoch: int().nonnegative(),
	origin: githubOrigin,
	source: sourceOfInput.optional()
});
/** The source in a folder on this machine. Whoever builds from it vouches for it, and nobody else does. */
const folderInputSchema = strictObject({
	/** Its name in the build: `keepalived.orig.tar`. */
	name: nameSchema,
	/** The id of the git tree that the folder would be. */
	tree: gitIdSchema,
	/** The date of every file, in seconds since 1970: that of the commit, or of the newest file. */
	epoch: int().nonnegative(),
	origin: strictObject({
		kind: literal("folder"),
		/** The commit that is checked out there, and the tag of the version that names it, according to the folder. */
		commit: gitIdSchema.optional(),
		tag: plainTextSchema.optional()
	}),
	source: sourceOfInput.optional()
});
/** Go's digest of a module's files (golang.org/x/mod/sumdb/dirhash, Hash1). */
const goSumSchema = string().regex(/^h1:[A-Za-z0-9+/]{43}=$/);
/**
* A Go module that programs are compiled from, pinned by the digest of its files. Its go.mod determines the
* versions of all modules that it needs, and the checksum database their digests.
*/
const moduleInputSchema = strictObject({
	/** The module's path, as a name. */
	name: nameSchema,
	module: plainTextSchema,
	/** As Go spells it, such as `v3.6.16`. */
	version: plainTextSchema,
	sum: goSumSchema,
	/** The version's date, in seconds since 1970; its programs get it. */
	epoch: int().nonnegative(),
	/** The toolchain, such as `go1.27.1`; the checksum database determines its digest. */
	toolchain: string().regex(/^go1\.\d+(\.\d+)?$/),
	/** The import path of each program, by its path in the image. */
	programs: record(pathInImage, plainTextSchema),
	tags: array(plainTextSchema),
	ldflags: array(plainTextSchema),
	/** The version that stands for the folders of its repository by which go.mod replaces modules. */
	localModules: plainTextSchema.optional(),
	/** Which of its files become which files of the image. */
	take: takeSchema.optional(),
	origin: strictObject({
		kind: literal("go"),
		/** The proxies that it may have come from, as in GOPROXY; `direct` for a module that GONOPROXY exempts. */
		proxy: plainTextSchema,
		/** What vouches for the digest; absent for a module that GONOSUMDB exempts. */
		checksumDatabase: plainTextSchema.optional()
	}),
	source: sourceOfInput.optional()
});
/** An input of a build. */
const inputSchema = union([
	fileInputSchema,
	sourceInputSchema,
	folderInputSchema,
	moduleInputSchema
]);
/** What determines an input's bytes. */
function contentOf(input) {
	if ("module" in input) return `${input.sum} ${input.toolchain}`;
	if (!("tree" in input)) return input.sha256;
	return input.origin.kind === "folder" ? `folder ${input.tree}` : input.origin.commit;
}
/**
* What identifies an input to people: a Debian version, the commit of a source, the tree of a folder, an
* asset's digest, or a module's digest and its toolchain.
*/
function pinOf(input) {
	return input.origin.kind === "debian" ? input.origin.version : contentOf(input);
}
// packages/extension/src/repository-settings.ts
const url = url$2({
	protocol: /^https?$/,
	error: "a URL that begins with http:// or https://",
	abort: true
}).refine((text) => {
	const { username, password } = new URL(text);
	return username === "" && password === "";
}, "a URL without a password, because it is given to hosts").transform((text) => baseUrlOfUrl(new URL(text).href));
const containerRepository = string().regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9][a-z0-9._-]*)+$/, "a repository such as ghcr.io/owner/keepalived");
/** The schema of `kiln.yaml`. */
const repositorySettingsSchema = strictObject({
	extensions: array(extensionName).min(1).optional().describe("The extensions that this repository watches, builds and publishes unless a command names others; by default all in extensions/ and those that it includes. kiln-host is always among them."),
	include: array(extensionName).default([]).describe("Extensions of sysext-kiln itself that this repository uses without a copy of their definitions in extensions/; kiln-host comes with them."),
	upstream: _enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` }).optional().describe("The upstream that the command line (without --from) and the workflow use for extensions that have several; an extension without it uses its first one. The default is the first one on the command line, and github in the workflow."),
	rollout: rollout.optional().describe("How long it takes until a new version of an extension has reached all hosts with kiln-host, unless its definition says otherwise; none (the default) if each host takes it at its next check."),
	retain: retain.optional().describe("How many versions of each series the update directory keeps, unless an extension's definition says otherwise; by default 2."),
	baseUrl: url.optional().describe("The URL at which hosts find the releases; on GitHub, the default is the repository's URL."),
	updateDirectory: _enum(["images", "index"]).optional().describe("What the update directory contains: images (the default), which hosts with stock systemd-sysupdate need; or index, only the index that hosts with kiln-host follow, and kiln-host's own images."),
	bestBeforeDays: int().min(2).max(9999).optional().describe("For how many days hosts accept an update directory; by default, its index has a limit of 90 days, and the manifest has none."),
	nextKey: string().min(1).optional().describe("The file with the public key that will sign next, relative to kiln.yaml; hosts with kiln-host install it."),
	signingKeys: array(string().regex(/^[0-9A-F]{40}$/, "a fingerprint of 40 digits 0-9 and A-F, as ./kiln key prints it")).min(1).readonly().optional().describe("The fingerprints of the keys that sign what this repository publishes: the current one, and earlier ones whose signatures still count. Without the key of one of them, nothing is published."),
	adoptedDirectory: sha256Schema.optional().describe("The SHA-256 of the manifest of an update directory that none of the repository's keys has signed, and that the next one continues nevertheless: for the first signature, and after a key was lost or stolen."),
	container: union([literal(false), containerRepository], { error: "false, or a repository such as ghcr.io/owner/keepalived" }).optional().describe("Where the workflow pushes the container of keepalived; false for nowhere, and by default OWNER/keepalived in GitHub's registry."),
	attest: boolean().default(true).describe("Whether the workflow has GitHub attest where images come from (the default)."),
	arm64Runner: string().regex(/^[\w.-]{1,100}$/, "the label of a runner, such as ubuntu-24.04-arm").optional().describe("The runner on which the workflow builds for arm64; by default, arm64 is cross-compiled, and checked under QEMU."),
	staleHours: int().min(1).max(9999).default(24).describe("After how many hours without a successful run the watchdog opens its issue.")
});
/**
* Reads `kiln.yaml`, which is beside the folder with the extensions. Without the file, everything has its
* default.
* @throws KilnError `settings-invalid`
*/
async function readRepositorySettings(extensions) {
	const file = join(dirname(resolve(extensions)), "kiln.yaml");
	const shown = relative(process.cwd(), file);
	const text = await readFile(file, "utf8").catch((cause) => {
		if (systemCode(cause) === "ENOENT") return "";
		throw new KilnError("settings-invalid", {
			expected: `the settings of the repository in ${shown}`,
			found: String(cause),
			next: "make the file readable, or remove it",
			cause
		});
	});
	if (text === "") return repositorySettingsSchema.parse({});
	const { parseRepositorySettings } = await import("./parse.js");
	return parseRepositorySettings(text, shown);
}
export { goSumSchema as a, nameSchema as c, sha256Schema as d, upstreamVersionSchema as f, gitIdSchema as i, pinOf as l, repositorySettingsSchema as n, hostLibrarySchema as o, buildOrigins as p, contentOf as r, inputSchema as s, readRepositorySettings as t, plainTextSchema as u };
