import { deliverImage } from "@sysext-kiln/builder";
import { mask, runAction, runContext, useToken } from "@sysext-kiln/action";
import { loadRepository } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import { offeredReleases, openReleaseStore } from "@sysext-kiln/release-store";
import { makeAcceptedFolder } from "../accept-images.ts";
import { auditReleases, latestDamage } from "../audit.ts";
import { currentOffer, directoryReader } from "../previous-directory.ts";
import { checkUpdateDirectory } from "../update-directory.ts";
import { inputs, outputs } from "./context.ts";
import { readImages } from "./images.ts";
import { publish } from "./publish.ts";
import { formatProblems, notOffered } from "./summary.ts";

await runAction({ inputs, outputs }, async (context) => {
  const { inputs: given, ...action } = context;
  const { say } = action;
  useToken(given.token);
  const { signingKey, signingPassphrase } = settings();
  for (const secret of [signingKey, signingPassphrase]) if (secret !== undefined) mask(secret);
  const acceptInto = given["accept-into"];
  const forPublishing = !given["dry-run"] && acceptInto === undefined;
  const store = openReleaseStore(`github:${runContext().repository}`, { forPublishing, say });

  if (acceptInto !== undefined) {
    const { extensions, settings: repository } = await loadRepository(given.extensions);
    const { images } = await readImages(given, extensions, store, action);
    await makeAcceptedFolder(acceptInto);
    for (const image of images) await deliverImage(image, acceptInto);
    action.setOutput("accepted", images.length > 0 ? acceptInto : "");
    action.setOutput("attest", String(repository.attest));
    return;
  }

  action.phase("Reading the releases");
  // First, so that a token that cannot even read is reported before anything else. An early publish first looks
  // whether it has anything to do at all.
  const isEarly = given.extension !== undefined;
  const offered = given["dry-run"] ? await offeredReleases(store) : undefined;
  const listed = offered === undefined && !isEarly ? await store.list() : undefined;
  const { extensions, invalid, settings: repository } = await loadRepository(given.extensions);
  const { updateDirectory, bestBeforeDays, signingKeys, adoptedDirectory } = repository;
  const keep = invalid.map(({ name }) => name);
  if (keep.length > 0) say(`invalid definitions, whose images stay as they are: ${keep.join(", ")}`);
  const definitions = extensions.map(({ definition }) => definition);
  const directory = { bestBeforeDays, updateDirectory, keep, signingKeys, adoptedDirectory };

  if (!given.audit && !given["dry-run"]) {
    if (listed !== undefined) say(`${listed.length} releases and drafts`);
    await publish(context, store, { extensions, settings: repository }, directory);
    return;
  }

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

  const { outdated, problems } = await checkUpdateDirectory(store, releases, definitions, {
    ...directory,
    read,
  });
  action.setOutput("changed", String(outdated !== undefined));
  say(outdated ?? "The update directory is up to date.");
  if (outdated !== undefined) action.summarize(`The update directory will be published again: ${outdated}.`);
  // Without a new update directory, no other job would report them.
  for (const problem of problems) action.fail(problem);
});
