import { deliverImage } from "@sysext-kiln/builder";
import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import { loadRepository } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import { offeredReleases, openReleaseStore } from "@sysext-kiln/release-store";
import { makeAcceptedFolder } from "../accept-images.ts";
import { auditReleases, latestDamage } from "../audit.ts";
import { currentOffer, directoryReader } from "../previous-directory.ts";
import { publishAll } from "../publish-all.ts";
import { configuredNextKey } from "../signing/keyring.ts";
import { configuredSigner, requireSigner } from "../signing/signer.ts";
import { checkUpdateDirectory } from "../update-directory.ts";
import { inputs, outputs } from "./context.ts";
import { readImages } from "./images.ts";
import { formatProblems, notDelivered, notOffered, publishSummary } from "./summary.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { say } = action;
  const acceptInto = given["accept-into"];
  if (acceptInto !== undefined) {
    const { extensions, settings: repository } = await loadRepository(given.extensions);
    const { images } = await readImages(given, extensions, action);
    await makeAcceptedFolder(acceptInto);
    for (const image of images) await deliverImage(image, acceptInto);
    action.setOutput("accepted", images.length > 0 ? acceptInto : "");
    action.setOutput("attest", String(repository.attest));
    return;
  }

  useToken(given.token);
  const { signingKey, signingPassphrase, ...rest } = settings();
  for (const secret of [signingKey, signingPassphrase]) if (secret !== undefined) mask(secret);
  const forPublishing = !given["dry-run"];
  const store = openReleaseStore(`github:${runContext().repository}`, { forPublishing, say });
  action.phase("Reading the releases");
  // First, so that a token that cannot even read is reported before anything else.
  const offered = given["dry-run"] ? await offeredReleases(store) : undefined;
  const listed = offered === undefined ? await store.list() : undefined;
  const { extensions, invalid, settings: repository } = await loadRepository(given.extensions);
  const { updateDirectory, bestBeforeDays, baseUrl, signingKeys, adoptedDirectory } = repository;
  const keep = invalid.map(({ name }) => name);
  if (keep.length > 0) say(`invalid definitions, whose images stay as they are: ${keep.join(", ")}`);
  const definitions = extensions.map(({ definition }) => definition);
  const directory = { bestBeforeDays, updateDirectory, keep, signingKeys, adoptedDirectory };

  const trust = { signer: undefined, signingKeys, adoptedDirectory, now: new Date() };
  const read = directoryReader(store, trust);
  const current = await currentOffer(offered, definitions, read);
  const releases = current ?? listed ?? (await store.list());
  say(`${releases.length} releases${current ? " that hosts are offered" : " and drafts"}`);

  if (given.audit) {
    const audit = await auditReleases(store, releases, definitions, trust);
    say(`${audit.releases} permanent releases, of which ${audit.read} manifests were read`);
    // Only scheduled runs compare the update directory with the definitions, which a rollout may outdate at any time.
    const damage = await latestDamage(releases, read);
    const problems = [...audit.problems, ...(damage === undefined ? [] : [notOffered(damage)])];
    action.setOutput("problems", formatProblems(problems));
    for (const problem of problems) action.fail(problem);
    return;
  }

  if (given["dry-run"]) {
    const { outdated, problems } = await checkUpdateDirectory(store, releases, definitions, {
      ...directory,
      read,
    });
    action.setOutput("changed", String(outdated !== undefined));
    say(outdated ?? "The update directory is up to date.");
    if (outdated !== undefined)
      action.summarize(`The update directory will be published again: ${outdated}.`);
    // Without a new update directory, no other job would report them.
    for (const problem of problems) action.fail(problem);
    return;
  }

  const { images, plan } = await readImages(given, extensions, action);
  // A key that cannot be used is reported before anything is published.
  const signer = await configuredSigner({ signingKey, signingPassphrase, ...rest });
  await requireSigner(store, signer, repository);
  const nextKey = await configuredNextKey(given.extensions, repository);
  const options = {
    ...{ ...directory, signer, nextKey },
    baseUrl: baseUrl ?? store.baseUrl,
  };
  const result = await publishAll(store, definitions, images, options, action.reporter);
  for (const error of result.errors) action.fail(error);
  action.setOutput("changed", String(result.updated));
  action.setOutput("published", result.tags.join(" "));
  action.setOutput("failed", [...notDelivered(plan, definitions, images), ...result.failed].join(" "));
  if (result.waiting.length > 0)
    action.warn(
      "rate-limited",
      `${result.waiting.join(", ")}: the next run publishes them, as GitHub accepts too few requests in this hour`,
    );
  action.summarize(publishSummary(plan, definitions, result));
});
