import type { Definition } from "@sysext-kiln/extension";
import { fetchScriptPath, updateScriptPath } from "./scripts.ts";
import type { HostUnit } from "./host-config.ts";

/** What starts the timers. */
const wantedBy = "timers.target";

/** The unit and the timer of a live update: `NAME-update.service` and `NAME-update.timer`. */
export function updateUnits({ name, hosts }: Definition): HostUnit[] {
  // A transfer that stalls must not keep the timer from ever starting it again.
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
# What the script put off is no failure: the next run tries again.
SuccessExitStatus=TEMPFAIL
`;
  // Spread, so that the hosts of a cluster do not all restart their service in the same minute. `Persistent=` works with
  // `OnCalendar=` only.
  const timer = `[Unit]
Description=Update of the extension ${name}, from time to time

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
 * What lets systemd's own update service take care of an extension: a drop-in that fetches it and asks for a reboot. An
 * extension that can't be fetched does not keep the others from it. The stock service does not run in a container.
 */
export function rebootUnits({ name }: Definition): HostUnit[] {
  const content = `[Service]
ExecStartPre=-${fetchScriptPath(name)}
`;
  return [
    { name: "systemd-sysupdate.service", dropIns: [{ name: `${name}.conf`, content }] },
    // systemd 257's name for it, and 262's, where the other is an alias: a preset at first boot does not follow one, and
    // ignores what is not there.
    { name: "systemd-sysupdate.timer", wantedBy },
    { name: "systemd-sysupdate-update.timer", wantedBy },
  ];
}
