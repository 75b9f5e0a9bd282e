/** `pnpm bench`: ratios, each measured in this one run. */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePrograms, run } from "@sysext-kiln/machine";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { formatTable } from "../src/output/print.ts";
import { actionStarts } from "./action-start.ts";
import { hostRunRows } from "./host-run.ts";
import { indexModeRows } from "./index-mode.ts";
import { measureBaking } from "./baking.ts";
import { measure, medianWall, type Row } from "./measure.ts";
import { planRows } from "./parts.ts";
import { mixedWatchRows } from "./mixed-watch.ts";
import { watchRows } from "./watch.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "kiln-bench-"));

const rows: Row[] = [];

try {
  await ensurePrograms(["unsquashfs", "mksquashfs"], (line) => process.stderr.write(`${line}\n`));
  process.stderr.write("building keepalived for each architecture, without caches\n");
  const costs = { "x86-64": await uncached("x86-64"), arm64: await uncached("arm64") };
  rows.push({
    what: "CPU time of building arm64 / x86-64",
    ratio: costs.arm64.cpu / costs["x86-64"].cpu,
    limit: 1.5,
  });

  process.stderr.write("building it again, from the cache\n");
  const cached = await medianWall(3, () =>
    kiln("build", "keepalived", "--arch", "x86-64", "--output", "cached"),
  );
  rows.push({
    what: "time of a cached / an uncached build",
    ratio: cached / costs["x86-64"].wall,
    limit: 0.2,
  });

  process.stderr.write("packing images with mksquashfs' defaults\n");
  await kiln("build", "etcd", "--output", "images");
  await kiln("build", "keepalived", "--output", "images");
  for (const image of (await readdir(join(folder, "images"))).filter((name) => name.endsWith(".raw"))) {
    rows.push({ what: `size of ${image} / with defaults`, ratio: await sizeRatio(image), limit: 0.9 });
  }

  process.stderr.write("watching 200 extensions on the testbed's GitHub\n");
  rows.push(...(await watchRows(main)));
  process.stderr.write("watching 40 extensions with upstreams of several kinds\n");
  rows.push(...(await mixedWatchRows(main)));
  process.stderr.write("planning 1,000 images in parts\n");
  rows.push(...(await planRows()));
  process.stderr.write("publishing and watching with an update directory that has only the index\n");
  rows.push(...(await indexModeRows()));
  process.stderr.write("baking into a sparse disk of 6 GiB\n");
  const baking = await measureBaking(folder, [
    process.execPath,
    main,
    ...["bake", "disk.raw", ...(await imagesAsFiles()), "--format", "qcow2", "--output", "baked.qcow2"],
  ]);
  rows.push({
    what: "time of baking / of cp --sparse=always, qemu-img convert and sync",
    ratio: baking.timeRatio,
    limit: 2,
  });
  rows.push({ what: "memory of baking's largest process / 300 MB", ratio: baking.memory / 300, limit: 1 });

  process.stderr.write("releasing with nothing to do\n");
  await kiln("release", "--to", "public");
  const noop = await medianWall(5, () => kiln("release", "--to", "public"));
  const node = await medianWall(5, () => run(process.execPath, ["--eval", "0"]));
  const help = await medianWall(5, () => kiln("--help"));
  rows.push({ what: "time of a release with nothing to do / Node's start", ratio: noop / node });
  rows.push({ what: "time of --help / Node's start", ratio: help / node });

  process.stderr.write("running kiln-host on a host with nothing to do\n");
  rows.push(...(await hostRunRows(join(folder, "public"))));

  process.stderr.write("starting the actions\n");
  rows.push(...(await actionStarts()));

  process.stdout.write(
    `${formatTable(
      ["RATIO", "MEASURED", "LIMIT", ""],
      rows.map(({ what, ratio, limit }) => [
        what,
        ratio.toFixed(3),
        limit === undefined ? "-" : limit.toFixed(2),
        limit !== undefined && ratio > limit ? "over the limit" : "",
      ]),
    )}\n`,
  );
} finally {
  await rm(folder, { recursive: true });
}

function kiln(...args: string[]): Promise<string> {
  return run(process.execPath, [main, ...args], { cwd: folder });
}

/** The images for this machine's architecture, as `kiln bake` takes files. */
async function imagesAsFiles(): Promise<string[]> {
  const names = await readdir(join(folder, "images"));
  return names
    .filter((name) => name.endsWith(`-${nativeArchitecture()}.raw`))
    .map((name) => `${name.split("-")[0]}=images/${name}`);
}

function uncached(architecture: string) {
  return measure(() =>
    kiln("build", "keepalived", "--arch", architecture, "--no-cache", "--output", "uncached"),
  );
}

async function sizeRatio(image: string): Promise<number> {
  const path = join(folder, "images", image);
  const tree = join(folder, "tree");
  const plain = join(folder, "plain.raw");
  await run("unsquashfs", ["-force", "-quiet", "-no-progress", "-dest", tree, path]);
  await run("mksquashfs", [tree, plain, "-noappend", "-quiet", "-no-progress"]);
  const ratio = (await stat(path)).size / (await stat(plain)).size;
  await rm(tree, { recursive: true });
  return ratio;
}
