/** Writes extension.schema.json, from which editors complete an extension.yaml. */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { definitionSchema } from "../src/definition.ts";

const target = new URL("../extension.schema.json", import.meta.url);
const schema = { title: "sysext-kiln extension", ...z.toJSONSchema(definitionSchema, { io: "input" }) };
await writeFile(target, `${JSON.stringify(schema, null, 2)}\n`);
