import { manifestName } from "../manifest.ts";

/** The signature that systemd-sysupdate fetches beside the manifest, where its `Verify=` is on. */
export const signatureName = `${manifestName}.gpg`;

/** What the public keyring is called on hosts (systemd-sysupdate reads `/etc/systemd/import-pubring.gpg`), and here. */
export const keyringName = "import-pubring.gpg";
