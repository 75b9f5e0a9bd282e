import { createHmac, randomBytes } from "node:crypto";
import { assetPath } from "@sysext-kiln/extension";
import { sendStatus, type Handler } from "./listen.ts";
import { latestTag, openAsset, parseAssetPath } from "./published-asset.ts";
import { sendFile } from "./send-file.ts";

/** The two origins that GitHub serves releases from. */
export interface GitHubOrigins {
  /** The origin that hosts send requests to. It redirects them, finally to the other origin. */
  site: (assetsPort: number) => Handler;
  /** The origin with the files, at URLs that the site has signed. */
  assets: Handler;
}

/**
 * Serves a directory of releases as GitHub does: below `/OWNER/REPO/`, with a redirect from
 * `releases/latest/download/X` to `releases/download/TAG/X`, and from there to a URL of another origin
 * without the file's name and with a query string.
 */
export function asGitHub(directory: string, repository: string): GitHubOrigins {
  const key = randomBytes(32);
  const signatureOf = (id: string) => createHmac("sha256", key).update(id).digest("base64url");

  async function locationOf(path: readonly string[], assetsOrigin: string): Promise<string | undefined> {
    const [owner, name, ...rest] = path;
    const reference = parseAssetPath(rest);
    if (`${owner}/${name}` !== repository || reference === undefined) return undefined;
    const { tag, asset } = reference;
    if (tag === undefined) {
      const latest = await latestTag(directory);
      return latest && `/${repository}/${assetPath(latest, asset)}`;
    }
    const file = await openAsset(directory, reference);
    if (file === undefined) return undefined;
    await file.close();
    const id = Buffer.from(assetPath(tag, asset)).toString("base64url");
    return `${assetsOrigin}/${id}?sp=r&sig=${signatureOf(id)}`;
  }

  return {
    site: (assetsPort) => async (request, response, path) => {
      const host = hostName(request.headers.host ?? "localhost");
      if (host === undefined) return sendStatus(response, 400);
      const location = await locationOf(path, `http://${host}:${assetsPort}`);
      if (location === undefined) return sendStatus(response, 404);
      response.setHeader("location", location);
      sendStatus(response, 302);
    },
    assets: async (request, response, path) => {
      const [id = "", ...rest] = path;
      const query = new URLSearchParams(request.url?.split("?")[1]);
      if (rest.length > 0 || query.get("sig") !== signatureOf(id)) return sendStatus(response, 403);
      const reference = parseAssetPath(Buffer.from(id, "base64url").toString().split("/"));
      const file = reference && (await openAsset(directory, reference));
      if (file === undefined) return sendStatus(response, 404);
      await sendFile(request, response, file);
    },
  };
}

/** The name or address in a Host header, without its port. */
function hostName(header: string): string | undefined {
  return /^(?<name>[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.exec(header)?.groups?.["name"];
}
