import { KilnError, oneLine, usageErrors } from "@sysext-kiln/error";
import {
  formatImageVersion,
  loadRepository,
  nativeArchitecture,
  choosableUpstreams,
  servicesOf,
} from "@sysext-kiln/extension";
import {
  addInterface,
  bootHost,
  type Host,
  type HostOptions,
  openNetwork,
  reloadsAfterMerge,
  suiteOfSystemd,
  systemdVersions,
  whyNoHosts,
} from "@sysext-kiln/booted-host";
import { runPhase } from "@sysext-kiln/machine";
import { z } from "zod";
import { parseImageChoices } from "../../images/choose.ts";
import { openReporter } from "../../output/reporter.ts";
import { commonOptions, upstreamChoice } from "../../selection.ts";
import { findImages, type FoundImage } from "../../images/find.ts";
import { inspectImages } from "../../images/inspect.ts";
import { prepareForTrial, startTrial, type Trial } from "./trial.ts";

const usage = usageErrors("./kiln try --help shows examples");

const tryOptions = commonOptions.extend({
  systemd: z.enum(systemdVersions),
  from: z.enum(choosableUpstreams).optional(),
  image: z.string().optional(),
  ignition: z.string().optional(),
});
type TryOptions = z.infer<typeof tryOptions>;

/** The standard output is for the command that runs on the host. */
const reporter = openReporter({ onStderr: true });

/** Boots a real systemd with extensions, and runs a shell or a command in it. */
export async function tryOut(
  words: readonly string[],
  typed: readonly string[],
  given: unknown,
): Promise<void> {
  const options = tryOptions.parse(given);
  if (options.image !== undefined) {
    if (typed.length > 0) throw usage("no command with --image, which only has a console", typed.join(" "));
    const { tryImage } = await import("./disk-image.ts");
    await tryImage(options.image, words, options);
    return;
  }
  if (options.ignition !== undefined) throw usage("--image, which --ignition requires", "no --image");
  if (words.length === 0) throw usage("the name of an extension", "no name");
  requireHosts();
  process.stderr.write(
    "note: root on the host is root of this machine, even though systemd-nspawn hides it: only try images that you trust\n",
  );
  const repository = await loadRepository(options.extensions);
  const choices = parseImageChoices(repository, words);
  const architecture = nativeArchitecture();
  const images = await findImages(choices, {
    ...upstreamChoice({ named: true, settings: repository.settings }, options.from),
    reporter,
    architecture,
    published: undefined,
  });
  await inspectImages(images, architecture, reporter);
  const trials = choices.flatMap(({ extension }, index) => {
    const image = images[index];
    return image ? [{ extension, image }] : [];
  });
  process.exitCode = await inHost(trials, typed, options);
}

async function inHost(
  trials: readonly Trial[],
  typed: readonly string[],
  { systemd }: TryOptions,
): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const host = await runPhase(reporter, `boot systemd ${systemd}`, async (say) => {
    const network = stack.use(await openNetwork());
    await addInterface(network, "192.0.2.1/24");
    const suite = suiteOfSystemd[systemd];
    const booted = stack.use(
      await bootHost({ suite, name: "try", network, isUntrusted: true, say, ...hostOptionsFor(trials) }),
    );
    // On hosts, kiln-host does this.
    if (!reloadsAfterMerge(suite)) await booted.run(["systemctl", "daemon-reload"]);
    return booted;
  });
  const failure = await startAll(host, trials);
  const [program, ...args] = typed;
  if (program !== undefined) {
    // A script must notice that the service does not run.
    if (failure) throw failure;
    return await attached(host, [program, ...args]);
  }
  const names = trials.map(({ image }) => titleOf(image)).join(", ");
  const shell = failure ? "A shell to investigate" : `A shell on a host with ${names}`;
  process.stderr.write(`\n${oneLine(shell)}; Ctrl-D ends it.\n\n`);
  return await attached(host, ["bash", "--login"]);
}

function hostOptionsFor(trials: readonly Trial[]): Pick<HostOptions, "prepare"> {
  return { prepare: (root) => prepareForTrial(root, trials) };
}

/** Starts the services one after the other. @returns the first error */
async function startAll(host: Host, trials: readonly Trial[]): Promise<unknown> {
  for (const trial of trials) {
    const services = servicesOf(trial.extension.definition).join(" and ");
    const title =
      services === "" ? `merge ${titleOf(trial.image)}` : `start ${services} of ${titleOf(trial.image)}`;
    try {
      await runPhase(reporter, title, (say) => startTrial(host, trial, say));
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

function ignore(): void {
  // The command on the host also gets the signal.
}

/**
 * Runs a command on the host in this terminal. Ctrl-C ends only the command, so that the host is shut down
 * properly.
 */
async function attached(host: Host, command: readonly [string, ...string[]]): Promise<number> {
  process.on("SIGINT", ignore);
  try {
    return await host.attach(command);
  } finally {
    process.off("SIGINT", ignore);
  }
}

function titleOf({ definition, version }: FoundImage): string {
  return `${definition.name} ${formatImageVersion(version)}`;
}

function requireHosts(): void {
  const reason = whyNoHosts();
  if (reason === undefined) return;
  throw new KilnError("host-unavailable", {
    expected: "to be able to boot a host, which needs root for mounts, loop devices and a network",
    found: reason,
    next: "run it with sudo, or boot a disk image with --image, which does not need root",
  });
}
