/**
 * Reads what a step wrote into one of the runner's files, such as `GITHUB_OUTPUT`: `name=value` lines, and values of
 * several lines between two lines with a delimiter. The last value of a name counts.
 */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  while (lines.length > 0) {
    const line = lines.shift() ?? "";
    if (line === "") continue;
    const block = /^(?<name>[^=]+?)<<(?<delimiter>.+)$/.exec(line)?.groups;
    if (block) {
      const end = lines.indexOf(block["delimiter"] ?? "");
      if (end < 0) throw new Error(`no end of the value of ${block["name"]}`);
      values[block["name"] ?? ""] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join("\n");
      continue;
    }
    const at = line.indexOf("=");
    if (at < 0) throw new Error(`a line that is no command: ${line}`);
    values[line.slice(0, at)] = line.slice(at + 1);
  }
  return values;
}
