import { markdownTable, runAction } from "@sysext-kiln/action";
import { formatImageVersion, loadRepository, pinOf, readPlan } from "@sysext-kiln/extension";
import { formatBytes } from "@sysext-kiln/machine";
import { buildImage } from "../build-image.ts";
import { findOrder } from "../find-order.ts";
import { deliverImage } from "../image-cache.ts";
import { inputs, outputs } from "./context.ts";

await runAction({ inputs, outputs }, async ({ inputs: given, ...action }) => {
  const { image, output } = given;
  const plan = await readPlan(given.plan, given["plan-digest"]);
  const { extensions } = await loadRepository(given.extensions);
  const found = await findOrder(extensions, plan, image);
  let phase = "";
  const say = (line: string) => {
    // The first word of the builder's lines is its phase: fetching, compiling, packing, running.
    const [word = ""] = line.split(/[ ,]/);
    if (word !== phase) action.phase(word);
    phase = word;
    action.say(line);
  };
  const built = await deliverImage(
    await buildImage(found.extension, found.order, { say, log: action.log }),
    output,
  );

  const { image: file, inputs: used, tools, extension, version, architecture, upstream } = built.record;
  action.setOutput("image", built.path);
  action.setOutput("record", built.recordPath);
  action.setOutput("sha256", file.sha256);
  action.summarize(
    markdownTable(
      [file.name, ""],
      [
        ["version", `${extension} ${formatImageVersion(version)} for ${architecture}, from ${upstream}`],
        ["size", formatBytes(file.size)],
        ["SHA-256", file.sha256],
        ...used.map((input) => [input.name, pinOf(input)]),
        ...Object.entries(tools),
      ],
    ),
  );
});
