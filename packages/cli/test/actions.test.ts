import { fileURLToPath } from "node:url";
import * as builder from "@sysext-kiln/builder/action";
import * as container from "@sysext-kiln/container/action";
import * as publisher from "@sysext-kiln/publisher/action";
import { readAction } from "@sysext-kiln/testbed/workflow";
import * as versionWatcher from "@sysext-kiln/version-watcher/action";
import * as watchdog from "@sysext-kiln/watchdog/action";
import { describe, expect, test } from "vitest";

const actions = { "version-watcher": versionWatcher, builder, publisher, container, watchdog };

describe.each(Object.entries(actions))("the action %s", (name, { inputs, outputs }) => {
  const folder = fileURLToPath(new URL(`../../${name}`, import.meta.url));

  test("has the inputs and outputs that its action.yml describes", async () => {
    const described = await readAction(folder);
    expect(Object.keys(inputs.shape).toSorted()).toEqual(Object.keys(described.inputs).toSorted());
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(described.outputs).toSorted());
  });

  test("uses the default that its action.yml describes for an empty input", async () => {
    const { inputs: described } = await readAction(folder);
    const required = Object.entries(described).filter(([, { required: isRequired }]) => isRequired);
    const given = Object.fromEntries(required.map(([one]) => [one, "x"]));
    const fallbacks = Object.entries(described).flatMap(([one, { default: value }]) =>
      value === undefined || value.includes("${{") ? [] : [[one, value] as const],
    );
    expect(inputs.parse(given)).toEqual(inputs.parse({ ...given, ...Object.fromEntries(fallbacks) }));
    for (const [one] of required)
      expect(inputs.safeParse({ ...given, [one]: undefined }).success).toBe(false);
  });
});
