import type { Command } from "commander";
import { command } from "../../command.ts";

/** Adds `deploy` and its subcommands. */
export function addDeployCommands(program: Command): void {
  const deploy = command(program, "deploy", "prints or writes the manifests that run the container", [
    "kiln deploy kubernetes --help",
  ]);

  const image = "--image ghcr.io/owner/keepalived:2.3.4";
  command(
    deploy,
    "kubernetes",
    "prints the manifests that run keepalived on a cluster's control-plane nodes",
    [
      `kiln deploy kubernetes --ip 192.0.2.10/24 --interface eth0 ${image} | kubectl apply -f-`,
      `kiln deploy kubernetes --ip 192.0.2.10 2001:db8::10 --vrid 52 ${image} --output overlay`,
      `kiln deploy kubernetes --ip 192.0.2.10/24 --unicast-peers 192.0.2.1 192.0.2.2 192.0.2.3 ${image} --keep-password | kubectl apply -f-`,
      `kiln deploy kubernetes --ip 192.0.2.10/24 --hmac receive-only --image ghcr.io/owner/keepalived:2.4.3 --output overlay`,
    ],
  )
    .option("--ip <address...>", "the virtual addresses, with or without a prefix")
    .option("--prefix <length>", "the prefix length of addresses without one (default: 32, or 128 for IPv6)")
    .option("--interface <name>", "the interface on every node (default: the one in the address's network)")
    .option(
      "--vrid <number>",
      "virtual router id, which must differ between groups of nodes on a network (default: 51)",
    )
    .option("--priority <number>", "the priority of every node (default: 100)")
    .option("--unicast-peers <address...>", "the addresses of all nodes, for networks without multicast")
    .option("--image <reference>", "the container image, with a tag or a digest")
    .option("--password-file <file>", "VRRP's password (default: a new random one)")
    .option("--keep-password", "leave out the Secret with the password, because the cluster already has it")
    .option("--no-password", "use no password; an IPv6-only deployment never has one")
    .option(
      "--hmac <mode>",
      "authenticate by HMAC in place of a password: receive-only, permissive or enforce; needs keepalived 2.4.2",
    )
    .option("--hmac-active-key <number>", "the key that signs, 1 or 2 (default: 1)")
    .option("--keep-keys", "leave out the Secret with the keys of HMAC, because the cluster already has it")
    .option("--output <directory>", "write a kustomization there instead of printing manifests")
    .action(async (_: unknown, self: Command) =>
      (await import("./kubernetes.ts")).deployKubernetes(self.optsWithGlobals()),
    );
}
