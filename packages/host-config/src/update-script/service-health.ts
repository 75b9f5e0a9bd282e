import type { Definition } from "@sysext-kiln/extension";

/** Shell functions of the update script that tell whether the service is well: `check`, `stays_healthy`. */
export function serviceHealth({ healthCheck, healthySeconds, steadySeconds }: Definition["hosts"]): string {
  // The definition's own command runs apart, so that nothing in it can end the script.
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
