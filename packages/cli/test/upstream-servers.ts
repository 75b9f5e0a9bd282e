import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildImage, type BuildRecord } from "@sysext-kiln/builder";
import { loadRepository, type Extension } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import {
  openSigner,
  startGitHub,
  startWebServer,
  type GitHub,
  type Signer,
  type WebServer,
} from "@sysext-kiln/testbed";
import {
  firstUpstream,
  openSources,
  openUpstream,
  sharedAccess,
  watchExtension,
} from "@sysext-kiln/version-watcher";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "./paths.ts";

/** The servers of upstreams: a GitHub, and one web server in place of all others. */
export interface UpstreamServers extends AsyncDisposable {
  github: GitHub;
  /** Who signs what upstreams publish. */
  signer: Signer;
  /** Publishes a release on GitHub. */
  release(repository: string, tag: string, assets: Readonly<Record<string, string | Buffer>>): void;
  /**
   * Builds an example for both architectures, from what the servers have.
   * @param replace texts of its definition to replace
   * @returns the record of the image for x86-64, and the paths in it
   */
  build(
    name: string,
    replace?: Readonly<Record<string, string>>,
  ): Promise<{ record: BuildRecord; paths: readonly string[] }>;
  /** Puts files on the web server, by their URLs at upstream. */
  publish(files: Readonly<Record<string, string | Buffer>>): void;
}

const definitionWithKeys = z.object({
  upstreams: z.object({
    http: z.object({ signature: z.object({ keys: z.array(z.string()) }).optional() }).optional(),
  }),
});

/** Starts the servers, and makes them the upstreams of this process. */
export async function startUpstreamServers(): Promise<UpstreamServers> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kiln-upstreams-"));
  stack.defer(() => rm(folder, { recursive: true }));
  process.env["KILN_CACHE_DIR"] = join(folder, "cache");
  const github = stack.use(await startGitHub());
  const web = stack.use(await startWebServer());
  const signer = stack.use(await openSigner("upstream"));
  Object.assign(process.env, github.environment);
  const servers: UpstreamServers = {
    ...{ github, signer },

    release(repository, tag, assets) {
      github.repository(repository).release(tag, { assets: { ...assets } });
    },

    async build(name, replace = {}) {
      const extension = await adopt(name, join(folder, name), { web, signer }, replace);
      const access = sharedAccess()(() => undefined);
      const orders = await watchExtension(extension, {
        upstream: openUpstream(firstUpstream(extension.definition), extension, access),
        sources: openSources(extension, access),
        archive: access.archive,
        releases: [],
      });
      const images = [];
      for (const order of orders) images.push(await buildImage(extension, order, { say: () => undefined }));
      const [image, ...others] = images;
      if (!image || others.length !== 1) throw new Error(`${images.length} images were ordered`);
      const listing = await run("unsquashfs", ["-ls", "-dest", "", image.path]);
      return { record: image.record, paths: listing.split("\n") };
    },

    publish(files) {
      for (const [url, content] of Object.entries(files))
        web.pages.set(url.replace(/^https:\/\//, "/"), content);
    },

    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return servers;
}

/**
 * Copies an example into a folder of extensions, with the web server in place of upstream's and the signer's
 * key in place of upstream's.
 */
async function adopt(
  name: string,
  into: string,
  { web, signer }: { web: WebServer; signer: Signer },
  replace: Readonly<Record<string, string>>,
): Promise<Extension> {
  const folder = join(into, name);
  await cp(join(root, "examples", name), folder, { recursive: true });
  const text = await readFile(join(folder, "extension.yaml"), "utf8");
  const local = Object.entries(replace).reduce((sum, [from, to]) => {
    if (!sum.includes(from)) throw new Error(`${name} does not contain ${from}`);
    return sum.replace(from, to);
  }, text);
  const lines = local
    .split("\n")
    .map((line) => (line.startsWith("homepage:") ? line : line.replaceAll("https://", `${web.origin}/`)));
  const adopted = lines.join("\n");
  await writeFile(join(folder, "extension.yaml"), adopted);
  const keys = definitionWithKeys.parse(parse(text)).upstreams.http?.signature?.keys ?? [];
  for (const key of keys) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), signer.exportKey({ armor: true }));
  }
  const extension = (await loadRepository(into)).extensions.find(
    ({ definition }) => definition.name === name,
  );
  if (!extension) throw new Error(`there is no example ${name}`);
  return extension;
}
