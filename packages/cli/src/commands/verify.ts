import { directorySource, urlSource, verify as verifySource } from "@sysext-kiln/publisher";
import { print } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { formatBytes } from "../output/units.ts";
import { commonOptions } from "../setting.ts";

export async function verify(where: string, given: unknown): Promise<void> {
  const options = commonOptions.parse(given);
  const source = /^https?:\/\//.test(where) ? urlSource(where) : directorySource(where);
  const files = await verifySource(source);
  print(options, files, () => {
    const rows = files.map(({ folder, name, size }) => [`${folder}/${name}`, formatBytes(size)]);
    return `${formatTable(["FILE", "SIZE"], rows)}\n\nEvery file is what its manifest says.`;
  });
}
