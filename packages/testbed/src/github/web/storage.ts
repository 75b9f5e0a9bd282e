import type { IncomingMessage } from "node:http";
import { notFound, Refusal, type Answer } from "../answer.ts";
import type { AssetState, CommitState, GitHubState } from "../state.ts";
import { sourceArchive } from "./source-archive.ts";

/** The URL of an asset in the object store, with a signature in its query, as in real stores. */
export function storedAssetUrl({ origins }: GitHubState, { id, name }: AssetState): string {
  const query = new URLSearchParams({
    "X-Amz-Signature": "0".repeat(64),
    "response-content-disposition": `attachment; filename=${name}`,
  });
  return `${origins.storage}/assets/${id}?${query.toString()}`;
}

/** The URL of the archive of a commit's files. @param folder the archive's top-level folder */
export function storedSourceUrl({ origins }: GitHubState, { sha }: CommitState, folder: string): string {
  return `${origins.storage}/sources/${sha}/${folder}.tar.gz?token=${"0".repeat(32)}`;
}

/** The URL of a file as a commit has it. */
export function storedFileUrl({ origins }: GitHubState, { sha }: CommitState, path: string): string {
  return `${origins.storage}/raw/${sha}/${path}`;
}

/** Serves the object store, which accepts signed URLs but no tokens. */
export async function fetchStored(
  state: GitHubState,
  path: string,
  incoming: IncomingMessage,
): Promise<Answer> {
  if (incoming.headers.authorization !== undefined) {
    throw new Refusal(400, "Only one auth mechanism allowed; only the X-Amz-Signature query parameter");
  }
  const [, kind, key, file] = path.split("/");
  if (kind === "assets") {
    const assets = state.repositories.flatMap(({ releases }) =>
      releases.flatMap((release) => release.assets),
    );
    const asset = assets.find(({ id }) => String(id) === key);
    if (!asset) throw notFound();
    asset.downloads += 1;
    return stream(asset.bytes);
  }
  const commit = state.repositories
    .map(({ commits }) => commits.get(key ?? ""))
    .find((found) => found !== undefined);
  if (kind === "raw" && commit) return stream(fileIn(commit, path.split("/").slice(3).join("/")));
  if (kind !== "sources" || !commit) throw notFound();
  return stream(await sourceArchive(commit, (file ?? "").replace(/\.tar\.gz$/, "")));
}

function fileIn({ files }: CommitState, path: string): Buffer {
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (file === undefined || (typeof file === "object" && "link" in file)) throw notFound();
  return Buffer.from(file);
}

function stream(bytes: Buffer): Answer {
  return { status: 200, headers: { "content-type": "application/octet-stream" }, bytes };
}
