import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import {
  extensionsToPublish,
  formatImageVersion,
  formatPlan,
  loadRepository,
  planDigest,
} from "@sysext-kiln/extension";
import { settings, makeFolder } from "@sysext-kiln/machine";
import { offeredReleases, openReleaseStore, policyDigest } from "@sysext-kiln/release-store";
import { watchAll } from "../watch-all.ts";
import { inputs, outputs } from "./context.ts";
import { matrixOf, partOfPlan, planSummary, publishedTag } from "./plan-outputs.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { version, limit, output, token } = given;
  const { say } = action;

  action.phase("Reading the releases");
  useToken(token);
  const { githubServerUrl, upstreamToken } = settings();
  if (upstreamToken !== undefined) mask(upstreamToken);
  const { repository: name, runNumber } = runContext();
  const store = openReleaseStore(`github:${name}`, { say });
  // If a version is requested, all releases are listed: the summary links to its release even if hosts are not offered it.
  const offered = version === undefined ? await offeredReleases(store) : undefined;
  const listed = offered === undefined ? await store.list() : undefined;
  const repository = await loadRepository(given.extensions);
  const isKnown = offered?.policy === policyDigest(repository.extensions.map(({ definition }) => definition));
  const releases = isKnown ? offered.releases : (listed ?? (await store.list()));
  say(`${releases.length} releases${isKnown ? " that hosts are offered" : ""}`);
  const { upstream: preferred = "github", arm64Runner } = repository.settings;
  const selected = extensionsToPublish(repository, given.extension);

  const watched = await watchAll(
    selected.extensions,
    { from: given.upstream ?? preferred, otherwise: "first", releases, tags: store, version },
    action.reporter,
  );
  for (const { extension, version: of, architecture } of watched.plan.builds)
    say(`missing: ${extension} ${formatImageVersion(of)} for ${architecture}`);
  for (const warning of watched.warnings) action.warn("upstream", warning);
  const errors = [...selected.invalid.map(({ error }) => error), ...watched.errors];
  for (const error of errors) action.fail(error);
  const failed = [...selected.invalid.map((one) => one.name), ...watched.failed];
  action.setOutput("failed", failed.join(" "));
  if (version !== undefined && errors.length > 0) return;

  const { plan, waiting } = partOfPlan(watched.plan, limit, runNumber);
  await makeFolder(dirname(output));
  const text = formatPlan(plan);
  await writeFile(output, text);
  action.setOutput("plan", output);
  action.setOutput("plan-digest", planDigest(text));
  if (plan.builds.length > 0)
    action.setOutput("matrix", JSON.stringify(matrixOf(repository.extensions, plan, arm64Runner)));
  action.setOutput("waiting", String(waiting));
  for (const tag of watched.unlisted) say(`${tag} is published, but not known to be offered to hosts`);
  action.setOutput("unlisted", watched.unlisted.join(" "));
  const tag = version === undefined ? undefined : publishedTag(selected.extensions, version, releases);
  const published = tag === undefined ? undefined : `${githubServerUrl}/${name}/releases/tag/${tag}`;
  action.summarize(planSummary(plan, { waiting, failed, published, warnings: watched.warnings }));
});
