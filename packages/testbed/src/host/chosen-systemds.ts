import { systemdVersions, usualSystemd, type SystemdVersion } from "@sysext-kiln/booted-host";
import { z } from "zod";

const list = z
  .string()
  .default(usualSystemd)
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(systemdVersions)).min(1));

/** The versions of systemd that tests boot: those that `kiln test --systemd` names. */
export function chosenSystemds(): readonly SystemdVersion[] {
  return list.parse(process.env["KILN_TEST_SYSTEMD"]);
}
