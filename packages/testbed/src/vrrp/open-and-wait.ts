// For a test that kills this process: opens a network with a probe, prints the path of a node's root, waits.
import { openVrrpNetwork } from "./network.ts";
import { programRuntime } from "./runtime.ts";

const address = "10.99.0.100";
const runtime = programRuntime("/bin/false");
const network = await openVrrpNetwork({ addresses: [address], advertInterval: 1, priorities: [1], runtime });
network.probe(address);
process.stdout.write(`${network.nodes[0]?.outside("/") ?? ""}\n`);
process.stdin.resume();
