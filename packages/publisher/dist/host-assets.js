import { a as assetPath, i as seriesOf, r as isTracked, s as matchPattern, t as keyringName, u as releaseTag } from "./keyring.js";
import { t as require_dist } from "./dist.js";
import { basename, dirname } from "node:path";
// packages/host-config/src/sysupdate-function.ts
/**
* A shell function of the scripts for hosts that runs systemd-sysupdate with the transfers of a folder: `sysupdate`.
*
* systemd 262 keeps a record of the folders that it installed into, and its own update service (`--cleanup=yes`) removes
* every file in them that is none of its own transfers': all images, the one in use too (measured). So it gets a record
* that ends with the call. 257 has none, and forbids the namespace to what its update service runs.
*/
function sysupdateFunction(definitions) {
	return `sysupdate() {
	set -- /usr/lib/systemd/systemd-sysupdate --definitions=${definitions} "$@"
	if unshare --mount true 2>/dev/null; then
		records=/var/lib/systemd/sysupdate
		mkdir -p "$records"
		set -- unshare --mount sh -euc 'mount -t tmpfs tmpfs "$0" && exec "$@"' "$records" "$@"
	fi
	"$@"
}
`;
}
// packages/host-config/src/transfer.ts
/**
* A transfer for systemd-sysupdate (sysupdate.d(5)), for `/etc/sysupdate.NAME.d/`. `CurrentSymlink=` must be absolute, and
* the file must end in `.conf`: `.transfer` is not read before systemd 257.
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
/** Where systemd-sysupdate looks for the transfer. */
function transferFolder(name) {
	return `/etc/sysupdate.${name}.d`;
}
/**
* A file beside that folder, for systemd 262, whose own update service takes every component along: it would move the link
* and restart nothing. What is disabled is still there for `--definitions=` (sysupdate.components(5); 257 ignores it).
*/
function componentFile(name) {
	return {
		path: `/etc/sysupdate.${name}.component`,
		text: "[Component]\nEnabled=no\n"
	};
}
/** Where a host keeps the images of an extension. */
function imageFolder(name) {
	return `/opt/extensions/${name}`;
}
/** The link by which systemd-sysext finds the image; its name decides which extension-release file is read. */
function extensionLink(name) {
	return `/etc/extensions/${name}.raw`;
}
// packages/host-config/src/fetch-script.ts
/** Where a host has the script that fetches the next image of an extension. */
function fetchScriptPath(name) {
	return `/etc/sysext-kiln/${name}-fetch`;
}
/**
* Fetches the next image for a reboot, as a script for the host. It runs before systemd's own update, which on systemd 257
* fails where the OS has no transfer of its own; so there it gets one that finds nothing.
*/
function fetchScript({ name }) {
	return `#!/bin/sh
# Fetches the next version of the extension ${name}, for the next reboot. Made by sysext-kiln.
set -eu
link=${extensionLink(name)}

${sysupdateFunction(transferFolder(name))}

has_transfers() {
	for file in /etc/sysupdate.d/*.* /run/sysupdate.d/*.* /usr/local/lib/sysupdate.d/*.* /usr/lib/sysupdate.d/*.*; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

if ! has_transfers; then
	mkdir -p /run/sysupdate.d
	cat >/run/sysupdate.d/nothing.conf <<'END'
[Source]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v

[Target]
Type=regular-file
Path=/nothing
MatchPattern=nothing-@v
END
fi
before=$(readlink -f "$link" || true)
# After a download that failed, systemd 262 refuses every other before this.
sysupdate vacuum
sysupdate update
[ "$(readlink -f "$link")" = "$before" ] || touch /run/reboot-required
`;
}
// packages/host-config/src/update-script/fetching.ts
/** Shell functions of the update script that have systemd-sysupdate bring the newest image: `fetch`, `restore`. */
function fetching(name) {
	const folder = imageFolder(name);
	const definitions = `/run/sysext-kiln/${name}.sysupdate.d`;
	return `# Somebody may have gone back by hand to what is now the oldest image: it gets a second name while others may remove it.
spare=${folder}/.in-use

restore() {
	[ ! -e "$spare" ] || [ -e "$link" ] || ln "$spare" "$(readlink -m "$link")"
	rm -f "$spare"
}

fetch() {
	# An image that waits must not be merged by anybody: what systemd-sysupdate moves is not the link in use.
	mkdir -p ${definitions}
	sed "s|^CurrentSymlink=.*|CurrentSymlink=$fetched|" ${transferFolder(name)}/${name}.conf >${definitions}/${name}.conf
	waiting=$(readlink -e "$fetched") || waiting=
	[ ! -e "$link" ] || ln -f "$(readlink -e "$link")" "$spare"
	fetch_status=0
	# After a download that failed, systemd 262 refuses every other until a vacuum.
	{ sysupdate vacuum && sysupdate update; } || fetch_status=$?
	restore
	# What a newer one has overtaken goes, so that it does not take the place of the one in use among those that are kept.
	if [ -n "$waiting" ] && [ "$(readlink -e "$fetched")" != "$waiting" ]; then rm -f "$waiting"; fi
	return "$fetch_status"
}

${sysupdateFunction(definitions)}`;
}
// packages/host-config/src/update-script/restart-lock.ts
/**
* A shell function of the update script, `lock acquire` and `lock release`. Whoever acquires it keeps it for as long as a
* trial and the way back may take, and whoever has it already has it for that long again.
*/
function restartLock({ restartLock: program, healthySeconds }) {
	if (program === void 0) return `# Hosts of this extension need not restart one after the other.
lock() { :; }
`;
	return `lock() {
	LOCK_SECONDS=${2 * healthySeconds + 60} timeout 60 sh -euc "$lock_program" restart-lock "$1"
}

lock_program=$(
	cat <<'END'
${program.trimEnd()}
END
)
`;
}
// packages/host-config/src/update-script/service-health.ts
/** Shell functions of the update script that tell whether the service is well: `check`, `stays_healthy`. */
function serviceHealth({ healthCheck, healthySeconds, steadySeconds }) {
	return `check() {
	systemctl is-active --quiet "$service" && timeout 10 sh <<'END'
${healthCheck ?? "true"}
END
}

# The service must become well in its time, and then stay well for a while: it may start, and then fail.
stays_healthy() {
	end=$(($(date +%s) + ${healthySeconds})) well=0 restarts=
	while [ "$(date +%s)" -lt "$end" ]; do
		sleep 1
		now=$(systemctl show --property=NRestarts --value "$service")
		if [ "$now" = "$restarts" ] && check; then well=$((well + 1)); else well=0; fi
		restarts=$now
		[ "$well" -lt ${steadySeconds} ] || return 0
	done
	return 1
}
`;
}
// packages/host-config/src/update-script/switching.ts
/**
* Shell functions of the update script that change what is in use: `switch_to`, `undo` and `settle`, and three that end
* the script, `put_off`, `restart_and_judge` and `go_back`.
*/
function switching(name) {
	return `switch_to() {
	ln -sfn "$1" "$link.new"
	mv -T "$link.new" "$link"
}

# Before anything was restarted: everything as it was, and the fetched image waits.
undo() {
	switch_to "$old"
	systemd-sysext refresh || true
	rm -f "$before"
}

settle() {
	rm -f "$fetched" "$before"
}

# Of a service that is not well nothing is left to disturb.
may_restart() {
	! check || lock acquire
}

put_off() {
	echo "<4>${name}: \${new##*/} waits: $service may not be restarted now (said above); the next run tries again"
	exit 75
}

# Without waiting: a service that never gets ready must not keep the script from going back.
restart_and_judge() {
	if systemctl restart --no-block "$service" && stays_healthy; then
		settle
		lock release || true
		echo "${name}: \${new##*/} is well"
		exit 0
	fi
	echo "<3>${name}: $service is not well with \${new##*/}: going back to \${old##*/}, and not trying that version again"
	echo "\${new##*/}" >>"$refused"
	go_back
}

go_back() {
	switch_to "$old"
	systemd-sysext refresh || true
	systemctl restart --no-block "$service" || true
	if stays_healthy; then
		lock release || true
		echo "${name}: \${old##*/} is well"
	else
		echo "<2>${name}: $service is not well with \${old##*/} either"
	fi
	# Its image goes, so that it does not take the place of the one that works among those that are kept.
	rm -f "$new"
	settle
	exit 1
}
`;
}
// packages/host-config/src/update-script/update-script.ts
/** Where a host has the script that updates an extension. */
function updateScriptPath(name) {
	return `/etc/sysext-kiln/${name}-update`;
}
/**
* What a careful operator does for an update, as a script for the host: fetch, wait for its turn, switch, restart, look
* whether the service is well, and otherwise go back to the image before and leave that version alone. It is generated
* whole from the definition, and can be killed anywhere: the next run finishes its work.
*
* Three files tell that run how far this one came. `NAME.fetched` is a link that systemd-sysupdate itself makes in the moment that it has
* fetched an image; it goes when that image is in use, or refused. `NAME.before` is there while the link in use is being
* moved and until the service has been judged. `NAME.refused` has what was not well.
*/
function updateScript({ name, hosts }) {
	return `#!/bin/sh
# Updates the extension ${name} while it runs. Made by sysext-kiln.
# Exit status: 0 nothing to do or done, 1 failed, 75 the next run tries again.
set -eu
service=${hosts.service}
link=${extensionLink(name)}
state=/var/lib/sysext-kiln
fetched=$state/${name}.fetched
before=$state/${name}.before
refused=$state/${name}.refused

${serviceHealth(hosts)}
${restartLock(hosts)}
${fetching(name)}
${switching(name)}
mkdir -p "$state"
restore
if [ -e "$before" ]; then cut_off=yes; else cut_off=; fi
fetch_status=0
[ -n "$cut_off" ] || fetch || fetch_status=$?
if [ ! -e "$fetched" ]; then
	rm -f "$fetched" "$before"
	exit "$fetch_status"
fi
new=$(readlink -e "$fetched")
# Nothing, where the host gets its first image from here.
old=$(cat "$before" 2>/dev/null || readlink -e "$link") || old=
is_refused() { [ -e "$refused" ] && grep -qxF "\${new##*/}" "$refused"; }

if [ -n "$cut_off" ]; then
	if [ "$(systemctl show --property=ActiveState --value "$service")" = inactive ]; then
		# It may have been cut off before the link moved, and systemd-sysupdate brings no image twice.
		if is_refused; then
			switch_to "$old"
			rm -f "$new"
		else
			switch_to "$new"
		fi
		systemd-sysext refresh
		settle
		exit 0
	fi
	if is_refused; then
		may_restart || put_off
		go_back
	fi
	if [ "$(readlink -e "$link")" = "$new" ]; then
		systemd-sysext refresh
		may_restart || put_off
		restart_and_judge
	fi
	undo
fi

if [ "$new" = "$old" ]; then
	settle
	exit 0
fi
if is_refused; then
	rm -f "$new"
	settle
	exit 0
fi
if [ -z "$old" ] || [ "$(systemctl show --property=MainPID --value "$service")" = 0 ]; then
	# Nothing runs that an update could disturb: the service may not be set up yet, or an operator has stopped it.
	switch_to "$new"
	systemd-sysext refresh
	settle
	exit 0
fi

lock acquire || put_off
echo "$old" >"$before.new"
mv "$before.new" "$before"
switch_to "$new"
if ! systemd-sysext refresh; then
	undo
	lock release || true
	echo "<3>${name}: \${new##*/} cannot be merged (said above): staying with \${old##*/}; the next run tries again"
	exit 1
fi
# Once more, right before what it is for: the lock must still be this host's, and for its whole time.
if ! lock acquire; then
	undo
	put_off
fi
echo "${name}: updating from \${old##*/} to \${new##*/}"
restart_and_judge
`;
}
// packages/host-config/src/update-units.ts
/** What starts the timers. */
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
# What the script put off is no failure: the next run tries again.
SuccessExitStatus=TEMPFAIL
`;
	const timer = `[Unit]
