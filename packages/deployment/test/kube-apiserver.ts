import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms, listen, startProcess, unpackDebianPackage } from "@sysext-kiln/testbed";
import { expect, vi } from "vitest";
import { z } from "zod";
import { ensureKubeApiServer } from "./compile-kube-apiserver.ts";
import type { Manifest } from "./manifests.ts";

/** A response of the API. */
export interface ApiResponse {
  code: number;
  /** The message of a refusal; otherwise empty. */
  message: string;
  /** What kubectl would print as warnings. */
  warnings: readonly string[];
}

/** An object that the server gives a name. */
export interface NewObject {
  apiVersion: string;
  kind: string;
  metadata: { generateName: string };
  spec: object;
}

/** A kube-apiserver with etcd, and nothing else: no controllers, no nodes. */
export interface KubeApiServer extends AsyncDisposable {
  /** Applies an object as `kubectl apply --server-side` does; unknown fields are errors. */
  apply(manifest: Manifest): Promise<ApiResponse>;
  /** Creates an object. */
  create(object: NewObject, namespace: string): Promise<ApiResponse>;
  remove(manifest: Manifest): Promise<ApiResponse>;
}

const token = "token-of-the-tests";

export async function startKubeApiServer(): Promise<KubeApiServer> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-kube-apiserver-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  const start = (program: string, args: readonly string[]) => {
    const child = startProcess(program, args, { buffer: false, stdio: "ignore", reject: false });
    stack.defer(async () => {
      child.kill("SIGTERM");
      await child;
    });
  };
  await mkdir(join(folder, "etcd"));
  await unpackDebianPackage("etcd-server", join(folder, "etcd"));
  const [store, peer, port] = [await freePort(), await freePort(), await freePort()];
  const [storeUrl, peerUrl] = [`http://127.0.0.1:${store}`, `http://127.0.0.1:${peer}`];
  start(join(folder, "etcd/usr/bin/etcd"), [
    ...["--data-dir", join(folder, "data"), "--unsafe-no-fsync"],
    ...["--listen-client-urls", storeUrl, "--advertise-client-urls", storeUrl],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
    ...["--initial-cluster", `default=${peerUrl}`],
  ]);
  const { openssl } = await ensureTestPrograms("openssl");
  const key = join(folder, "accounts.key");
  await run(openssl, ["genrsa", "-out", key, "2048"]);
  await writeFile(join(folder, "tokens"), `${token},admin,1,"system:masters"\n`);
  start(await ensureKubeApiServer(), [
    ...["--etcd-servers", storeUrl, "--bind-address", "127.0.0.1", "--secure-port", String(port)],
    ...["--cert-dir", join(folder, "certificates"), "--service-cluster-ip-range", "10.0.0.0/24"],
    ...["--token-auth-file", join(folder, "tokens"), "--authorization-mode", "RBAC"],
    ...["--service-account-issuer", "https://kubernetes.test", "--service-account-key-file", key],
    ...["--service-account-signing-key-file", key],
  ]);
  const certificate = join(folder, "certificates/apiserver.crt");
  const api: Api = async (method, path, body) =>
    call({ port, ca: await readFile(certificate), method, path, body });
  const expectReady = async () => expect((await api("GET", "/readyz")).code).toBe(200);
  await vi.waitFor(expectReady, { timeout: 120_000, interval: 500 });
  const resources = stack.move();
  return {
    async apply(manifest) {
      const path = `${await pathOf(api, manifest)}?fieldManager=kiln&fieldValidation=Strict`;
      return api("PATCH", path, manifest);
    },
    create: async (manifest, namespace) =>
      api("POST", `${await collectionOf(api, manifest, namespace)}?fieldValidation=Strict`, manifest),
    remove: async (manifest) => api("DELETE", await pathOf(api, manifest)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Answer extends ApiResponse {
  body: string;
}

type Api = (method: string, path: string, body?: unknown) => Promise<Answer>;

interface Call {
  port: number;
  ca: Buffer;
  method: string;
  path: string;
  body?: unknown;
}

const statusSchema = z.object({ kind: z.literal("Status"), message: z.string() });

function call({ port, ca, method, path, body }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const headers = { authorization: `Bearer ${token}`, "content-type": type };
    const sent = request({ host: "127.0.0.1", port, ca, method, path, headers }, (response) => {
      const answer = async () => {
        const received = await text(response);
        const code = response.statusCode ?? 0;
        const failure = code < 400 ? undefined : statusSchema.safeParse(jsonOf(received)).data;
        const warnings = (response.rawHeaders ?? [])
          .filter((_, index, all) => all[index - 1]?.toLowerCase() === "warning")
          .map((warning) => warning.replace(/^299 - "(.*)"$/, "$1").replaceAll('\\"', '"'));
        return { code, message: failure?.message ?? (code < 400 ? "" : received), warnings, body: received };
      };
      answer().then(resolve, reject);
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function jsonOf(received: string): unknown {
  try {
    return JSON.parse(received);
  } catch {
    return undefined;
  }
}

const resourcesSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});

type Named = Pick<Manifest, "apiVersion" | "kind">;

async function collectionOf(api: Api, { apiVersion, kind }: Named, namespace: string): Promise<string> {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { code, body } = await api("GET", group);
  const found = code === 200 ? resourcesSchema.parse(jsonOf(body)).resources : [];
  const resource = found.find((one) => one.kind === kind && !one.name.includes("/"));
  if (resource === undefined) throw new Error(`the API server does not know ${apiVersion} ${kind}`);
  return resource.namespaced
    ? `${group}/namespaces/${namespace}/${resource.name}`
    : `${group}/${resource.name}`;
}

async function pathOf(api: Api, manifest: Manifest): Promise<string> {
  const { name, namespace = "default" } = manifest.metadata;
  return `${await collectionOf(api, manifest, namespace)}/${name}`;
}
