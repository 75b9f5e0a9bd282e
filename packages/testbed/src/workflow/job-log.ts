/** What GitHub shows with a run for an `::error::`, `::warning::` or `::notice::` line. */
export interface Annotation {
  level: "error" | "warning" | "notice";
  title: string | undefined;
  message: string;
}

/** The log of a job: what people see, and what the steps printed. */
export interface JobLog {
  /** Without the secrets that the runner knows. */
  shown: string[];
  /** As it was printed, without the commands that pass secrets to the runner. */
  printed: string[];
  annotations: Annotation[];
  groups: string[];
  write: (line: string) => void;
  mask: (secret: string) => void;
}

const levels = ["error", "warning", "notice"] as const;

/** @param secrets the texts of which the runner hides each line */
export function openJobLog(secrets: readonly string[]): JobLog {
  const masks = new Set<string>();
  const mask = (secret: string) => {
    for (const line of secret.split("\n")) if (line.trim() !== "") masks.add(line);
  };
  for (const secret of secrets) mask(secret);
  const hide = (text: string) => [...masks].reduce((sum, one) => sum.replaceAll(one, "***"), text);
  const log: JobLog = {
    shown: [],
    printed: [],
    annotations: [],
    groups: [],
    mask,
    write(line) {
      const command = /^::(?<name>[a-z-]+)(?: (?<properties>.*?))?::(?<value>.*)$/s.exec(line)?.groups;
      const name = command?.["name"];
      const value = unescape(command?.["value"] ?? "");
      if (name === "add-mask") {
        mask(value);
        return;
      }
      log.printed.push(command ? `${name}: ${value}` : line);
      const level = levels.find((one) => one === name);
      if (level) {
        const title = /(?:^|,)title=(?<title>[^,]*)/.exec(command?.["properties"] ?? "")?.groups?.["title"];
        log.annotations.push({ level, title: title && unescape(title), message: hide(value) });
      }
      if (name === "group") log.groups.push(value);
      if (name !== "debug") log.shown.push(hide(command ? `##[${name}]${value}` : line));
    },
  };
  return log;
}

function unescape(text: string): string {
  const characters: Record<string, string> = { "%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%" };
  return text.replaceAll(/%(?:0D|0A|3A|2C|25)/g, (code) => characters[code] ?? code);
}
