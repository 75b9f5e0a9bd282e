export type { Credentials } from "./etcd-client.ts";
export { requireSpace } from "./disk-space.ts";
export type { RehearsedImage } from "./members.ts";
export { rehearse } from "./rehearse.ts";
export type { Report } from "./report.ts";
export { parseSettings } from "./settings.ts";
export { readSnapshot, type Snapshot } from "./snapshot/snapshot.ts";
export { readMemberList } from "./snapshot/stored-members.ts";
