import { hash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { created, invalid, noContent, notFound, ok, redirect, Refusal } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesContents, type ApiRequest, type Route } from "../route.ts";
import type { AssetState, ReleaseState } from "../state.ts";
import { storedAssetUrl } from "../web/storage.ts";
import { describeAsset } from "./describe.ts";
import { releaseOf } from "./releases.ts";

/** How many assets a release may have (docs.github.com, "About releases", storage and bandwidth quotas). */
const mostAssets = 1000;

export const assetRoutes: Route[] = [
  route("GET", "/releases/{release_id}/assets", (request) => {
    const release = releaseOf(request);
    return page(request, `/releases/${release.id}/assets`, release.assets, (asset) =>
      describeAsset(request.state, request.repository, release, asset),
    );
  }),

  route("GET", "/releases/assets/{asset_id}", (request) => {
    const { release, asset } = assetOf(request);
    if (request.incoming.headers.accept !== "application/octet-stream") {
      return ok(describeAsset(request.state, request.repository, release, asset));
    }
    if (asset.state !== "uploaded") throw notFound();
    return redirect(storedAssetUrl(request.state, asset));
  }),

  route(
    "DELETE",
    "/releases/assets/{asset_id}",
    (request) => {
      const { release, asset } = assetOf(request);
      refuseImmutable(release, "delete assets from");
      release.assets = release.assets.filter((other) => other !== asset);
      return noContent();
    },
    writesContents,
  ),

  route("POST", "/releases/{release_id}/assets", upload, writesContents),
];

async function upload(request: ApiRequest) {
  const { state, repository, query, incoming } = request;
  const release = releaseOf(request);
  const length = Number(incoming.headers["content-length"] ?? "");
  if (!(length > 0))
    throw new Refusal(400, `Bad Content-Length: ${incoming.headers["content-length"] ?? ""}`);
  refuseImmutable(release, "upload assets to");
  const name = sanitisedName(query.get("name") ?? "");
  if (name === "") throw invalid({ resource: "ReleaseAsset", code: "missing_field", field: "name" });
  if (release.assets.some((asset) => asset.name === name)) {
    throw invalid({ resource: "ReleaseAsset", code: "already_exists", field: "name" });
  }
  if (release.assets.length >= mostAssets) {
    throw invalid({
      resource: "ReleaseAsset",
      code: "custom",
      message: `file_count limited to ${mostAssets} assets per release`,
    });
  }
  const asset: AssetState = {
    id: state.nextId(),
    name,
    label: query.get("label"),
    contentType: incoming.headers["content-type"] ?? "application/octet-stream",
    state: "starter",
    bytes: Buffer.alloc(0),
    digest: null,
    createdAt: new Date(),
    downloads: 0,
  };
  // It exists before its bytes arrive: an upload that is cut off leaves it in this state.
  release.assets.push(asset);
  asset.bytes = await buffer(incoming);
  asset.state = "uploaded";
  asset.digest = `sha256:${hash("sha256", asset.bytes)}`;
  return created(describeAsset(state, repository, release, asset));
}

/** The name under which GitHub stores a file whose name has unsupported characters. */
function sanitisedName(name: string): string {
  return name.replaceAll(/[^\w.+@-]+/g, ".").replace(/^\.+/, "default.");
}

function refuseImmutable({ immutable }: ReleaseState, what: string): void {
  if (immutable) throw new Refusal(422, `Cannot ${what} an immutable release.`);
}

function assetOf({ repository, params, canPush }: ApiRequest): { release: ReleaseState; asset: AssetState } {
  for (const release of repository.releases.filter(({ draft }) => canPush || !draft)) {
    const asset = release.assets.find(({ id }) => String(id) === params["asset_id"]);
    if (asset) return { release, asset };
  }
  throw notFound();
}
