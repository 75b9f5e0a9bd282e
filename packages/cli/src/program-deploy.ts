import type { Command } from "commander";
import { command } from "./command.ts";

/** The commands below `deploy`. */
export function addDeployCommands(deploy: Command): void {
  const image = "--image ghcr.io/owner/keepalived:2.3.4";
  command(deploy, "kubernetes", "prints what runs keepalived on a cluster's control-plane nodes", [
    `kiln deploy kubernetes --ip 192.0.2.10/24 --interface eth0 ${image} | kubectl apply -f-`,
    `kiln deploy kubernetes --ip 192.0.2.10 2001:db8::10 --vrid 52 ${image} --output overlay`,
    `kiln deploy kubernetes --ip 192.0.2.10/24 --unicast-peers 192.0.2.1 192.0.2.2 192.0.2.3 ${image} --keep-password | kubectl apply -f-`,
  ])
    .option("--ip <address...>", "the virtual addresses, with or without a prefix")
    .option("--prefix <length>", "of the addresses that bring none (default: the whole address)")
    .option("--interface <name>", "of every node (default: the one whose network the address is in)")
    .option(
      "--vrid <number>",
      "virtual router id: another for each group of nodes on a network (default: 51)",
    )
    .option("--priority <number>", "of every node (default: 100)")
    .option("--unicast-peers <address...>", "addresses of all nodes, for networks without multicast")
    .option("--image <reference>", "the container, with a tag or a digest")
    .option("--password-file <file>", "VRRP's password (default: a new random one)")
    .option("--keep-password", "leave out the Secret with the password: the cluster has it")
    .option("--no-password", "use none; IPv6 alone has none in any case")
    .option("--output <directory>", "write a kustomization there in place of printing manifests")
    .action(async (_: unknown, self: Command) =>
      (await import("./commands/deploy-kubernetes.ts")).deployKubernetes(self.optsWithGlobals()),
    );
}
