import type { Context } from "@sysext-kiln/action";
import type { Repository } from "@sysext-kiln/extension";
import { settings } from "@sysext-kiln/machine";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { publishAll } from "../publish-all.ts";
import { mayPublishEarly } from "../request-budget.ts";
import { configuredNextKey } from "../signing/keyring.ts";
import { configuredSigner, requireSigner } from "../signing/signer.ts";
import type { UpdateDirectoryOptions } from "../update-directory.ts";
import type { inputs, outputs } from "./context.ts";
import { type BuiltImages, readImages } from "./images.ts";
import { notDelivered, publishSummary } from "./summary.ts";

type PublisherContext = Context<typeof inputs, keyof typeof outputs>;

/** Publishes what a run has built: everything at its end, or one extension while others are still being built. */
export async function publish(
  { inputs: given, ...action }: PublisherContext,
  store: ReleaseStore,
  { extensions, settings: repository }: Pick<Repository, "extensions" | "settings">,
  directory: UpdateDirectoryOptions,
): Promise<void> {
  const definitions = extensions.map(({ definition }) => definition);
  const isEarly = given.extension !== undefined;
  const built = await readImages(given, extensions, store, action);
  if (isEarly) {
    const reason = await whyNotEarly(store, built);
    if (reason !== undefined) {
      action.say(reason);
      action.summarize(`Nothing was published: ${reason}.`);
      return;
    }
  }
  // A key that cannot be used is reported before anything is published.
  const signer = await configuredSigner(settings());
  await requireSigner(store, signer, repository);
  const nextKey = await configuredNextKey(given.extensions, repository);
  const options = {
    ...{ ...directory, signer, nextKey, isEarly, run: built.run },
    baseUrl: repository.baseUrl ?? store.baseUrl,
  };
  const result = await publishAll(store, definitions, built.images, options, action.reporter);
  for (const error of result.errors) action.fail(error);
  action.setOutput("changed", String(result.updated));
  const published = [...built.published.map(({ tag }) => tag), ...result.tags];
  action.setOutput("published", published.join(" "));
  action.setOutput("failed", [...notDelivered(built), ...result.failed].join(" "));
  if (result.waiting.length > 0 && !isEarly)
    action.warn(
      "rate-limited",
      `${result.waiting.join(", ")}: the next run publishes them, as GitHub accepts too few requests in this hour`,
    );
  action.summarize(publishSummary(built, result, { isEarly }));
}

/** Why an extension is not published before the end of the run; undefined if it may be. */
async function whyNotEarly(store: ReleaseStore, { images }: BuiltImages): Promise<string | undefined> {
  if (images.length === 0) return "there is nothing to publish that is not published yet";
  if (mayPublishEarly(store, await store.latest())) return undefined;
  return `the run needs the ${store.remainingRequests()} requests that GitHub accepts in this hour at its end`;
}
