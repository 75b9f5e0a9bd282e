import { readFile } from "node:fs/promises";

/** A measured ratio, and the limit that the project sets itself. */
export interface Row {
  what: string;
  ratio: number;
  limit?: number;
}

/** What a piece of work cost, in seconds. */
export interface Cost {
  wall: number;
  /**
   * CPU time of the whole machine, because a container engine's processes are not children of this one. It
   * includes everything else that runs, so measure on an idle machine.
   */
  cpu: number;
}

/** The kernel's clock ticks per second, as user space sees them (proc_stat(5)). */
const ticks = 100;

export async function measure(work: () => Promise<unknown>): Promise<Cost> {
  const started = performance.now();
  const cpuBefore = await busySeconds();
  await work();
  return { wall: (performance.now() - started) / 1000, cpu: (await busySeconds()) - cpuBefore };
}

/** The median wall time of several runs. */
export async function medianWall(runs: number, work: () => Promise<unknown>): Promise<number> {
  const walls: number[] = [];
  for (let run = 0; run < runs; run += 1) walls.push((await measure(work)).wall);
  return median(walls);
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

/** Time that the machine's processors were neither idle nor waiting. */
async function busySeconds(): Promise<number> {
  const [line = ""] = (await readFile("/proc/stat", "utf8")).split("\n");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) / ticks;
}
