import { parsePeers, parseVirtualAddresses, type Family } from "./virtual-addresses.ts";
import { usage } from "./usage.ts";

/** The options of `kiln deploy kubernetes`, as text. */
export interface KubernetesRequest {
  /** Virtual addresses, with or without a prefix length. */
  ip: readonly string[];
  prefix?: string | undefined;
  interface?: string | undefined;
  vrid?: string | undefined;
  priority?: string | undefined;
  unicastPeers?: readonly string[] | undefined;
  image?: string | undefined;
  /** The mode of the authentication by HMAC; none if undefined. */
  hmac?: string | undefined;
  /** The number of the key that signs. */
  hmacActiveKey?: string | undefined;
}

/** keepalived on the control-plane nodes of a cluster. */
export interface KubernetesDeployment {
  image: ContainerImage;
  /** The variables of deploy/container/README.md that differ from the base. */
  variables: Readonly<Record<string, string>>;
  /** VRRP 3 does not support a password. */
  vrrpVersion: 2 | 3;
  isUnicast: boolean;
  /** Whether advertisements are authenticated by HMAC instead of a password. */
  hasHmac: boolean;
}

/** An image in kustomize's form. */
export interface ContainerImage {
  newName: string;
  newTag?: string;
  digest?: string;
}

/**
 * Validates the options.
 * @throws KilnError `usage`
 */
export function kubernetesDeployment(request: KubernetesRequest): KubernetesDeployment {
  const addresses = parseVirtualAddresses(request.ip, request.prefix);
  // VRRP uses IPv4 if there is an IPv4 address; IPv6 addresses then move along (keepalived.conf(5),
  // "excluded").
  const family: Family = addresses.some((one) => one.family === "ipv4") ? "ipv4" : "ipv6";
  const virtual = addresses.map(({ ip }) => ip);
  const peers = request.unicastPeers && parsePeers(request.unicastPeers, family, virtual);
  const variables = {
    KEEPALIVED_VIRTUAL_IPS: addresses
      .map(({ ip, prefix }) => (prefix === undefined ? ip : `${ip},,${prefix}`))
      .join(" "),
    KEEPALIVED_INTERFACE: interfaceName(request.interface),
    KEEPALIVED_ROUTER_ID: numberFrom(1, 255, "--vrid", request.vrid),
    // At least 2, so that a failing check can lower it.
    KEEPALIVED_PRIORITY: numberFrom(2, 254, "--priority", request.priority),
    KEEPALIVED_UNICAST_PEERS: peers?.join(" "),
    ...hmacVariables(request),
  };
  return {
    image: imageFor(request),
    variables: Object.fromEntries(
      Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    vrrpVersion: family === "ipv4" ? 2 : 3,
    isUnicast: peers !== undefined,
    hasHmac: request.hmac !== undefined,
  };
}

const modes: readonly string[] = ["receive-only", "permissive", "enforce"];

function hmacVariables({ hmac, hmacActiveKey }: KubernetesRequest) {
  if (hmac === undefined && hmacActiveKey !== undefined)
    throw usage("--hmac together with --hmac-active-key", "--hmac-active-key alone");
  if (hmac !== undefined && !modes.includes(hmac))
    throw usage(`--hmac to be ${modes.slice(0, -1).join(", ")} or ${modes.at(-1)}`, JSON.stringify(hmac));
  return {
    KEEPALIVED_HMAC_MODE: hmac,
    KEEPALIVED_HMAC_ACTIVE_KEY: numberFrom(1, 2, "--hmac-active-key", hmacActiveKey),
  };
}

/** A pod whose keepalived is older would not start; a digest or another kind of tag does not show that. */
function imageFor({ image, hmac }: KubernetesRequest): ContainerImage {
  const parsed = parseImage(image);
  const [, ...numbers] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(parsed.newTag ?? "") ?? [];
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  const isOlder = major < 2 || (major === 2 && (minor < 4 || (minor === 4 && patch < 2)));
  if (hmac === undefined || numbers.length === 0 || !isOlder) return parsed;
  throw usage("--image with keepalived 2.4.2 or newer, because of --hmac", JSON.stringify(image));
}

function interfaceName(text: string | undefined): string | undefined {
  if (text === undefined || (/^[\w.-]{1,15}$/.test(text) && !/^\.+$/.test(text))) return text;
  throw usage("--interface to be the name of a network interface, such as eth0", JSON.stringify(text));
}

function numberFrom(least: number, most: number, option: string, text: string | undefined) {
  if (text === undefined) return text;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) >= least && Number(text) <= most) return text;
  throw usage(`${option} to be a number from ${least} to ${most}`, JSON.stringify(text));
}

/**
 * Parses an image's name. It must have a tag or a digest, and not `latest`, so that all nodes run the same
 * image.
 */
function parseImage(text: string | undefined): ContainerImage {
  const next =
    "the job `container` of the release workflow, and ./kiln container push, print what they pushed";
  if (text === undefined)
    throw usage("--image with the container, such as ghcr.io/owner/keepalived:2.3.4", "none", next);
  const match =
    /^(?<name>[a-z0-9][a-z0-9._/-]*(?::\d+\/[a-z0-9._/-]+)?)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
      text,
    );
  const { name, tag, digest } = match?.groups ?? {};
  if (name !== undefined && digest !== undefined) return { newName: name, digest };
  if (name !== undefined && tag !== undefined && tag !== "latest") return { newName: name, newTag: tag };
  throw usage(
    "--image with a fixed tag or a digest, such as ghcr.io/owner/keepalived:2.3.4",
    JSON.stringify(text),
    next,
  );
}
