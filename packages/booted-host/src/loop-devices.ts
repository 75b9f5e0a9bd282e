import { existsSync } from "node:fs";
import { tryRun } from "@sysext-kiln/machine";

const numbers = Array.from({ length: 64 }, (_, number) => number);

/** How often devices that have become free are looked for; systemd tries for about four seconds. */
const betweenLooksMs = 250;

/**
 * Lines of tmpfiles.d(5) that make the nodes of loop devices in a host. The kernel offers every host the free
 * device with the lowest number, whichever host used it before, so a host needs the nodes of all of them.
 */
export function allLoopDevices(): string {
  return linesFor(numbers);
}

/**
 * The same without devices that the machine uses at the moment: root in the host could read and write them.
 * What becomes free later is added by `addFreedLoopDevices`.
 */
export function freeLoopDevices(): string {
  return linesFor(numbers.filter(isFree));
}

/**
 * Makes the nodes of devices that have become free since the host was furnished, until it is disposed of.
 * @param leader the host's first process, as seen from outside
 */
export function addFreedLoopDevices(leader: () => Promise<number | undefined>): Disposable {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    const pid = await leader();
    const missing = (number: number) => !existsSync(`/proc/${pid}/root/dev/loop${number}`);
    for (const number of pid === undefined ? [] : numbers.filter(isFree).filter(missing)) {
      await tryRun("mknod", ["--mode=0660", `/proc/${pid}/root/dev/loop${number}`, "b", "7", `${number}`]);
    }
    isLooking = false;
  };
  const timer = setInterval(() => void look(), betweenLooksMs).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function linesFor(devices: readonly number[]): string {
  return devices.map((number) => `b! /dev/loop${number} 0660 root disk - 7:${number}\n`).join("");
}

function isFree(number: number): boolean {
  return !existsSync(`/sys/block/loop${number}/loop/backing_file`);
}
