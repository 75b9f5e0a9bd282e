import { deliverImage } from "@sysext-kiln/builder";
import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import { baseUrlOf, loadExtensions, readRepositorySettings } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { makeAcceptedFolder } from "../accept-images.ts";
import { publishAll } from "../publish-all.ts";
import { configuredNextKey } from "../signing/keyring.ts";
import { configuredSigner, requireSigner } from "../signing/signer.ts";
import { isUpdateDirectoryOutOfDate } from "../update-directory.ts";
import { inputs, outputs } from "./context.ts";
import { readImages } from "./images.ts";
import { notDelivered, publishSummary } from "./summary.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { say } = action;
  const acceptInto = given["accept-into"];
  if (acceptInto !== undefined) {
    const { extensions } = await loadExtensions(given.extensions);
    const { images } = await readImages(given, extensions, action);
    await makeAcceptedFolder(acceptInto);
    for (const image of images) await deliverImage(image, acceptInto);
    action.setOutput("accepted", images.length > 0 ? acceptInto : "");
    return;
  }

  useToken(given.token);
  const { bestBeforeDays, baseUrl: variable, signingKey, signingPassphrase, ...rest } = settings();
  for (const secret of [signingKey, signingPassphrase]) if (secret !== undefined) mask(secret);
  const forPublishing = !given["dry-run"];
  const store = openReleaseStore(`github:${runContext().repository}`, { forPublishing, say });
  action.phase("Reading the releases");
  // First, so that a token that cannot even read is reported before anything else.
  const releases = await store.list();
  say(`${releases.length} releases and drafts`);
  const { extensions, invalid } = await loadExtensions(given.extensions);
  const keep = invalid.map(({ name }) => name);
  if (keep.length > 0) say(`invalid definitions, whose images stay as they are: ${keep.join(", ")}`);
  const definitions = extensions.map(({ definition }) => definition);
  const repositorySettings = await readRepositorySettings(given.extensions);
  const { updateDirectory } = repositorySettings;

  if (given["dry-run"]) {
    const isOutOfDate = await isUpdateDirectoryOutOfDate(store, releases, definitions, {
      bestBeforeDays,
      updateDirectory,
      keep,
    });
    action.setOutput("changed", String(isOutOfDate));
    say(isOutOfDate ? "The update directory is out of date." : "The update directory is up to date.");
    if (isOutOfDate) action.summarize("The update directory is out of date and will be published again.");
    return;
  }

  const { images, plan } = await readImages(given, extensions, action);
  const baseUrl = baseUrlOf(repositorySettings, variable);
  // A key that cannot be used is reported before anything is published.
  const signer = await configuredSigner({ signingKey, signingPassphrase, ...rest });
  await requireSigner(store, signer);
  const nextKey = await configuredNextKey(given.extensions, repositorySettings);
  const options = {
    ...{ signer, nextKey, bestBeforeDays, updateDirectory, keep },
    baseUrl: baseUrl ?? store.baseUrl,
  };
  const result = await publishAll(store, definitions, images, options, action.reporter);
  for (const error of result.errors) action.fail(error);
  action.setOutput("changed", String(result.updated));
  action.setOutput("published", result.tags.join(" "));
  action.setOutput("failed", [...notDelivered(plan, definitions, images), ...result.failed].join(" "));
  action.summarize(publishSummary(plan, definitions, result));
});
