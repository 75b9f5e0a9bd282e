import { o as seriesOf, r as isTracked } from "./policy.js";
import { a as matchPattern, c as releaseTag, t as assetPath } from "./names.js";
import { t as require_dist } from "./dist.js";
import "node:fs";
import { gzipSync } from "node:zlib";
import { isDeepStrictEqual } from "node:util";
// packages/host-config/src/host-config.ts
/** Whether a file's content is part of the configuration, and not fetched by the host. */
function isContained(content) {
	return typeof content === "string" || Buffer.isBuffer(content);
}
// packages/host-config/src/files.ts
const ownUnits = "/etc/systemd/system";
const systemUnits = "/usr/lib/systemd/system";
/** The files and links of a configuration, its units and what enables them, but no files to be fetched. */
function hostFiles({ files, links, units }) {
	return {
		files: [...files.flatMap(({ path, mode, content }) => isContained(content) ? [{
			path,
			mode,
			content: Buffer.from(content)
		}] : []), ...units.flatMap(unitFiles)],
		links: [...links, ...units.flatMap(enablingLinks)]
	};
}
function unitFiles({ name, content, dropIns = [] }) {
	const own = content === void 0 ? [] : [{
		path: `${ownUnits}/${name}`,
		content
	}];
	const dropInFiles = dropIns.map((dropIn) => ({
		path: `${ownUnits}/${name}.d/${dropIn.name}`,
		content: dropIn.content
	}));
	return [...own, ...dropInFiles].map(({ path, content: text }) => ({
		path,
		mode: 420,
		content: Buffer.from(text)
	}));
}
/** The link that `systemctl enable` makes (systemd.unit(5), "WantedBy="). */
function enablingLinks({ name, wantedBy, content }) {
	if (wantedBy === void 0) return [];
	const target = `${content === void 0 ? systemUnits : ownUnits}/${name}`;
	return [{
		path: `${ownUnits}/${wantedBy}.wants/${name}`,
		target
	}];
}
// packages/host-config/src/frozen.ts
const bootstrapText = "#!/bin/sh\n# Starts kiln-host from a verified copy of its program. The source of this file has comments.\n#\n# It returns to the last good program if a new one does not complete its runs, and fetches a newer one by itself, whatever\n# the program does. Nothing ever changes this file on a host, so it does only what every release needs.\n# Usage: bootstrap run (every few minutes) | bootstrap recover (every day) | bootstrap boot\nset -u\numask 022\nexport LC_ALL=C\nroot=${KILN_HOST_ROOT-}\nprograms=$root/var/lib/sysext-kiln/program # good, trial: links to copies of the program, each named after its image\nwork=$root/run/sysext-kiln                 # also holds copies while /var is full or read-only\nimages=$root/opt/extensions/kiln-host\nlink=$root/etc/extensions/kiln-host.raw\nimage='' tried='' status=1 any_completed=no\n# If systemd stops a run, that attempt does not count.\ntrap 'record attempts \"stopped $image\"; exit 143' TERM\n\n# target LINK: sets `target` to the image that a link leads to; empty if there is none.\ntarget() {\n	target=\n	[ ! -L \"$1\" ] || target=$(readlink \"$1\")\n	target=${target##*/}\n}\n\nlines() { cat \"$programs/$1\" 2>/dev/null; }\nattempts() { lines attempts | grep -cx \"\\($1\\) $image\"; }\n\n# record FILE LINE: appends a line that survives a power cut; fails if there is no space.\nrecord() { mkdir -p \"$programs\" && echo \"$2\" >>\"$programs/$1\" && sync -f \"$programs\"; }\n\n# point LINK TARGET: replaces a link in one step.\npoint() { ln -sfn \"$2\" \"$1.new\" && mv -fT \"$1.new\" \"$1\" && sync -f \"${1%/*}\"; }\n\nis_intact() {\n	case $(cd \"$1\" 2>/dev/null && sha256sum --check --strict SHA256SUMS 2>/dev/null && echo intact) in\n	*kiln-host:\\ OK*intact) ;;\n	*) return 1 ;;\n	esac\n}\n\n# extract IMAGE FOLDER: from the image, or, where there is no loop device, from /usr if this image is merged.\nextract() {\n	# shellcheck disable=SC2016 # for the inner shell, whose mount ends with it\n	unshare --mount sh -c 'mount -o loop,ro \"$0\" \"$1\" && cp -R \"$1/usr/lib/sysext-kiln/kiln-host/.\" \"$2\"' \\\n		\"$images/$1\" \"$work/image\" \"$2\" && return\n	target \"$link\"\n	[ \"$1\" = \"$target\" ] && cp -R \"$root/usr/lib/sysext-kiln/kiln-host/.\" \"$2\"\n}\n\n# copy IMAGE: makes \"program\" a verified copy of the program in an image.\ncopy() {\n	for place in \"$programs\" \"$work/program\"; do\n		program=$place/$1\n		is_intact \"$program\" && return\n		rm -rf \"$program\" \"$place/new\"\n		mkdir -p \"$place/new\" \"$work/image\" && extract \"$1\" \"$place/new\" && rm -f \"$place/new/SHA256SUMS\" &&\n			(cd \"$place/new\" && find . -type f -exec sha256sum {} + >\"$work/sums\" && cp \"$work/sums\" SHA256SUMS) &&\n			sync -f \"$place\" && mv -T \"$place/new\" \"$program\" && sync -f \"$place\" && is_intact \"$program\" && return\n	done\n	return 1\n}\n\n# The images on disk that were not refused, and the good one, newest first. VERSION-2 is newer than VERSION.\ncandidates() {\n	(cd \"$images\" && printf '%s\\n' kiln-host-*.raw ${good:+\"$good\"}) | grep -vxF -e \"$(lines refused)\" |\n		sed -e 's/-x86-64\\.raw$/ &/' -e 's/-arm64\\.raw$/ &/' | sort -urV -k 1,1 | tr -d ' '\n}\n\nuse_good() {\n	image=$good\n	[ -n \"$good\" ] && copy \"$good\" && return\n	target \"$link\"\n	# The linked image, even if it was refused, is better than none.\n	for image in $(candidates | grep -xF -e \"$target\") $(candidates) $target; do\n		copy \"$image\" && good=$image && { point \"$programs/good\" \"$image\"; return 0; }\n	done\n	return 1\n}\n\n# Fails if there is no trial, or if it ran already, or can neither be run nor recorded.\nuse_trial() {\n	target \"$programs/trial\"\n	image=$target\n	[ -n \"$image\" ] && [ \"$image\" != \"$tried\" ] && tried=$image && ! conclude && copy \"$image\" &&\n		record attempts \"started $image\"\n}\n\n# Ends the trial if its outcome is known, and fails if it is not.\nconclude() {\n	if [ \"$(attempts completed)\" -ge 2 ]; then\n		point \"$programs/good\" \"$image\" && good=$image || return\n	elif [ \"$(($(attempts started) - $(attempts 'completed\\|stopped')))\" -ge 2 ]; then\n		echo \"<3>kiln-host: the program of $image did not complete two runs, so it is refused\"\n		record refused \"$image\"\n	else\n		lines refused | grep -qxF -e \"$image\" || return 1\n	fi\n	rm -f \"$programs/trial\" \"$programs/attempts\"\n}\n\n# Runs the program; fails if it did not complete.\nstart() {\n	rm -f \"$work/completed\"\n	timeout -k 30 \"$limit\" sh \"$program/kiln-host\" run 8>&-\n	status=$?\n	[ -e \"$work/completed\" ] && any_completed=yes\n}\n\n# Fetches kiln-host with systemd-sysupdate alone, and makes the newest program the trial.\nfetch() {\n	[ -z \"$proxy\" ] || export http_proxy=\"$proxy\" https_proxy=\"$proxy\"\n	# The program may have damaged its transfer. systemd 262 needs a vacuum after a failed download, and its own update\n	# service would later remove the images from every folder that is recorded here.\n	for transfers in /etc/sysext-kiln/recovery /etc/sysupdate.kiln-host.d; do\n		# shellcheck disable=SC2016 # for the inner shell\n		timeout -k 30 900 unshare --mount sh -c 'mkdir -p \"$0\"; mount -t tmpfs tmpfs \"$0\"; \"$@\" vacuum; \"$@\" update' \\\n			\"$root/var/lib/systemd/sysupdate\" \"$root/usr/lib/systemd/systemd-sysupdate\" --definitions=\"$root$transfers\" 8>&-\n	done\n	for image in $(candidates); do\n		[ \"$image\" != \"$good\" ] || break\n		copy \"$image\" && timeout -k 5 60 sh \"$program/kiln-host\" self-test 8>&- && point \"$programs/trial\" \"$image\" &&\n			point \"$link\" \"/opt/extensions/kiln-host/$image\" && break\n	done\n}\n\nmkdir -p \"$work\" \"$programs\" \"$images\"\nlimit=7200 proxy=''\nwhile IFS= read -r line || [ -n \"$line\" ]; do\n	case $line in\n	RUN_SECONDS=[1-9]*[!0-9]*) ;;\n	RUN_SECONDS=[1-9]*) limit=${line#*=} ;;\n	PROXY=*) proxy=${line#*=} ;;\n	esac\ndone <\"$root/etc/sysext-kiln/host.conf\"\ntarget \"$programs/good\"\ngood=$target\nif [ \"$1\" = boot ]; then\n	# Before 255, systemd does not reload its units when extensions are merged.\n	version=$(systemctl --version | sed -n '1s/^systemd \\([0-9]*\\).*/\\1/p')\n	[ \"${version:-255}\" -ge 255 ] || systemctl daemon-reload\n	use_good && timeout -k 30 120 sh \"$program/kiln-host\" boot\n	exit 0\nfi\n# \"run\" and \"recover\" follow one another.\ntrue >>\"$work/bootstrap-lock\" && exec 8>>\"$work/bootstrap-lock\" && flock 8\n[ \"$1\" != recover ] || [ -e \"$root/etc/sysext-kiln/kiln-host/held\" ] || fetch\n# A trial that fails is followed by the good program, and a new trial by its first run.\nfor _ in 1 2 3 4; do\n	completed=yes\n	if use_trial; then\n		start && record attempts \"completed $image\" || completed=no\n		target \"$programs/trial\"\n		[ \"$target\" != \"$image\" ] || conclude\n	else\n		use_good && start\n	fi\n	target \"$programs/trial\"\n	[ $completed = no ] || { [ -n \"$target\" ] && [ \"$target\" != \"$tried\" ]; } || break\ndone\nif [ \"$1\" = recover ]; then\n	systemctl start --no-block kiln-host.timer\nelif [ $any_completed = no ]; then\n	echo \"<3>kiln-host: no program completes its runs, so the newest one is fetched without it\"\n	fetch\nfi\nexit \"$status\"\n";
const service = "[Unit]\nDescription=Updates of system extensions\nAfter=kiln-host-boot.service\nStartLimitIntervalSec=0\n\n[Service]\nType=oneshot\nExecStart=/etc/sysext-kiln/bootstrap run\nTimeoutStartSec=6h\n";
const timer = "[Unit]\nDescription=Regular updates of system extensions\n\n[Timer]\nOnActiveSec=30s\nOnUnitInactiveSec=10min\n\n[Install]\nWantedBy=timers.target\n";
const recoveryService = "[Unit]\nDescription=Update of kiln-host without its program\n\n[Service]\nType=oneshot\nExecStart=/etc/sysext-kiln/bootstrap recover\nTimeoutStartSec=6h\n";
const recoveryTimer = "[Unit]\nDescription=Daily update of kiln-host without its program\n\n[Timer]\nOnActiveSec=3h\nOnUnitInactiveSec=1d\nRandomizedDelaySec=3h\n\n[Install]\nWantedBy=timers.target\n";
const bootService = "[Unit]\nDescription=Repair of system extensions at boot\nDefaultDependencies=no\nRequiresMountsFor=/var/lib/sysext-kiln /opt/extensions\nAfter=systemd-sysext.service local-fs.target\nBefore=basic.target shutdown.target\nConflicts=shutdown.target\n\n[Service]\nType=oneshot\nExecStart=/etc/sysext-kiln/bootstrap boot\nTimeoutStartSec=5min\n\n[Install]\nWantedBy=basic.target\n";
/** The script that the units run: it starts kiln-host, and replaces it if it does not work. */
const bootstrap = {
	path: "/etc/sysext-kiln/bootstrap",
	mode: 493,
	content: withoutComments(bootstrapText)
};
/** The units that run kiln-host regularly and at boot, and that update it without its program. */
const units = [
	{
		name: "kiln-host.service",
		content: service
	},
	{
		name: "kiln-host.timer",
		wantedBy: "timers.target",
		content: timer
	},
	{
		name: "kiln-host-boot.service",
		wantedBy: "basic.target",
		content: bootService
	},
	{
		name: "kiln-host-recovery.service",
		content: recoveryService
	},
	{
		name: "kiln-host-recovery.timer",
		wantedBy: "timers.target",
		content: recoveryTimer
	}
];
/** A script without the comments below its first one, as some platforms limit user data to 16 kB. */
function withoutComments(text) {
	return text.split("\n").filter((line, index) => index < 2 || !/^\s*#/.test(line)).join("\n");
}
// packages/host-config/src/transfer.ts
/**
* A transfer for systemd-sysupdate (sysupdate.d(5)), for `/etc/sysupdate.NAME.d/`. The name of the file must
* end in `.conf`: systemd reads `.transfer` only since 257. It moves no link, and kiln-host removes old
* images; `InstancesMax=` only limits what an operator's own `systemd-sysupdate vacuum` leaves.
*/
function transferFile(definition, { baseUrl, series, signed }) {
	const { name } = definition;
	return `[Transfer]
Verify=${signed ? "true" : "false"}

[Source]
Type=url-file
Path=${baseUrl.replaceAll("%", "%%")}/releases/latest/download/
MatchPattern=${matchPattern(definition, series)}

[Target]
Type=regular-file
Path=${imageFolder(name)}
Mode=0644
InstancesMax=10
`;
}
/** Where systemd-sysupdate finds the transfer. */
function transferFolder(name) {
	return `/etc/sysupdate.${name}.d`;
}
/**
* A file beside that folder, for systemd 262, whose own update service updates every component. A disabled
* component can still be updated with `--definitions=` (sysupdate.components(5); 257 ignores the file).
*/
function componentFile(name) {
	return {
		path: `/etc/sysupdate.${name}.component`,
		text: "[Component]\nEnabled=no\n"
	};
}
/** The folder on a host with the images of an extension. */
function imageFolder(name) {
	return `/opt/extensions/${name}`;
}
/** The link by which systemd-sysext finds the image; its name determines the extension-release file. */
function extensionLink(name) {
	return `/etc/extensions/${name}.raw`;
}
// packages/host-config/src/for-hosts.ts
/**
* The keys by which systemd-sysupdate verifies manifests: a binary keyring, whose name ends in `.gpg`
* (systemd 257 does not read `.pgp`).
*/
const keyringPath = "/etc/systemd/import-pubring.gpg";
/** The bootstrap's own copy of kiln-host's transfer, which it uses whatever has happened to the other one. */
const recoveryTransfer = "/etc/sysext-kiln/recovery/kiln-host.conf";
/**
* What a host needs to run published images and to follow their updates.
* @param extensions all of them, kiln-host included
*/
function hostConfigFor(extensions, { baseUrl, keyring, reboot, repository, proxy }) {
	const signed = keyring !== void 0;
	return {
		files: [
			...extensions.flatMap(({ definition, image, series }) => {
				const { name } = definition;
				const url = `${baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`;
				const { path, text } = componentFile(name);
				const transfer = transferFile(definition, {
					baseUrl,
					series,
					signed
				});
				return [
					{
						path: imagePath(name, image),
						mode: 420,
						content: {
							url,
							sha256: image.sha256
						}
					},
					{
						path: `${transferFolder(name)}/${name}.conf`,
						mode: 420,
						content: transfer
					},
					{
						path,
						mode: 420,
						content: text
					},
					...name === "kiln-host" ? [{
						path: recoveryTransfer,
						mode: 420,
						content: transfer
					}] : []
				];
			}),
			...keyring === void 0 ? [] : [{
				path: keyringPath,
				mode: 420,
				content: Buffer.from(keyring)
			}],
			{
				path: "/etc/sysext-kiln/host.conf",
				mode: 420,
				content: settings({
					reboot,
					signed,
					repository,
					proxy
				})
			},
			bootstrap
		],
		links: extensions.map(({ definition: { name }, image }) => ({
			path: extensionLink(name),
			target: imagePath(name, image)
		})),
		units
	};
}
function imagePath(name, image) {
	return `${imageFolder(name)}/${image.name}`;
}
/** The settings that differ between hosts; kiln-host has defaults for all others. */
function settings({ reboot, signed, repository, proxy }) {
	return [
		"# Settings of kiln-host; extensions/kiln-host/README.md of sysext-kiln lists all of them.",
		`MODE=${reboot ? "reboot" : "live"}`,
		`UNSIGNED=${signed ? "refused" : "allowed"}`,
		...repository === void 0 ? [] : [`REPOSITORY=${repository}`],
		...proxy === void 0 ? [] : [`PROXY=${proxy}`],
		""
	].join("\n");
}
// packages/host-config/src/render.ts
var import_dist = require_dist();
/** Renders a host's configuration as Butane for the variant `flatcar`, to be merged into a user's own. */
function formatButane(config) {
	const { storage, systemd } = documentOf(config, {
		contents: readable,
		mode: octal
	});
	return (0, import_dist.stringify)({
		variant: "flatcar",
		version: "1.1.0",
		storage,
		systemd
	}, { lineWidth: 0 });
}
/**
* Renders a host's configuration as Ignition (specification 3.3.0), as Butane would translate it: compact,
* and each file compressed if that is shorter, as user data is limited to 16 kB on some platforms.
*/
function formatIgnition(config) {
	const { storage, systemd } = documentOf(config, {
		contents: shortest,
		mode: (mode) => mode
	});
	return `${JSON.stringify({
		ignition: { version: "3.3.0" },
		storage,
		systemd
	})}\n`;
}
/** The mode that Ignition gives to files. */
const defaultMode = 420;
/** The parts that both formats have. */
function documentOf({ files, links, units }, { contents, mode }) {
	return {
		storage: {
			files: files.map((file) => ({
				path: file.path,
				overwrite: true,
				...file.mode !== defaultMode && { mode: mode(file.mode) },
				contents: isContained(file.content) ? contents(file.content) : remote(file.content)
			})),
			links: links.map(({ path, target }) => ({
				path,
				overwrite: true,
				target
			}))
		},
		systemd: { units: units.map(unitOf) }
	};
}
function remote({ url, sha256 }) {
	return {
		source: url,
		verification: { hash: `sha256-${sha256}` }
	};
}
function unitOf({ name, wantedBy, content, dropIns }) {
	return {
		name,
		...wantedBy !== void 0 && { enabled: true },
		...content !== void 0 && { contents: content },
		...dropIns && { dropins: dropIns.map((dropIn) => ({
			name: dropIn.name,
			contents: dropIn.content
		})) }
	};
}
/** A mode as people read it. */
function octal(mode) {
	const scalar = new import_dist.Scalar(mode);
	scalar.format = "OCT";
	return scalar;
}
/** A text as it is. */
function readable(content) {
	return typeof content === "string" ? { inline: content } : { source: dataUrl(content) };
}
/** The shortest of the forms that Ignition reads. */
function shortest(content) {
	return [
		...typeof content === "string" ? [{ source: `data:,${encodeURIComponent(content)}` }] : [],
		{ source: dataUrl(Buffer.from(content)) },
		{
			compression: "gzip",
			source: dataUrl(gzipSync(content, { level: 9 }))
		}
	].reduce((best, form) => JSON.stringify(form).length < JSON.stringify(best).length ? form : best);
}
/** Bytes as a URL (RFC 2397). */
function dataUrl(bytes) {
	return `data:;base64,${bytes.toString("base64")}`;
}
// packages/publisher/src/host-assets.ts
/**
* The configuration with which hosts install the images of one version and follow updates, as
* `kiln host-config` prints it: for each architecture as Butane and as Ignition, and the transfer. The archive
* has the same as files and links below `etc/`, without the images, and below `reboot/` what differs on hosts
* that update at the next reboot. A version that hosts never get automatically has no configuration. No name
* ends in `.raw`, so no `MatchPattern=` on a host mistakes one for an image.
* @param kilnHost the version of kiln-host that the hosts start with; the same one in its own release
*/
function hostAssets(version, kilnHost, options) {
	const { definition } = version;
	const upstream = version.images[0]?.version.upstream;
	if (upstream === void 0 || !isTracked(upstream, definition.versions, options.published)) return void 0;
	const series = seriesOf(upstream, definition.versions);
	const configs = version.images.flatMap((image) => {
		const own = {
			definition,
			image,
			series
		};
		const host = kilnHost.images.find(({ architecture }) => architecture === image.architecture);
		if (host === void 0) return [];
		const others = definition.name === "kiln-host" ? [] : [{
			definition: kilnHost.definition,
			image: host,
			series: void 0
		}];
		const configOf = (reboot) => hostConfigFor([own, ...others], {
			...options,
			reboot
		});
		return [{
			image,
			live: configOf(false),
			reboot: configOf(true)
		}];
	});
	const [first] = configs;
	if (first === void 0) return void 0;
	const live = etcOf(first.live);
	const reboot = etcOf(first.reboot);
	const transfer = transferFile(definition, {
		...options,
		series,
		signed: options.keyring !== void 0
	});
	return {
		texts: [...configs.flatMap((one) => documentsOf(one.live, one.image)), {
			name: `${series === void 0 ? definition.name : `${definition.name}-${series}`}.sysupdate.conf`,
			text: transfer
		}],
		archive: {
			name: `${releaseTag(definition, first.image.version)}.host-files.tar`,
			files: [
				...live.files,
				...reboot.files.filter((file) => !live.files.some((other) => isDeepStrictEqual(file, other))).map((file) => ({
					...file,
					path: `/reboot${file.path}`
				})),
				...configs.flatMap((one) => documentsOf(one.reboot, one.image)).map(({ name, text }) => ({
					path: `/reboot/${name}`,
					mode: 420,
					content: Buffer.from(text)
				}))
			],
			links: live.links
		}
	};
}
/** The files and links that are the same for every architecture: all but images and the links to them. */
function etcOf(config) {
	return hostFiles({
		...config,
		links: []
	});
}
/** A configuration with an image, in the formats that provision a host. */
function documentsOf(config, image) {
	const stem = image.name.replace(/\.raw$/, "");
	return [{
		name: `${stem}.bu`,
		text: formatButane(config)
	}, {
		name: `${stem}.ign`,
		text: formatIgnition(config)
	}];
}
export { hostAssets };
