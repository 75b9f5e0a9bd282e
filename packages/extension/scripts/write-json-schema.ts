/** Writes the JSON Schemas from which editors complete an extension.yaml and a kiln.yaml. */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { definitionSchema } from "../src/definition.ts";
import { repositorySettingsSchema } from "../src/repository-settings.ts";

const schemas = [
  { name: "extension", title: "sysext-kiln extension", schema: definitionSchema },
  { name: "kiln", title: "sysext-kiln repository", schema: repositorySettingsSchema },
] as const;
for (const { name, title, schema } of schemas) {
  const json = { title, ...z.toJSONSchema(schema, { io: "input" }) };
  await writeFile(new URL(`../${name}.schema.json`, import.meta.url), `${JSON.stringify(json, null, 2)}\n`);
}
