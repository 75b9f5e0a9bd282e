import { deliverImage, type Image } from "@sysext-kiln/builder";
import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import { baseUrlOf, loadExtensions, readPlan, readRepositorySettings } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { acceptImages, makeAcceptedFolder } from "../accept-images.ts";
import { publishAll } from "../publish-all.ts";
import { configuredSigner, requireSigner } from "../signing/signer.ts";
import { isUpdateDirectoryOutOfDate } from "../update-directory.ts";
import { inputs, outputs } from "./context.ts";
import { publishSummary } from "./summary.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { say } = action;
  const extensions = await loadExtensions(given.extensions);
  const definitions = extensions.map(({ definition }) => definition);
  const repositorySettings = await readRepositorySettings(given.extensions);
  const plan = given.plan === undefined ? { builds: [] } : await readPlan(given.plan, given["plan-digest"]);
  let images: readonly Image[] = [];
  if (given.images !== undefined) {
    action.phase("Checking the images");
    const delivery = await acceptImages(given.images, extensions, plan);
    for (const name of delivery.unplanned) say(`ignored ${name}, which is not in the plan`);
    for (const error of delivery.errors) action.fail(error);
    ({ images } = delivery);
    say(`accepted: ${images.map(({ record }) => record.image.name).join(", ") || "nothing"}`);
  }
  if (given["accept-into"] !== undefined) {
    await makeAcceptedFolder(given["accept-into"]);
    for (const image of images) await deliverImage(image, given["accept-into"]);
    action.setOutput("accepted", images.length > 0 ? given["accept-into"] : "");
    return;
  }

  useToken(given.token);
  const { bestBeforeDays, baseUrl: variable, signingKey, signingPassphrase, ...rest } = settings();
  const baseUrl = baseUrlOf(repositorySettings, variable);
  for (const secret of [signingKey, signingPassphrase]) if (secret !== undefined) mask(secret);
  const forPublishing = !given["dry-run"];
  const store = openReleaseStore(`github:${runContext().repository}`, { forPublishing, say });
  action.phase("Reading the releases");
  // Before the key is opened, so that a token that cannot even read is reported first.
  const releases = await store.list();
  say(`${releases.length} releases and drafts`);

  if (given["dry-run"]) {
    const isOutOfDate = await isUpdateDirectoryOutOfDate(store, releases, definitions, { bestBeforeDays });
    action.setOutput("changed", String(isOutOfDate));
    say(isOutOfDate ? "The update directory is out of date." : "The update directory is up to date.");
    if (isOutOfDate) action.summarize("The update directory is out of date and will be published again.");
    return;
  }

  // A key that cannot be used is reported before anything is published.
  const signer = await configuredSigner({ signingKey, signingPassphrase, ...rest });
  await requireSigner(store, signer);
  const options = { signer, bestBeforeDays, baseUrl: baseUrl ?? store.baseUrl };
  const result = await publishAll(store, definitions, images, options, action.reporter);
  for (const error of result.errors) action.fail(error);
  action.setOutput("changed", String(result.updated));
  action.setOutput("published", result.tags.join(" "));
  action.summarize(publishSummary(plan, definitions, result));
});
