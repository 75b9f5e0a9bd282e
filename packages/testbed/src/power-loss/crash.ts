import type { DiskEvent } from "./block-log.ts";
import { type Random, seededRandom } from "../random.ts";
import type { Recording } from "./record.ts";

/** What a disk may contain after its power failed. */
export interface Crash {
  /** When it failed, and what was lost. */
  name: string;
  /** The contents; changed for the next crash. */
  disk: Buffer;
}

/** A disk may lose any part of this size, in bytes, of what was not flushed. ext4's blocks are as large. */
const pieceSize = 4096;

/** The disk after each of its writes, as if it had kept the order of all writes. */
export function everyPrefix(recording: Recording): Generator<Crash> {
  return prefixes(recording, () => true);
}

/** Some of them: one at random in each of `count` parts of the recording. */
export function somePrefixes(recording: Recording, seed: number, count: number): Generator<Crash> {
  const random = seededRandom(seed);
  const writes = writesOf(recording);
  const chosen = Array.from({ length: count }, (_, part) =>
    Math.floor(((part + random()) * writes.length) / count),
  );
  const wanted = new Set(chosen.map((index) => writes[index]));
  return prefixes(recording, (index) => wanted.has(index));
}

/** The indexes of the events that are writes. */
function writesOf({ events }: Recording): number[] {
  return [...events.keys()].filter((index) => events[index]?.kind === "write");
}

function* prefixes({ before, events }: Recording, isWanted: (index: number) => boolean): Generator<Crash> {
  const disk = Buffer.from(before);
  for (const [index, event] of events.entries()) {
    if (event.kind === "flush") continue;
    event.bytes.copy(disk, event.offset);
    if (isWanted(index)) yield { name: `after event ${index + 1} of ${events.length}`, disk };
  }
}

/**
 * Disks that have lost some of what was written since their last flush, as a disk with a cache may.
 * @param count how many
 */
export function* someSubsets(recording: Recording, seed: number, count: number): Generator<Crash> {
  const random = seededRandom(seed);
  const { before, events } = recording;
  const writes = writesOf(recording);
  for (let made = 0; made < count; made += 1) {
    const end = (writes[Math.floor(random() * writes.length)] ?? 0) + 1;
    const flushed = events.slice(0, end).findLastIndex(({ kind }) => kind === "flush");
    const disk = Buffer.from(before);
    for (const event of events.slice(0, flushed + 1)) applyAll(event, disk);
    const lost = applySome(events.slice(flushed + 1, end), disk, random);
    yield {
      name: `after event ${end} of ${events.length}, without ${lost} unflushed pieces (seed ${seed})`,
      disk,
    };
  }
}

function applyAll(event: DiskEvent, disk: Buffer): void {
  if (event.kind === "write") event.bytes.copy(disk, event.offset);
}

/** @returns how many pieces were lost */
function applySome(events: readonly DiskEvent[], disk: Buffer, random: Random): number {
  // Sometimes nearly everything is lost, and sometimes nearly nothing.
  const share = random();
  let lost = 0;
  for (const event of events) {
    if (event.kind === "flush") continue;
    for (let start = 0; start < event.bytes.length; start += pieceSize) {
      if (random() < share) lost += 1;
      else event.bytes.copy(disk, event.offset + start, start, start + pieceSize);
    }
  }
  return lost;
}
