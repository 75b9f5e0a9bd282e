import { a as assetPath, c as matchPattern, d as releaseTag, i as seriesOf, r as isTracked } from "./keyring.js";
import "./definition.js";
import { t as require_dist } from "./dist.js";
import { basename, dirname } from "node:path";
import "node:fs";
import { gzipSync } from "node:zlib";
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
const bootstrapText = "#!/bin/sh\n# Starts kiln-host from a verified copy, returns to the last good program if a new one does not complete its runs, and\n# fetches another one if none does. Nothing ever changes this file on a host, so it does only what every release needs.\n# Usage: bootstrap run (regularly) | bootstrap boot\nset -u\numask 022\nroot=${KILN_HOST_ROOT-}\nprograms=$root/var/lib/sysext-kiln/program # good, trial: links to copies of the program, each named after its image\nwork=$root/run/sysext-kiln                 # also holds copies while /var is full or read-only\nimages=$root/opt/extensions/kiln-host\nlink=$root/etc/extensions/kiln-host.raw\nimage='' tried='' status=1 any_completed=no\n# If systemd stops a run, that attempt does not count.\ntrap 'record attempts \"stopped $image\"; exit 143' TERM\n\nsetting() { sed -n \"s/^$1=\\($2\\)\\$/\\1/p\" \"$root/etc/sysext-kiln/host.conf\" | tail -n 1; }\ntarget() { basename \"$(readlink \"$1\")\"; }\nlines() { cat \"$programs/$1\" 2>/dev/null; }\nattempts() { lines attempts | grep -cx \"\\($1\\) $image\"; }\n\n# record FILE LINE: appends a line that survives a power cut; fails if there is no space.\nrecord() { mkdir -p \"$programs\" && echo \"$2\" >>\"$programs/$1\" && sync -f \"$programs\"; }\n\n# point LINK TARGET: replaces a link in one step.\npoint() { ln -sfn \"$2\" \"$1.new\" && mv -fT \"$1.new\" \"$1\" && sync -f \"${1%/*}\"; }\n\nis_intact() {\n	(cd \"$1\" && grep -q '[ /]kiln-host$' SHA256SUMS && sha256sum --check --strict --status SHA256SUMS) 2>/dev/null\n}\n\n# extract IMAGE FOLDER: from the image, or, where there is no loop device, from /usr if this image is merged.\nextract() {\n	# shellcheck disable=SC2016 # for the inner shell, whose mount ends with it\n	unshare --mount sh -c 'mount -o loop,ro \"$0\" \"$1\" && cp -R \"$1/usr/lib/sysext-kiln/kiln-host/.\" \"$2\"' \\\n		\"$images/$1\" \"$work/image\" \"$2\" ||\n		{ [ \"$1\" = \"$(target \"$link\")\" ] && cp -R \"$root/usr/lib/sysext-kiln/kiln-host/.\" \"$2\"; }\n}\n\n# copy IMAGE: makes \"program\" a verified copy of the program in an image.\ncopy() {\n	for place in \"$programs\" \"$work/program\"; do\n		program=$place/$1\n		is_intact \"$program\" && return\n		rm -rf \"$program\" \"$place/new\"\n		mkdir -p \"$place/new\" \"$work/image\" && extract \"$1\" \"$place/new\" && rm -f \"$place/new/SHA256SUMS\" &&\n			(cd \"$place/new\" && find . -type f -exec sha256sum {} + >\"$work/sums\" && cp \"$work/sums\" SHA256SUMS) &&\n			sync -f \"$place\" && mv -T \"$place/new\" \"$program\" && sync -f \"$place\" && is_intact \"$program\" && return\n	done\n	return 1\n}\n\n# The images on disk that were not refused, newest first. VERSION-2 is newer than VERSION.\ncandidates() {\n	(cd \"$images\" && printf '%s\\n' kiln-host-*.raw) | grep -vxF -e \"$(lines refused)\" |\n		sed -e 's/-x86-64\\.raw$/ &/' -e 's/-arm64\\.raw$/ &/' | sort -rV -k 1,1 | tr -d ' '\n}\n\nuse_good() {\n	good=$(target \"$programs/good\") linked=$(target \"$link\")\n	# The linked image, even if it was refused, is better than none.\n	for image in $good $(candidates | grep -xF -e \"$linked\") $(candidates) $linked; do\n		copy \"$image\" && { [ \"$image\" = \"$good\" ] || point \"$programs/good\" \"$image\"; return 0; }\n	done\n	return 1\n}\n\n# Fails if there is no trial, or if it ran already, or can neither be run nor recorded.\nuse_trial() {\n	image=$(target \"$programs/trial\")\n	[ -n \"$image\" ] && [ \"$image\" != \"$tried\" ] && tried=$image && ! conclude && copy \"$image\" &&\n		record attempts \"started $image\"\n}\n\n# Ends the trial if its outcome is known, and fails if it is not.\nconclude() {\n	if [ \"$(attempts completed)\" -ge 2 ]; then\n		point \"$programs/good\" \"$image\" || return\n	elif [ \"$(($(attempts started) - $(attempts 'completed\\|stopped')))\" -ge 2 ]; then\n		echo \"<3>kiln-host: the program of $image did not complete two runs, so it is refused\"\n		record refused \"$image\"\n	else\n		lines refused | grep -qxF -e \"$image\" || return 1\n	fi\n	rm -f \"$programs/trial\" \"$programs/attempts\"\n}\n\n# Runs the program; fails if it did not complete.\nstart() {\n	rm -f \"$work/completed\"\n	limit=$(setting RUN_SECONDS '[1-9][0-9]*')\n	timeout -k 30 \"${limit:-7200}\" sh \"$program/kiln-host\" run\n	status=$?\n	[ -e \"$work/completed\" ] || return 1\n	any_completed=yes\n	! grep -q checked \"$work/completed\" || rm -f \"$programs/unchecked\"\n}\n\n# Fetches kiln-host with systemd-sysupdate alone, and makes the newest program the trial.\nfetch() {\n	echo \"<3>kiln-host: no program completes its runs or looks for updates, so the newest one is fetched without it\"\n	rm -f \"$programs/unchecked\"\n	proxy=$(setting PROXY '.*') records=$root/var/lib/systemd/sysupdate\n	[ -z \"$proxy\" ] || export http_proxy=\"$proxy\" https_proxy=\"$proxy\"\n	# systemd 262 needs a vacuum after a failed download, and its own update service would later remove the images from\n	# every folder that is recorded here.\n	# shellcheck disable=SC2016 # for the inner shell\n	timeout -k 30 1800 unshare --mount sh -c 'mkdir -p \"$0\"; mount -t tmpfs tmpfs \"$0\"; \"$@\" vacuum; \"$@\" update' \\\n		\"$records\" \"$root/usr/lib/systemd/systemd-sysupdate\" --definitions=\"$root/etc/sysupdate.kiln-host.d\"\n	image=$(candidates | head -n 1)\n	[ \"$image\" != \"$(target \"$programs/good\")\" ] && copy \"$image\" && point \"$programs/trial\" \"$image\" &&\n		point \"$link\" \"/opt/extensions/kiln-host/$image\"\n}\n\nmkdir -p \"$work\" \"$programs\" \"$images\"\nif [ \"$1\" = boot ]; then\n	# Before 255, systemd does not reload its units when extensions are merged.\n	version=$(systemctl --version | sed -n '1s/^systemd \\([0-9]*\\).*/\\1/p')\n	[ \"${version:-255}\" -ge 255 ] || systemctl daemon-reload\n	use_good && timeout -k 30 120 sh \"$program/kiln-host\" boot\n	exit 0\nfi\necho run >>\"$programs/unchecked\"\n# A trial that fails is followed by the good program, and a new trial by its first run.\nfor _ in 1 2 3 4; do\n	completed=yes\n	if use_trial; then\n		start && record attempts \"completed $image\" || completed=no\n		[ \"$(target \"$programs/trial\")\" != \"$image\" ] || conclude\n	else\n		use_good && start\n	fi\n	next=$(target \"$programs/trial\")\n	[ $completed = no ] || { [ -n \"$next\" ] && [ \"$next\" != \"$tried\" ]; } || break\ndone\n{ [ $any_completed = yes ] && [ \"$(lines unchecked | wc -l)\" -lt 200 ]; } || fetch\nexit \"$status\"\n";
const service = "# Releases of kiln-host tune these units with drop-ins in their image.\n[Unit]\nDescription=Updates of system extensions\nAfter=kiln-host-boot.service\nStartLimitIntervalSec=0\n\n[Service]\nType=oneshot\nExecStart=/etc/sysext-kiln/bootstrap run\nTimeoutStartSec=6h\n";
const timer = "[Unit]\nDescription=Regular updates of system extensions\n\n[Timer]\nOnActiveSec=30s\nOnUnitInactiveSec=10min\n\n[Install]\nWantedBy=timers.target\n";
const bootService = "[Unit]\nDescription=Repair of system extensions at boot\nDefaultDependencies=no\nRequiresMountsFor=/var/lib/sysext-kiln /opt/extensions\nAfter=systemd-sysext.service local-fs.target\nBefore=basic.target shutdown.target\nConflicts=shutdown.target\n\n[Service]\nType=oneshot\nExecStart=/etc/sysext-kiln/bootstrap boot\nTimeoutStartSec=5min\n\n[Install]\nWantedBy=basic.target\n";
/** The script that the units run: it starts kiln-host, and replaces it if it does not work. */
const bootstrap = {
	path: "/etc/sysext-kiln/bootstrap",
	mode: 493,
	content: bootstrapText
};
/** The units that run kiln-host regularly and at boot. */
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
	}
];
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
/**
* What a host needs to run published images and to follow their updates.
* @param extensions all of them, kiln-host included
*/
function hostConfigFor(extensions, { baseUrl, keyring, reboot, proxy }) {
	const signed = keyring !== void 0;
	return {
		files: [
			...extensions.flatMap(({ definition, image, series }) => {
				const { name } = definition;
				const url = `${baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`;
				const { path, text } = componentFile(name);
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
						content: transferFile(definition, {
							baseUrl,
							series,
							signed
						})
					},
					{
						path,
						mode: 420,
						content: text
					}
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
function settings({ reboot, signed, proxy }) {
	return [
		"# Settings of kiln-host; docs/hosts.md of sysext-kiln lists all of them.",
		`MODE=${reboot ? "reboot" : "live"}`,
		`UNSIGNED=${signed ? "refused" : "allowed"}`,
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
				...file.mode !== defaultMode && { mode: mode(file.mode) },
				contents: isContained(file.content) ? contents(file.content) : remote(file.content)
			})),
			links: links.map(({ path, target }) => ({
				path,
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
* The configuration with which hosts install the images of one version and follow updates, as assets of its
* release: what `kiln host-config` prints, for each architecture and both ways of updating, and each file
* that belongs to the extension. A version that hosts never get automatically has none. No name ends in
* `.raw`, so no `MatchPattern=` on a host mistakes one for an image.
* @param kilnHost the version of kiln-host that the hosts start with; the same one in its own release
*/
function hostAssets(version, kilnHost, options) {
	const { definition } = version;
	const upstream = version.images[0]?.version.upstream;
	if (upstream === void 0 || !isTracked(upstream, definition.versions)) return [];
	const assets = version.images.flatMap((image) => {
		const own = {
			definition,
			image,
			series: seriesOf(upstream, definition.versions)
		};
		const host = kilnHost.images.find(({ architecture }) => architecture === image.architecture);
		if (host === void 0) return [];
		const others = definition.name === "kiln-host" ? [] : [{
			definition: kilnHost.definition,
			image: host,
			series: void 0
		}];
		return [false, true].flatMap((reboot) => {
			const config = hostConfigFor([own, ...others], {
				...options,
				reboot
			});
			const stem = `${image.name.replace(/\.raw$/, "")}${reboot ? ".reboot" : ""}`;
			return [
				{
					name: `${stem}.bu`,
					text: formatButane(config)
				},
				{
					name: `${stem}.ign`,
					text: formatIgnition(config)
				},
				...filesOf(own, {
					...options,
					reboot
				})
			];
		});
	});
	return [...new Map(assets.map((asset) => [asset.name, asset])).values()];
}
/** The files on hosts that belong to an extension; those that every host has belong to kiln-host. */
function filesOf(extension, options) {
	const { definition, series } = extension;
	const shared = definition.name === "kiln-host" ? [] : hostFiles(hostConfigFor([], options)).files.map(({ path }) => path);
	return hostFiles(hostConfigFor([extension], options)).files.filter(({ path }) => basename(path) !== "import-pubring.gpg" && !shared.includes(path)).map(({ path, content }) => ({
		name: flatName(path, definition.name, series, options.reboot),
		text: content.toString()
	}));
}
/**
* A name for a file of a host that is unique without its folder: its own name, except for the transfer, which
* is named after its folder (`etcd-3.5.sysupdate.conf` for the one in `/etc/sysupdate.etcd.d`), and for the
* settings, which differ for updates at the next reboot.
*/
function flatName(path, name, series, reboot) {
	if (dirname(path) === `/etc/sysupdate.${name}.d`) return `${series === void 0 ? name : `${name}-${series}`}.sysupdate.conf`;
	return basename(path) === "host.conf" && reboot ? "host.reboot.conf" : basename(path);
}
export { hostAssets };
