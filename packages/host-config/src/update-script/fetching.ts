import { sysupdateFunction } from "../sysupdate-function.ts";
import { imageFolder, transferFolder } from "../transfer.ts";

/** Shell functions of the update script that have systemd-sysupdate bring the newest image: `fetch`, `restore`. */
export function fetching(name: string): string {
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
