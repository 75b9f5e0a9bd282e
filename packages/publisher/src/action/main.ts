import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import { loadExtensions, readPlan } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { isUpdateDirectoryBehind } from "../behind.ts";
import { readImages } from "../read-images.ts";
import { configuredSigner, requireSigner } from "../signing/signer.ts";
import { inputs, outputs } from "./context.ts";
import { publishAll } from "../publish-all.ts";
import { publishSummary } from "./summary.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { say } = action;
  useToken(given.token);
  const { bestBeforeDays, baseUrl, signingKey, signingPassphrase, ...rest } = settings();
  for (const secret of [signingKey, signingPassphrase]) if (secret !== undefined) mask(secret);
  const forPublishing = !given["dry-run"];
  const store = openReleaseStore(`github:${runContext().repository}`, { forPublishing, say });
  action.phase("Reading the releases");
  // First of all: a token that can't even read is found before a key is opened.
  const releases = await store.list();
  say(`${releases.length} releases and drafts`);
  const extensions = await loadExtensions(given.extensions);
  const definitions = extensions.map(({ definition }) => definition);

  if (given["dry-run"]) {
    const isBehind = await isUpdateDirectoryBehind(store, releases, definitions, { bestBeforeDays });
    action.setOutput("changed", String(isBehind));
    say(isBehind ? "The update directory is behind." : "The update directory is as it should be.");
    if (isBehind)
      action.summarize("The update directory is behind what is published: it will be brought up to date.");
    return;
  }

  // A key that can't be used is found before anything is published.
  const signer = await configuredSigner({ signingKey, signingPassphrase, ...rest });
  await requireSigner(store, signer);
  const plan = given.plan === undefined ? { builds: [] } : await readPlan(given.plan);
  const read =
    given.images === undefined
      ? { images: [], unplanned: [], errors: [] }
      : await readImages(given.images, extensions, plan);
  for (const name of read.unplanned) say(`leaving ${name} alone: it is not of this plan`);
  for (const error of read.errors) action.fail(error);

  const options = { signer, bestBeforeDays, baseUrl: baseUrl ?? store.baseUrl };
  const result = await publishAll(store, definitions, read.images, options, action.reporter);
  for (const error of result.errors) action.fail(error);
  action.setOutput("changed", String(result.updated));
  action.setOutput("published", result.tags.join(" "));
  action.summarize(publishSummary(plan, definitions, result));
});
