import { startGitHub, type GitHub } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { githubUpstream, releaseHello } from "./hello-upstream.ts";
import {
  errorsOf,
  openHostedTestRepository,
  tagsOf,
  type HostedTestRepository,
} from "./hosted-repository.ts";

/** The Enterprise server that the fork is on, and the public GitHub that upstream is on. */
let hosted: HostedTestRepository;
let publicGitHub: GitHub;

beforeEach(async () => {
  hosted = await openHostedTestRepository();
  publicGitHub = await startGitHub();
  await hosted.local.define({ "upstreams:": `upstreams:\n${githubUpstream}` });
  await releaseHello(publicGitHub.repository("acme/hello"), "1.0.0");
  Object.assign(hosted.release.vars, {
    KILN_UPSTREAM_API_URL: publicGitHub.origins.api,
    KILN_UPSTREAM_SERVER_URL: publicGitHub.origins.web,
  });
});
afterEach(async () => {
  await publicGitHub[Symbol.asyncDispose]();
  await hosted[Symbol.asyncDispose]();
});

/** The requests to the public GitHub's API with a token, and without. */
const asked = () => {
  const requests = publicGitHub.requests.filter(({ part }) => part === "api");
  return Object.groupBy(requests, ({ authorized }) => (authorized ? "withToken" : "without"));
};

test("on an Enterprise server upstream is on the public GitHub, which does not get the server's token", async () => {
  const run = await hosted.release.schedule();
  expect(errorsOf(run)).toEqual([]);
  expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
  expect(publicGitHub.requests.filter(({ authorized }) => authorized)).toEqual([]);
  expect(asked().without?.length).toBeGreaterThan(0);
});

test("a token for the public GitHub is sent only there, and never logged", async () => {
  const token = publicGitHub.token({});
  hosted.release.secrets["KILN_UPSTREAM_TOKEN"] = token;
  const dispatched = await hosted.release.dispatch({ "dry-run": true });
  // The server would have refused a token that it does not know.
  expect(errorsOf(dispatched)).toEqual([]);
  expect(asked().without).toBeUndefined();
  expect(asked().withToken?.length).toBeGreaterThan(0);

  hosted.release.secrets["KILN_UPSTREAM_TOKEN"] = `${token}x`;
  const refused = await hosted.release.dispatch({ "dry-run": true });
  expect(errorsOf(refused)).toMatchObject([
    { job: "watch", title: "token-invalid", message: expect.stringContaining("KILN_UPSTREAM_TOKEN") },
  ]);
  const printed = [dispatched, refused].flatMap(({ jobs }) => jobs.flatMap(({ log }) => log.printed));
  expect(printed.join("\n")).not.toContain(token);
});

test("the command line does the same in one job", async () => {
  Object.assign(hosted.local.environment, hosted.github.environment, {
    KILN_UPSTREAM_API_URL: publicGitHub.origins.api,
    KILN_UPSTREAM_SERVER_URL: publicGitHub.origins.web,
  });
  const released = await hosted.local.kiln("release", "--from", "github", "--to", "github:example/kiln");
  expect(released).toMatchObject({ status: 0, stderr: "" });
  expect(tagsOf(hosted)).toEqual(["hello-v1.0.0", "updates-1"]);
  expect(asked().withToken).toBeUndefined();
});
