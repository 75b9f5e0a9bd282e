import { a as assetPath, c as matchPattern, d as releaseTag, i as seriesOf, r as isTracked, t as keyringName } from "./keyring.js";
import { t as require_dist } from "./dist.js";
import "node:fs";
import { basename, dirname } from "node:path";
// packages/host-config/src/files.ts
const ownUnits = "/etc/systemd/system";
const systemUnits = "/usr/lib/systemd/system";
/** The files and links of a configuration, its units and what enables them, but no files to be fetched. */
function hostFiles({ files, links, units }) {
	return {
		files: [...files.flatMap(({ path, mode, content }) => {
			const bytes = typeof content === "string" ? Buffer.from(content) : dataOf(content.url);
			return bytes === void 0 ? [] : [{
				path,
				mode,
				content: bytes
			}];
		}), ...units.flatMap(unitFiles)],
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
/** The bytes in a `data:` URL; undefined for other URLs. */
function dataOf(url) {
	const [, base64] = /^data:[^,]*;base64,(.*)$/.exec(url) ?? [];
	return base64 === void 0 ? void 0 : Buffer.from(base64, "base64");
}
// packages/host-config/src/transfer.ts
/**
* A transfer for systemd-sysupdate (sysupdate.d(5)), for `/etc/sysupdate.NAME.d/`. `CurrentSymlink=` must be
* absolute, and the name of the file must end in `.conf`: systemd reads `.transfer` only since 257.
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
InstancesMax=3
CurrentSymlink=${extensionLink(name)}
`;
}
/** Where systemd-sysupdate finds the transfer. */
function transferFolder(name) {
	return `/etc/sysupdate.${name}.d`;
}
/**
* A file beside that folder, for systemd 262, whose own update service updates every component: it would move
* the link and restart nothing. A disabled component can still be updated with `--definitions=`
* (sysupdate.components(5); 257 ignores the file).
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
// packages/host-config/src/scripts.ts
const sysupdate = "#!/bin/sh\n# sysupdate FOLDER COMMAND: runs systemd-sysupdate with the transfers of a folder.\n#\n# systemd 262 records the folders that it has installed into, and its own update service (--cleanup=yes)\n# removes every file there that belongs to none of its own transfers: all images, including the one in use. So\n# this call gets a record of its own that is dropped afterwards. 257 keeps no record, and its update service\n# may not create namespaces.\nsysupdate() {\n	set -- /usr/lib/systemd/systemd-sysupdate --definitions=\"$1\" \"$2\"\n	if unshare --mount true 2>/dev/null; then\n		records=/var/lib/systemd/sysupdate\n		mkdir -p \"$records\"\n		# shellcheck disable=SC2016 # for the inner shell to expand\n		set -- unshare --mount sh -euc 'mount -t tmpfs tmpfs \"$0\" && exec \"$@\"' \"$records\" \"$@\"\n	fi\n	\"$@\"\n}\n";
const update = "#!/bin/sh\n# Updates a system extension while its service runs: fetches the newest image, waits for permission to\n# restart, switches to the image, restarts the service, and watches its health. If it is unhealthy, the\n# previous image is restored, and that version is not tried again. Can be killed at any point: the next run\n# finishes the work. Made by sysext-kiln.\n# Exit status: 0 updated or nothing to do, 1 failed, 75 postponed until the next run.\nset -eu\n\n# values\nname=hello\nservice=hello.service\nhealth_check=true\nhealthy_seconds=60\nsteady_seconds=10\nrestart_lock=''\nlink=/etc/extensions/hello.raw\nimages=/opt/extensions/hello\ntransfer=/etc/sysupdate.hello.d/hello.conf\n# end of values\n\n# Three files record the progress for the next run. \"fetched\" is a link that systemd-sysupdate makes at the\n# moment when it has fetched an image; it is removed when that image is in use or refused. \"before\" exists\n# while the link in use is being moved, until the service has been judged. \"refused\" lists the images that\n# were unhealthy.\nstate=/var/lib/sysext-kiln\nfetched=$state/$name.fetched\nbefore=$state/$name.before\nrefused=$state/$name.refused\ndefinitions=/run/sysext-kiln/$name.sysupdate.d\n# Second name of the image in use while others may remove it: an operator may have gone back to what is now\n# the oldest.\nspare=$images/.in-use\n\n# shellcheck source=sysupdate.sh\n. \"${0%/*}/sysupdate.sh\"\n\n# In a shell of its own, so that nothing in the health check can end this script.\ncheck() {\n	systemctl is-active --quiet \"$service\" && timeout 10 sh -c \"$health_check\"\n}\n\n# The service must become healthy in time, and then stay healthy for a while: it may start, and fail\n# afterwards.\nstays_healthy() {\n	end=$(($(date +%s) + healthy_seconds)) healthy=0 restarts=\n	while [ \"$(date +%s)\" -lt \"$end\" ]; do\n		sleep 1\n		now=$(systemctl show --property=NRestarts --value \"$service\")\n		if [ \"$now\" = \"$restarts\" ] && check; then healthy=$((healthy + 1)); else healthy=0; fi\n		restarts=$now\n		[ \"$healthy\" -lt \"$steady_seconds\" ] || return 0\n	done\n	return 1\n}\n\n# lock acquire, lock release: the restart lock, if hosts may restart the service only one after the other.\n# Acquiring it grants the time that a trial and the restoration may take; so does acquiring it again.\nlock() {\n	[ -n \"$restart_lock\" ] || return 0\n	LOCK_SECONDS=$((2 * healthy_seconds + 60)) timeout 60 sh -euc \"$restart_lock\" restart-lock \"$1\"\n}\n\nrestore_spare() {\n	[ ! -e \"$spare\" ] || [ -e \"$link\" ] || ln \"$spare\" \"$(readlink -m \"$link\")\"\n	rm -f \"$spare\"\n}\n\nfetch() {\n	# Nobody may merge an image that waits: systemd-sysupdate moves another link than the one in use.\n	mkdir -p \"$definitions\"\n	sed \"s|^CurrentSymlink=.*|CurrentSymlink=$fetched|\" \"$transfer\" >\"$definitions/$name.conf\"\n	waiting=$(readlink -e \"$fetched\") || waiting=\n	[ ! -e \"$link\" ] || ln -f \"$(readlink -e \"$link\")\" \"$spare\"\n	fetch_status=0\n	# After a failed download systemd 262 refuses every other until a vacuum.\n	{ sysupdate \"$definitions\" vacuum && sysupdate \"$definitions\" update; } || fetch_status=$?\n	restore_spare\n	# Only so many images are kept: one that a newer one has replaced must not displace the one in use.\n	if [ -n \"$waiting\" ] && [ \"$(readlink -e \"$fetched\")\" != \"$waiting\" ]; then rm -f \"$waiting\"; fi\n	return \"$fetch_status\"\n}\n\nswitch_to() {\n	ln -sfn \"$1\" \"$link.new\"\n	mv -T \"$link.new\" \"$link\"\n}\n\n# Before anything was restarted: restores the previous state, and the fetched image waits.\nundo() {\n	switch_to \"$old\"\n	systemd-sysext refresh || true\n	rm -f \"$before\"\n}\n\nsettle() {\n	rm -f \"$fetched\" \"$before\"\n}\n\nis_refused() {\n	[ -e \"$refused\" ] && grep -qxF \"${new##*/}\" \"$refused\"\n}\n\n# An unhealthy service may be restarted at any time.\nmay_restart() {\n	! check || lock acquire\n}\n\npostpone() {\n	echo \"<4>$name: update to ${new##*/} postponed: $service may not be restarted now (see above); the next run tries again\"\n	exit 75\n}\n\n# --no-block: a service that never becomes ready must not keep the script from restoring the previous image.\nrestart_and_judge() {\n	if systemctl restart --no-block \"$service\" && stays_healthy; then\n		settle\n		lock release || true\n		echo \"$name: ${new##*/} is healthy\"\n		exit 0\n	fi\n	echo \"<3>$name: $service is unhealthy with ${new##*/}: restoring ${old##*/}, and not trying that version again\"\n	echo \"${new##*/}\" >>\"$refused\"\n	go_back\n}\n\ngo_back() {\n	switch_to \"$old\"\n	systemd-sysext refresh || true\n	systemctl restart --no-block \"$service\" || true\n	if stays_healthy; then\n		lock release || true\n		echo \"$name: ${old##*/} is healthy\"\n	else\n		echo \"<2>$name: $service is unhealthy with ${old##*/} as well\"\n	fi\n	# The refused image must not take the place of the working one among the images that are kept.\n	rm -f \"$new\"\n	settle\n	exit 1\n}\n\nmkdir -p \"$state\"\nrestore_spare\nif [ -e \"$before\" ]; then interrupted=yes; else interrupted=; fi\nfetch_status=0\n[ -n \"$interrupted\" ] || fetch || fetch_status=$?\nif [ ! -e \"$fetched\" ]; then\n	rm -f \"$fetched\" \"$before\"\n	exit \"$fetch_status\"\nfi\nnew=$(readlink -e \"$fetched\")\n# Empty if this is the host's first image.\nold=$(cat \"$before\" 2>/dev/null || readlink -e \"$link\") || old=\n\nif [ -n \"$interrupted\" ]; then\n	if [ \"$(systemctl show --property=ActiveState --value \"$service\")\" = inactive ]; then\n		# The link may not have been moved yet, and systemd-sysupdate fetches no image twice.\n		if is_refused; then\n			switch_to \"$old\"\n			rm -f \"$new\"\n		else\n			switch_to \"$new\"\n		fi\n		systemd-sysext refresh\n		settle\n		exit 0\n	fi\n	if is_refused; then\n		may_restart || postpone\n		go_back\n	fi\n	if [ \"$(readlink -e \"$link\")\" = \"$new\" ]; then\n		systemd-sysext refresh\n		may_restart || postpone\n		restart_and_judge\n	fi\n	undo\nfi\n\nif [ \"$new\" = \"$old\" ]; then\n	settle\n	exit 0\nfi\nif is_refused; then\n	rm -f \"$new\"\n	settle\n	exit 0\nfi\nif [ -z \"$old\" ] || [ \"$(systemctl show --property=MainPID --value \"$service\")\" = 0 ]; then\n	# The service does not run, so the update disturbs nothing: it is not set up yet, or was stopped.\n	switch_to \"$new\"\n	systemd-sysext refresh\n	settle\n	exit 0\nfi\n\nlock acquire || postpone\necho \"$old\" >\"$before.new\"\nmv \"$before.new\" \"$before\"\nswitch_to \"$new\"\nif ! systemd-sysext refresh; then\n	undo\n	lock release || true\n	echo \"<3>$name: ${new##*/} cannot be merged (see above): keeping ${old##*/}; the next run tries again\"\n	exit 1\nfi\n# Again, immediately before the restart: the lock must still be this host's, and for the whole time.\nif ! lock acquire; then\n	undo\n	postpone\nfi\necho \"$name: updating from ${old##*/} to ${new##*/}\"\nrestart_and_judge\n";
const fetch = "#!/bin/sh\n# Fetches the next version of a system extension, for the next reboot. Made by sysext-kiln.\nset -eu\n\n# values\nlink=/etc/extensions/hello.raw\ntransfers=/etc/sysupdate.hello.d\n# end of values\n\n# shellcheck source=sysupdate.sh\n. \"${0%/*}/sysupdate.sh\"\n\nhas_transfers() {\n	for file in /etc/sysupdate.d/*.* /run/sysupdate.d/*.* /usr/local/lib/sysupdate.d/*.* /usr/lib/sysupdate.d/*.*; do\n		[ ! -e \"$file\" ] || return 0\n	done\n	return 1\n}\n\n# systemd's own update, which runs next, fails on 257 if the OS has no transfer: give it one without effect.\nif ! has_transfers; then\n	mkdir -p /run/sysupdate.d\n	cat >/run/sysupdate.d/nothing.conf <<'NOTHING'\n[Source]\nType=regular-file\nPath=/nothing\nMatchPattern=nothing-@v\n\n[Target]\nType=regular-file\nPath=/nothing\nMatchPattern=nothing-@v\nNOTHING\nfi\nbefore=$(readlink -f \"$link\" || true)\n# After a failed download systemd 262 refuses every other until a vacuum.\nsysupdate \"$transfers\" vacuum\nsysupdate \"$transfers\" update\n[ \"$(readlink -f \"$link\")\" = \"$before\" ] || touch /run/reboot-required\n";
/** The path on a host of the script that updates an extension while it runs. */
function updateScriptPath(name) {
	return `/etc/sysext-kiln/${name}-update`;
}
/** The path on a host of the script that fetches the next image of an extension, for the next reboot. */
function fetchScriptPath(name) {
	return `/etc/sysext-kiln/${name}-fetch`;
}
/** The script `scripts/update.sh` for an extension. */
function updateScript({ name, hosts }) {
	const hooks = `/usr/lib/sysext-kiln/${name}`;
	return render(update, {
		name,
		service: hosts.service ?? `${name}.service`,
		health_check: `[ ! -e ${hooks}/health ] || sh ${hooks}/health`,
		healthy_seconds: hosts.healthySeconds,
		steady_seconds: hosts.steadySeconds,
		restart_lock: `[ ! -e ${hooks}/restart-lock ] || sh ${hooks}/restart-lock "$1"`,
		link: extensionLink(name),
		images: imageFolder(name),
		transfer: `${transferFolder(name)}/${name}.conf`
	});
}
/** The script `scripts/fetch.sh` for an extension. */
function fetchScript({ name }) {
	return render(fetch, {
		link: extensionLink(name),
		transfers: transferFolder(name)
	});
}
/**
* Makes a script for a host from one of the files: with these values instead of the example's, and with the
* contents of `sysupdate.sh` instead of the line that reads it.
*/
function render(script, values) {
	const assignments = Object.entries(values).map(([name, value]) => `${name}=${quote(String(value))}\n`);
	const included = sysupdate.replace("#!/bin/sh\n", "");
	return script.replace(/^# values\n[^]*^# end of values\n/m, () => assignments.join("")).replace(/^# shellcheck source=.*\n\. .*\n/m, () => included);
}
/** A text as one word of the shell (POSIX, "Quoting"). */
function quote(text) {
	return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
// packages/host-config/src/update-units.ts
/** The target that starts the timers. */
const wantedBy = "timers.target";
/** The unit and the timer of a live update: `NAME-update.service` and `NAME-update.timer`. */
function updateUnits({ name, hosts }) {
	const service = `[Unit]
Description=Update of the extension ${name}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
TimeoutStartSec=${3600 + hosts.healthySeconds}
ExecStart=${updateScriptPath(name)}
# A postponed update is not a failure: the next run tries again.
SuccessExitStatus=TEMPFAIL
`;
	const timer = `[Unit]
Description=Regular updates of the extension ${name}

[Timer]
OnCalendar=00/6:00
RandomizedDelaySec=2h
Persistent=true

[Install]
WantedBy=${wantedBy}
`;
	return [{
		name: `${name}-update.service`,
		content: service
	}, {
		name: `${name}-update.timer`,
		wantedBy,
		content: timer
	}];
}
/**
* The units by which systemd's own update service updates an extension: a drop-in that fetches it and asks
* for a reboot. An extension that cannot be fetched does not affect the others. The stock service does not
* run in containers.
*/
function rebootUnits({ name }) {
	const content = `[Service]
ExecStartPre=-${fetchScriptPath(name)}
`;
	return [
		{
			name: "systemd-sysupdate.service",
			dropIns: [{
				name: `${name}.conf`,
				content
			}]
		},
		{
			name: "systemd-sysupdate.timer",
			wantedBy
		},
		{
			name: "systemd-sysupdate-update.timer",
			wantedBy
		}
	];
}
// packages/host-config/src/for-image.ts
/**
* The keys by which systemd-sysupdate verifies manifests: a binary keyring, whose name ends in `.gpg`
* (systemd 257 does not read `.pgp`).
*/
const keyringPath = "/etc/systemd/import-pubring.gpg";
/** What a host needs to run a published image and to follow its updates. */
function hostConfigFor(definition, image, { baseUrl, series, keyring, reboot }) {
	const { name } = definition;
	const imagePath = `${imageFolder(name)}/${image.name}`;
	const url = `${baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`;
	const component = componentFile(name);
	return {
		directories: [imageFolder(name), "/etc/extensions"].map((path) => ({
			path,
			mode: 493
		})),
		files: [
			{
				path: imagePath,
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
					signed: keyring !== void 0
				})
			},
			{
				path: component.path,
				mode: 420,
				content: component.text
			},
			...keyring === void 0 ? [] : [{
				path: keyringPath,
				mode: 420,
				content: dataUrl$1(keyring)
			}],
			reboot ? {
				path: fetchScriptPath(name),
				mode: 493,
				content: fetchScript(definition)
			} : {
				path: updateScriptPath(name),
				mode: 493,
				content: updateScript(definition)
			}
		],
		links: [{
			path: extensionLink(name),
			target: imagePath
		}],
		units: reboot ? rebootUnits(definition) : updateUnits(definition)
	};
}
/** Bytes as a URL that Ignition reads (RFC 2397). */
function dataUrl$1(bytes) {
	return { url: `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}` };
}
// packages/host-config/src/render.ts
var import_dist = require_dist();
/** Renders a host's configuration as Butane for the variant `flatcar`, to be merged into a user's own. */
function formatButane(config) {
	const { storage, systemd } = documentOf(config, {
		inline: (text) => ({ inline: text }),
		mode: octal
	});
	return (0, import_dist.stringify)({
		variant: "flatcar",
		version: "1.1.0",
		storage,
		systemd
	}, { lineWidth: 0 });
}
/** Renders a host's configuration as Ignition (specification 3.3.0), as Butane would translate it. */
function formatIgnition(config) {
	const { storage, systemd } = documentOf(config, {
		inline: dataUrl,
		mode: (mode) => mode
	});
	return `${JSON.stringify({
		ignition: { version: "3.3.0" },
		storage,
		systemd
	}, null, 2)}\n`;
}
/** The parts that both formats have. */
function documentOf({ directories, files, links, units }, { inline, mode }) {
	return {
		storage: {
			directories: directories.map((directory) => ({
				path: directory.path,
				mode: mode(directory.mode)
			})),
			files: files.map(({ path, content, ...file }) => ({
				path,
				mode: mode(file.mode),
				contents: typeof content === "string" ? inline(content) : remote(content)
			})),
			links: links.map(({ path, target }) => ({
				path,
				target,
				hard: false
			}))
		},
		systemd: { units: units.map(unitOf) }
	};
}
function remote({ url, sha256 }) {
	return {
		source: url,
		...sha256 !== void 0 && { verification: { hash: `sha256-${sha256}` } }
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
/** A text as a URL that Ignition reads (RFC 2397). */
function dataUrl(text) {
	return { source: `data:,${encodeURIComponent(text)}` };
}
// packages/publisher/src/host-assets.ts
/**
* The configuration with which hosts install the images of one version and follow updates, as assets of its
* release: what `kiln host-config` prints, for each architecture and both ways of updating, and each file in
* it. A version that hosts never get automatically has none. No name ends in `.raw`, so no `MatchPattern=` on
* a host mistakes one for an image.
*/
function hostAssets(definition, images, options) {
	const version = images[0]?.version.upstream;
	if (version === void 0 || !isTracked(version, definition.versions)) return [];
	const series = seriesOf(version, definition.versions);
	const assets = images.flatMap((image) => [false, true].flatMap((reboot) => {
		const config = hostConfigFor(definition, image, {
			...options,
			series,
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
			...filesOf(config, definition, series)
		];
	}));
	return [...new Map(assets.map((asset) => [asset.name, asset])).values()];
}
function filesOf(config, { name }, series) {
	return hostFiles(config).files.filter(({ path }) => basename(path) !== keyringName).map(({ path, content }) => ({
		name: flatName(path, name, series),
		text: content.toString()
	}));
}
/**
* A name for a file of a host that is unique without its folder: its own name, except for `NAME.conf`, which
* exists in several folders and is named after them (`etcd-3.5.sysupdate.conf` for the one in
* `/etc/sysupdate.etcd.d`).
*/
function flatName(path, name, series) {
	if (basename(path) !== `${name}.conf`) return basename(path);
	const folder = basename(dirname(path)).replace(/\.d$/, "");
	if (folder !== `sysupdate.${name}`) return `${name}.${folder}.conf`;
	return `${series === void 0 ? name : `${name}-${series}`}.sysupdate.conf`;
}
export { hostAssets };
