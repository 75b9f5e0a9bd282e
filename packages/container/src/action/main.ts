import { join, resolve } from "node:path";
import { markdownTable, runAction, runContext, useToken } from "@sysext-kiln/action";
import { formatImageVersion, loadRepository } from "@sysext-kiln/extension";
import { cacheDirectory, formatBytes, settings, withWorkFolder } from "@sysext-kiln/machine";
import { offeredReleases, openReleaseStore } from "@sysext-kiln/release-store";
import { whyBehind } from "../behind.ts";
import { buildContainer } from "../build.ts";
import { withLogin } from "../login.ts";
import { fetchImages, newestPublished } from "../published.ts";
import { pushContainer } from "../push.ts";
import { openRegistry } from "../registry.ts";
import { repositoryOnGitHub } from "../repository.ts";
import { inputs, outputs } from "./context.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { say } = action;
  useToken(given.token);
  const { githubServerUrl: serverUrl, githubToken: token = "" } = settings();
  const { repository: name, sha } = runContext();
  const [owner = ""] = name.split("/");
  const { extensions, invalid, settings: repositorySettings } = await loadRepository(given.extensions);
  const { container } = repositorySettings;
  if (container === false) {
    say("kiln.yaml has `container: false`: nothing to do.");
    action.setOutput("disabled", "true");
    return;
  }
  const repository = repositoryOnGitHub(given.repository ?? container, { serverUrl, owner });
  const recipe = resolve(given.recipe);

  action.phase("Reading the releases");
  const invalidOne = invalid.find(({ name: one }) => one === "keepalived");
  if (invalidOne) throw invalidOne.error;
  const definition = extensions.map((one) => one.definition).find((one) => one.name === "keepalived");
  const store = openReleaseStore(`github:${name}`, { say });
  // The index of the update directory lists what is offered to hosts; all releases are a much longer answer.
  const releases = (await offeredReleases(store))?.releases ?? (await store.list());
  const published = definition && newestPublished(definition, releases);
  if (!published) {
    say("No version of keepalived is published, so there is nothing to build a container from.");
    return;
  }
  const { version } = published;

  action.phase(`Checking ${repository}`);
  await withLogin(repository, { user: owner, token }, say, async (logins) => {
    const registry = await openRegistry(repository, say, logins);
    const why = await whyBehind(registry, version, recipe, say);
    say(why ?? `the container ${formatImageVersion(version)} is up to date`);
    action.setOutput("behind", String(why !== undefined));
    if (why === undefined) return;
    if (given["dry-run"]) {
      action.summarize(`The container of keepalived needs to be built: ${why}.`);
      return;
    }

    action.phase(`Building the container of ${published.release.tag}`);
    const release = (await store.find(published.release.tag)) ?? published.release;
    const images = await fetchImages(store, definition, { ...published, release });
    const origin = { source: `${serverUrl}/${name}`, revision: sha };
    const { license } = definition;
    await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
      const options = { recipe, version, license, images, origin, say };
      const built = await buildContainer(options, join(work, "layout"));
      action.phase(`Pushing to ${repository}`);
      const pushed = await pushContainer(built.path, registry, say);
      action.setOutput("digest", pushed.digest);
      const tags = [pushed.tag, ...pushed.moved].map((tag) => [`${repository}:${tag}`, pushed.digest]);
      const sizes = Object.entries(built.sizes).map(([architecture, size]) => [
        architecture,
        formatBytes(size),
      ]);
      action.summarize(markdownTable([`container: ${why}`, ""], [...tags, ...sizes]));
    });
  });
});
