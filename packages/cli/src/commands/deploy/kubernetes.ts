import {
  hmacKeysFor,
  kubernetesDeployment,
  missingHmacKeys,
  newPassword,
  passwordOf,
  readPassword,
  renderKustomization,
  usage,
  writeOverlay,
  type Hmac,
  type KubernetesDeployment,
  type Password,
} from "@sysext-kiln/deployment";
import { cacheDirectory, withWorkFolder } from "@sysext-kiln/machine";
import { z } from "zod";
import { printNote } from "../../output/print.ts";

const deployOptions = z.object({
  ip: z.array(z.string()).default([]),
  prefix: z.string().optional(),
  interface: z.string().optional(),
  vrid: z.string().optional(),
  priority: z.string().optional(),
  unicastPeers: z.array(z.string()).optional(),
  image: z.string().optional(),
  passwordFile: z.string().optional(),
  keepPassword: z.boolean().default(false),
  password: z.boolean(),
  hmac: z.string().optional(),
  hmacActiveKey: z.string().optional(),
  keepKeys: z.boolean().default(false),
  output: z.string().optional(),
});
type Options = z.infer<typeof deployOptions>;

/** Prints the manifests that run keepalived on control-plane nodes, or writes a kustomization of them. */
export async function deployKubernetes(given: unknown): Promise<void> {
  const options = deployOptions.parse(given);
  const deployment = kubernetesDeployment(options);
  const password = await choosePassword(options, deployment);
  const hmac = await chooseKeys(options, deployment);
  if (options.output === undefined) await print(deployment, password, hmac);
  else await write(options.output, deployment, password, hmac);
}

async function print(deployment: KubernetesDeployment, password: Password, hmac: Hmac): Promise<void> {
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    await writeOverlay(folder, deployment, password, hmac);
    process.stdout.write(await renderKustomization(folder, note));
  });
  if (typeof hmac === "object")
    note("the output contains the Secret keepalived-hmac; to change the rest later, add --keep-keys");
  if (typeof password === "object") {
    note("the output contains the Secret keepalived-password; to change the rest later, add --keep-password");
  }
}

async function write(
  folder: string,
  deployment: KubernetesDeployment,
  password: Password,
  hmac: Hmac,
): Promise<void> {
  const missing = typeof hmac === "object" ? await missingHmacKeys(folder) : [];
  await writeOverlay(folder, deployment, password, hmac);
  process.stdout.write(`Wrote ${folder}; to install it: kubectl apply -k ${folder}\n`);
  if (typeof password === "object")
    note(`${folder}/password contains the password; do not commit it to a repository`);
  if (typeof hmac === "object")
    note(`${folder}/hmac-key-1 and hmac-key-2 contain the keys; do not commit them to a repository`);
  for (const file of missing)
    note(`${folder}/${file} was missing, and is a new key: do not sign with it until all nodes have it`);
}

/** Prints a line that is not part of the manifests. */
function note(line: string): void {
  printNote(`kiln: ${line}`);
}

async function chooseKeys({ keepKeys, output }: Options, { hasHmac }: KubernetesDeployment): Promise<Hmac> {
  if (keepKeys && !hasHmac) throw usage("--hmac together with --keep-keys", "--keep-keys alone");
  if (!hasHmac) return "none";
  return keepKeys ? "kept" : { keys: await hmacKeysFor(output) };
}

async function choosePassword(
  options: Options,
  { vrrpVersion, hasHmac }: KubernetesDeployment,
): Promise<Password> {
  const { password, passwordFile, keepPassword, output } = options;
  const asked = [
    ...(passwordFile === undefined ? [] : ["--password-file"]),
    ...(keepPassword ? ["--keep-password"] : []),
    ...(password ? [] : ["--no-password"]),
  ];
  if (asked.length > 1) throw usage("only one option about the password", asked.join(" and "));
  if (hasHmac) {
    const [first] = asked.filter((option) => option !== "--no-password");
    if (first === undefined) return "none";
    throw usage("no password together with --hmac, because keepalived uses only one of them", first);
  }
  // With --keep-password the same command changes every deployment, whatever its addresses are.
  if (vrrpVersion === 3) {
    if (passwordFile !== undefined)
      throw usage(
        "no password for an IPv6-only deployment, because VRRP 3 does not have passwords",
        "--password-file",
      );
    return "none";
  }
  if (!password) return "none";
  if (keepPassword) return "kept";
  const value = passwordFile === undefined ? undefined : await readPassword(passwordFile);
  const present = output === undefined ? undefined : await passwordOf(output);
  if (value !== undefined && present !== undefined && value !== present) {
    throw usage(
      `the password in ${output}, because nodes with different passwords would all take the addresses`,
      `a different one in ${passwordFile}`,
      `first remove ${output}/password, and from the cluster the Secret and all pods of keepalived`,
    );
  }
  return { value: value ?? present ?? newPassword() };
}
