import type { Definition } from "@sysext-kiln/extension";
import { fetchScriptPath, updateScriptPath } from "./scripts.ts";
import type { HostUnit } from "./host-config.ts";

/** The target that starts the timers. */
const wantedBy = "timers.target";

/** The unit and the timer of a live update: `NAME-update.service` and `NAME-update.timer`. */
export function updateUnits({ name, hosts }: Definition): HostUnit[] {
  // If a transfer stalls, the timer must be able to start the service again.
  const timeout = 3600 + hosts.healthySeconds;
  const service = `[Unit]
Description=Update of the extension ${name}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=oneshot
TimeoutStartSec=${timeout}
ExecStart=${updateScriptPath(name)}
# A postponed update is not a failure: the next run tries again.
SuccessExitStatus=TEMPFAIL
`;
  // The delay keeps the hosts of a cluster from restarting their service in the same minute. `Persistent=`
  // works only with `OnCalendar=`.
  const timer = `[Unit]
Description=Regular updates of the extension ${name}

[Timer]
OnCalendar=00/6:00
RandomizedDelaySec=2h
Persistent=true

[Install]
WantedBy=${wantedBy}
`;
  return [
    { name: `${name}-update.service`, content: service },
    { name: `${name}-update.timer`, wantedBy, content: timer },
  ];
}

/**
 * The units by which systemd's own update service updates an extension: a drop-in that fetches it and asks
 * for a reboot. An extension that cannot be fetched does not affect the others. The stock service does not
 * run in containers.
 */
export function rebootUnits({ name }: Definition): HostUnit[] {
  const content = `[Service]
ExecStartPre=-${fetchScriptPath(name)}
`;
  return [
    { name: "systemd-sysupdate.service", dropIns: [{ name: `${name}.conf`, content }] },
    // The name in systemd 257, and that in 262, where the first one is an alias. A preset at first boot does
    // not follow aliases, and ignores missing units.
    { name: "systemd-sysupdate.timer", wantedBy },
    { name: "systemd-sysupdate-update.timer", wantedBy },
  ];
}
