import { createHmac, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readlink } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { basename, join } from "node:path";
import { assetPath, updateDirectoryPath } from "@sysext-kiln/extension";

/** The two origins that GitHub serves releases from. */
export interface GitHubOrigins {
  /** Where hosts ask; it only redirects, in the end to the other one. */
  site: (assetsPort: number) => RequestListener;
  /** Where the bytes are, at addresses that the site has signed. */
  assets: RequestListener;
}

/** The path of an asset of a tag, or of the latest release where there is none. */
const place =
  /^\/(?<repository>[^/]+\/[^/]+)\/releases\/(?:latest\/download|download\/(?<tag>\w[\w.+~-]*))\/(?<asset>\w[\w.+~-]*)$/;

/**
 * Serves a directory of releases as GitHub does: below `/OWNER/REPO/`, with a redirect from `releases/latest/download/X` to
 * `releases/download/TAG/X`, and one from there to another origin, to an address without the name and with a query string.
 * @param files answers with the directory's files
 */
export function asGitHub(directory: string, repository: string, files: RequestListener): GitHubOrigins {
  const key = randomBytes(32);
  const signatureOf = (id: string) => createHmac("sha256", key).update(id).digest("base64url");

  async function locationOf(path: string, assets: string): Promise<string | undefined> {
    const found = place.exec(path)?.groups;
    const { tag, asset = "" } = found ?? {};
    if (found?.["repository"] !== repository) return undefined;
    if (tag === undefined) {
      const latest = await readlink(join(directory, updateDirectoryPath)).catch(() => undefined);
      return latest && `/${repository}/${assetPath(basename(latest), asset)}`;
    }
    if (!existsSync(join(directory, assetPath(tag, asset)))) return undefined;
    const id = Buffer.from(assetPath(tag, asset)).toString("base64url");
    return `${assets}/${id}?sp=r&sig=${signatureOf(id)}`;
  }

  return {
    site: (assetsPort) => async (request, response) => {
      const host = request.headers.host?.replace(/:\d+$/, "") ?? "localhost";
      const location = await locationOf(request.url ?? "", `http://${host}:${assetsPort}`);
      if (location === undefined) response.writeHead(404).end();
      else response.writeHead(302, { location }).end();
    },
    assets: (request, response) => {
      const [id = "", query] = request.url?.slice(1).split("?") ?? [];
      request.url = `/${Buffer.from(id, "base64url").toString()}`;
      if (new URLSearchParams(query).get("sig") === signatureOf(id)) files(request, response);
      else response.writeHead(403).end();
    },
  };
}
