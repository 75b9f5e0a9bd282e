import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { describeTree } from "./folder-contents.ts";
import { namesIn, openTestRepository, type TestRepository } from "./test-repository.ts";

let helloRepository: TestRepository;
beforeEach(async () => {
  helloRepository = await openTestRepository();
});
afterEach(() => helloRepository[Symbol.asyncDispose]());

async function offeredToHosts(): Promise<string[]> {
  return namesIn(await readFile(join(helloRepository.public, "releases/latest/download/SHA256SUMS"), "utf8"));
}

/** Everything below the public folder. */
const published = () => describeTree(helloRepository.public);

describe("a release", { timeout: 120_000 }, () => {
  test("publishes both architectures, and the next run finds nothing to do and changes nothing", async () => {
    await helloRepository.offer("1.0.0-1");
    const first = await helloRepository.kiln("release", "--to", "public");
    expect(first.status).toBe(0);
    expect(first.stdout).toMatch(
      /hello-1\.0\.0-arm64\.raw +\S+ kB +0:\d\d +releases\/download\/hello-v1\.0\.0\//,
    );
    expect(await offeredToHosts()).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);

    const before = await published();
    const second = await helloRepository.kiln("release", "--to", "public");
    expect(second.stdout).toMatch(/Nothing to do: public is up to date\.$/);
    expect(await published()).toEqual(before);
    expect((await helloRepository.kiln("verify", "public")).status).toBe(0);
  });

  test("says what it does in each phase, in lines that name the phase if several run at the same time", async () => {
    await helloRepository.offer("1.0.0-1");
    const { stdout } = await helloRepository.kiln("release", "--to", "public");
    const lines = stdout.split("\n").map((line) => line.replace(/ \(\d+:\d\d\)$/, ""));
    const steps = lines.flatMap((line) => (line.startsWith("› ") ? [line.slice(2)] : []));
    expect(steps.slice(0, 3)).toEqual([
      "reading the index of Debian's suite trixie",
      "looking up the package hello in trixie",
      "asking the mirror for the files of hello 1.0.0-1",
    ]);
    for (const architecture of ["x86-64", "arm64"])
      expect(steps).toEqual(
        expect.arrayContaining(
          ["assembling", "checking what was assembled", "packing", "running what was built"].map(
            (step) => `build hello-1.0.0-${architecture}.raw: ${step}`,
          ),
        ),
      );
    expect(steps).toEqual(
      expect.arrayContaining([
        "comparing what was sent",
        "publishing hello-v1.0.0",
        "comparing the update directory with the permanent releases",
        "publishing updates-1",
      ]),
    );
    const verified = await helloRepository.kiln("verify", "public");
    expect(verified.stdout).toMatch(
      /^› reading releases\/download\/hello-v1\.0\.0\/hello-1\.0\.0-arm64\.raw, /m,
    );
  });

  test("of nothing new asks the archive for its index, and on another machine for no package", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.kiln("release", "--to", "public");
    const { requests } = helloRepository.archive;
    const first = requests.length;
    await helloRepository.kiln("release", "--to", "public");
    expect(requests.slice(first)).toEqual([{ method: "GET", path: "/dists/trixie/InRelease", status: 304 }]);
    const second = requests.length;
    helloRepository.environment["KILN_CACHE_DIR"] = join(helloRepository.folder, "other-cache");
    expect((await helloRepository.kiln("release", "--to", "public")).stdout).toMatch(/Nothing to do/);
    const paths = requests.slice(second).map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith("/dists/trixie/"))).toEqual([]);
  });

  test("follows upstream, and keeps the previous version", async () => {
    await helloRepository.offer("1.0.9-1");
    await helloRepository.kiln("release", "--to", "public");
    await helloRepository.offer("1.0.10-1");
    await helloRepository.kiln("release", "--to", "public");
    expect((await offeredToHosts()).filter((name) => name.endsWith("arm64.raw"))).toEqual([
      "hello-1.0.10-arm64.raw",
      "hello-1.0.9-arm64.raw",
    ]);
  });

  test("waits for a version that is not available for every architecture", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.1.0-1", ["x86-64"]);
    await helloRepository.kiln("release", "--to", "public");
    expect(await offeredToHosts()).toEqual(["hello-1.0.0-arm64.raw", "hello-1.0.0-x86-64.raw"]);
  });

  test("of others is not blocked by an invalid definition, whose images stay published", async () => {
    await helloRepository.addExtension("other", "hello");
    await helloRepository.offer("1.0.0-1");
    await helloRepository.kiln("release", "--to", "public");
    await writeFile(
      join(helloRepository.folder, "extensions/other/extension.yaml"),
      "name: other\nnonsense: 1\n",
    );
    await helloRepository.offer("1.1.0-1");
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(stderr).toMatch(/^error \(definition-invalid\): expected extensions\/other\/extension\.yaml:/m);
    expect(status).toBe(1);
    const offered = (await offeredToHosts()).filter((name) => name.endsWith("arm64.raw"));
    expect(offered.toSorted()).toEqual([
      "hello-1.0.0-arm64.raw",
      "hello-1.1.0-arm64.raw",
      "other-1.0.0-arm64.raw",
    ]);
    expect((await helloRepository.kiln("plan", "hello")).status).toBe(0);
  });

  test("skips a packaging whose file is missing from the mirror, and reports it", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.0.0-2");
    await rm(join(helloRepository.archive.root, "pool/hello_1.0.0-2_arm64.deb"));
    const { stderr, status } = await helloRepository.kiln("release", "--to", "public");
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /warning: skipping hello 1\.0\.0-2: the mirror lacks http\S+hello_1\.0\.0-2_arm64\.deb/,
    );
    const release = join(helloRepository.public, "releases/download/hello-v1.0.0");
    expect(await readFile(join(release, "hello-1.0.0-arm64.build.json"), "utf8")).toContain(
      "hello_1.0.0-1_arm64.deb",
    );
  });

  test("publishes the distribution's rebuild of a version as its next revision, and leaves the published bytes unchanged", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.kiln("release", "--to", "public");
    const image = join(helloRepository.public, "releases/download/hello-v1.0.0/hello-1.0.0-arm64.raw");
    const bytes = await readFile(image);
    await helloRepository.offer("1.0.0-2");
    await helloRepository.kiln("release", "--to", "public");
    expect(await offeredToHosts()).toContain("hello-1.0.0-2-arm64.raw");
    expect((await readFile(image)).equals(bytes)).toBe(true);
  });

  test("is not rebuilt from an older packaging when a mirror goes back in time", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.0.0-2");
    await helloRepository.kiln("release", "--to", "public");
    const before = await published();
    for (const architecture of ["amd64", "arm64"])
      await rm(join(helloRepository.archive.root, `pool/hello_1.0.0-2_${architecture}.deb`));
    await helloRepository.archive.publish("trixie");
    const { stdout, status } = await helloRepository.kiln("release", "--to", "public");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /not rebuilding hello 1\.0\.0: hello\.deb is 1\.0\.0-1 here, older than 1\.0\.0-2/,
    );
    expect(await published()).toEqual(before);
  });

  test("builds no version that is older than a published one", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.1.0-1");
    await helloRepository.kiln("release", "--to", "public");
    for (const architecture of ["amd64", "arm64"])
      await rm(join(helloRepository.archive.root, `pool/hello_1.1.0-1_${architecture}.deb`));
    await helloRepository.archive.publish("trixie");
    const { stdout } = await helloRepository.kiln("release", "--to", "public");
    expect(stdout).toMatch(/Nothing to do/);
  });

  test("builds a changed recipe as the next revision", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.kiln("release", "--to", "public");
    await writeFile(
      join(helloRepository.folder, "extensions/hello/files/usr/share/hello/greeting"),
      "good day\n",
    );
    await helloRepository.kiln("release", "--to", "public");
    expect(await offeredToHosts()).toContain("hello-1.0.0-2-x86-64.raw");
  });

  test("of a version outside the policy is permanent, and hosts are not offered it", async () => {
    await helloRepository.define({ "upstreams:": "versions:\n  minimum: 1.1.0\nupstreams:" });
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.1.0-1");
    await helloRepository.kiln("release", "--to", "public");
    const old = await helloRepository.kiln("release", "hello", "--version", "v1.0.0", "--to", "public");
    expect(old.status).toBe(0);
    expect(await readdir(join(helloRepository.public, "releases/download/hello-v1.0.0"))).toContain(
      "SHA256SUMS",
    );
    expect(await offeredToHosts()).toEqual(["hello-1.1.0-arm64.raw", "hello-1.1.0-x86-64.raw"]);
  });

  test("of a version that the policy does not select is not offered to hosts, and a warning says so", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.offer("1.1.0-1");
    await helloRepository.kiln("release", "--to", "public");
    const old = await helloRepository.kiln("release", "hello", "--version", "1.0.0", "--to", "public");
    expect(old.status).toBe(0);
    expect(old.stdout).toContain("/hello-v1.0.0/hello-1.0.0-arm64.raw");
    expect(old.stderr).toContain(
      "warning: hosts are not offered hello 1.0.0, which gets only its permanent release: the policy selects 1.1.0",
    );
    expect(await offeredToHosts()).toEqual(["hello-1.1.0-arm64.raw", "hello-1.1.0-x86-64.raw"]);
    expect((await helloRepository.kiln("verify", "public")).status).toBe(0);
  });

  test("only prints what it would do in a dry run", async () => {
    await helloRepository.offer("1.0.0-1");
    const outcome = await helloRepository.kiln("release", "--dry-run", "--json", "--to", "public");
    expect(JSON.parse(outcome.stdout)).toMatchObject({
      builds: [
        { extension: "hello", architecture: "x86-64", version: { upstream: "1.0.0", revision: 1 } },
        { extension: "hello", architecture: "arm64" },
      ],
    });
    await expect(stat(helloRepository.public)).rejects.toThrow("ENOENT");
  });

  test("is recreated from cached images when everything published is lost", async () => {
    await helloRepository.offer("1.0.0-1");
    await helloRepository.kiln("release", "--to", "public");
    const image = join(helloRepository.public, "releases/latest/download/hello-1.0.0-x86-64.raw");
    const bytes = await readFile(image);
    await rm(helloRepository.public, { recursive: true });
    await helloRepository.kiln("release", "--to", "public");
    expect((await readFile(image)).equals(bytes)).toBe(true);
  });
});