Description=Update of the extension ${name}, from time to time

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
* What lets systemd's own update service take care of an extension: a drop-in that fetches it and asks for a reboot. An
* extension that can't be fetched does not keep the others from it. The stock service does not run in a container.
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
// packages/host-config/src/assemble.ts
/** Where systemd-sysupdate looks for the keys that a manifest may be signed with: binary, and `.gpg` (257 reads no `.pgp`). */
const keyringPath = "/etc/systemd/import-pubring.gpg";
/** Everything that a host needs to start with an image of an extension, and to follow its updates. */
function hostConfig(options) {
	const { definition, baseUrl, series, image, keyring, mode } = options;
	const { name } = definition;
	const imagePath = `${imageFolder(name)}/${image.name}`;
	const component = componentFile(name);
	const live = mode === "live";
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
					url: image.url,
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
				content: binary(keyring)
			}],
			live ? {
				path: updateScriptPath(name),
				mode: 493,
				content: updateScript(definition)
			} : {
				path: fetchScriptPath(name),
				mode: 493,
				content: fetchScript(definition)
			}
		],
		links: [{
			path: extensionLink(name),
			target: imagePath
		}],
		units: live ? updateUnits(definition) : rebootUnits(definition)
	};
}
/** Bytes as a URL that Ignition reads (RFC 2397). */
function binary(base64) {
	return { url: `data:application/octet-stream;base64,${base64}` };
}
// packages/host-config/src/document.ts
/** The parts that Butane and Ignition have in common. */
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
// packages/host-config/src/butane.ts
var import_dist = require_dist();
/** Renders a host's configuration as Butane of the variant `flatcar`, to be merged into one's own. */
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
/** A mode as people read it. */
function octal(mode) {
	const scalar = new import_dist.Scalar(mode);
	scalar.format = "OCT";
	return scalar;
}
// packages/host-config/src/files.ts
const ownUnits = "/etc/systemd/system";
const systemUnits = "/usr/lib/systemd/system";
/** The files and links of a configuration, units and what enables them included; what the host fetches is left out. */
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
		links: [...links, ...units.flatMap(enabling)]
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
function enabling({ name, wantedBy, content }) {
	if (wantedBy === void 0) return [];
	const target = `${content === void 0 ? systemUnits : ownUnits}/${name}`;
	return [{
		path: `${ownUnits}/${wantedBy}.wants/${name}`,
		target
	}];
}
/** The bytes of a `data:` URL; undefined for what stands elsewhere. */
function dataOf(url) {
	const [, base64] = /^data:[^,]*;base64,(.*)$/.exec(url) ?? [];
	return base64 === void 0 ? void 0 : Buffer.from(base64, "base64");
}
// packages/host-config/src/for-image.ts
/** What a host needs to have a published image and to follow its updates. */
function hostConfigFor(definition, { name, version, architecture, sha256 }, { baseUrl, series, keyring, reboot }) {
	return hostConfig({
		definition,
		baseUrl,
		series,
		image: {
			name,
			url: `${baseUrl}/${assetPath(releaseTag(definition, version), name)}`,
			sha256,
			architecture
		},
		keyring: keyring && Buffer.from(keyring).toString("base64"),
		mode: reboot ? "reboot" : "live"
	});
}
// packages/host-config/src/ignition.ts
/** Renders a host's configuration as Ignition (specification 3.3.0), what Butane makes of it. */
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
/** A text as a URL that Ignition reads (RFC 2397). */
function dataUrl(text) {
	return { source: `data:,${encodeURIComponent(text)}` };
}
// packages/publisher/src/host-assets.ts
/**
* What hosts need to start with the images of one version and to follow their updates, as assets of its release: what
* `kiln host-config` prints, for each architecture and both ways of updating, and the files in it one by one. A version
* that hosts never get by themselves has none. No name ends in `.raw`, so no `MatchPattern=` of a host takes one for an
* image.
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
* A name by which a file of a host can stand beside files of other folders: its own, but `NAME.conf`, of which there is
* one in several folders, says which (`etcd-3.5.sysupdate.conf` of `/etc/sysupdate.etcd.d`).
*/
function flatName(path, name, series) {
	if (basename(path) !== `${name}.conf`) return basename(path);
	const folder = basename(dirname(path)).replace(/\.d$/, "");
	if (folder !== `sysupdate.${name}`) return `${name}.${folder}.conf`;
	return `${series === void 0 ? name : `${name}-${series}`}.sysupdate.conf`;
}
export { hostAssets };
