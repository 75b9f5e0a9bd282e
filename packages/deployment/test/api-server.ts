import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { listen } from "@sysext-kiln/testbed";
import { ensureKubectl, expectSchema, objectSchema, type Manifest } from "./manifests.ts";

/**
 * The part of Kubernetes' API that `kubectl apply` uses, for the kinds that we deploy. It stores the objects.
 */
export interface ApiServer extends AsyncDisposable {
  /** The objects in the cluster, by kind and name. */
  objects: ReadonlyMap<string, Manifest>;
  /** Runs `kubectl apply -f-`. */
  apply(manifests: string): Promise<Outcome>;
}

const resources = [
  { group: "api/v1", name: "configmaps", kind: "ConfigMap" },
  { group: "api/v1", name: "secrets", kind: "Secret" },
  { group: "apis/apps/v1", name: "daemonsets", kind: "DaemonSet" },
] as const;

/** An unsuccessful response. */
class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, Manifest>();
  const server = createServer((request, response) => void respond(request, response, objects));
  const port = await listen(server);
  const kubectl = await ensureKubectl();
  return {
    objects,
    apply: (manifests) =>
      tryRun(
        kubectl,
        [`--server=http://127.0.0.1:${port}`, "--cache-dir=/dev/null", "apply", "--filename=-"],
        {
          input: manifests,
          env: { KUBECONFIG: "/dev/null" },
        },
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Manifest>,
): Promise<void> {
  const { code, body } = await answer(request, objects).then(
    (found) => ({ code: 200, body: found }),
    refusal,
  );
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function answer(request: IncomingMessage, objects: Map<string, Manifest>): Promise<unknown> {
  const path = new URL(request.url ?? "", "http://localhost").pathname.slice(1);
  const found = discovery(path);
  if (found !== undefined) return found;
  const [, group, collection, name] =
    /^(api\/v1|apis\/apps\/v1)\/namespaces\/[\w-]+\/(\w+)(?:\/([\w.-]+))?$/.exec(path) ?? [];
  const kind = resources.find((one) => one.group === group && one.name === collection)?.kind;
  if (kind === undefined) throw new Refusal(404, "NotFound", `nothing at ${path}`);
  const present = objects.get(`${kind} ${name}`);
  if (request.method === "GET" && present) return present;
  if (request.method === "POST") return create(await json(request), objects);
  if (request.method === "PATCH" && present?.["immutable"] === true)
    throw new Refusal(
      422,
      "Invalid",
      `${kind} "${name}" is invalid: field is immutable when \`immutable\` is set`,
    );
  throw new Refusal(404, "NotFound", `${collection} "${name}" not found`);
}

/** Stores an object that is valid by Kubernetes' schemas. */
async function create(given: unknown, objects: Map<string, Manifest>): Promise<Manifest> {
  const object = objectSchema.parse(given);
  await expectSchema(object);
  objects.set(`${object.kind} ${object.metadata.name}`, object);
  return object;
}

const resourcesOf = (group: string) => resources.filter((one) => one.group === group);

/** Discovery: the supported kinds, and that the server detects misspelt fields. */
function discovery(path: string): unknown {
  switch (path) {
    case "api":
      return { kind: "APIVersions", versions: ["v1"] };
    case "apis": {
      const version = { groupVersion: "apps/v1", version: "v1" };
      const apps = { name: "apps", versions: [version], preferredVersion: version };
      return { kind: "APIGroupList", apiVersion: "v1", groups: [apps] };
    }
    case "api/v1":
    case "apis/apps/v1": {
      const listed = resourcesOf(path).map(({ name, kind }) => ({
        name,
        kind,
        namespaced: true,
        verbs: ["get", "create", "patch"],
      }));
      return { kind: "APIResourceList", groupVersion: path.replace(/^apis?\//, ""), resources: listed };
    }
    case "openapi/v3":
      return {
        paths: Object.fromEntries(
          ["api/v1", "apis/apps/v1"].map((group) => [group, { serverRelativeURL: `/openapi/v3/${group}` }]),
        ),
      };
    case "openapi/v3/api/v1":
    case "openapi/v3/apis/apps/v1": {
      const paths = resourcesOf(path.slice("openapi/v3/".length)).map(({ group, name, kind }) => [
        `/${group}/namespaces/{namespace}/${name}/{name}`,
        {
          patch: {
            parameters: [{ name: "fieldValidation", in: "query" }],
            "x-kubernetes-group-version-kind": gvk(group, kind),
          },
        },
      ]);
      return {
        openapi: "3.0.0",
        info: { title: "Kubernetes", version: "1" },
        paths: Object.fromEntries(paths),
      };
    }
  }
  return undefined;
}

function gvk(path: string, kind: string) {
  return { group: path === "api/v1" ? "" : "apps", version: "v1", kind };
}

function refusal(error: unknown) {
  const { code, reason } = error instanceof Refusal ? error : { code: 422, reason: "Invalid" };
  const message = error instanceof Error ? error.message : String(error);
  return { code, body: { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message } };
}
