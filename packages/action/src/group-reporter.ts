import type { Reporter } from "@sysext-kiln/machine";
import type { Progress } from "./progress.ts";

/**
 * Shows phases as groups in the log of an action. Phases that run at the same time share a group, in which each line
 * begins with the title of its phase.
 */
export function groupReporter({ phase, say }: Pick<Progress, "phase" | "say">): Reporter {
  return {
    async run(phases, { concurrency = 1 } = {}) {
      const errors: unknown[] = [];
      const fail = (error: unknown) => {
        say("failed: see the annotation");
        errors.push(error);
      };
      if (concurrency === 1) {
        for (const { title, run } of phases) {
          phase(title);
          await run(say).catch(fail);
        }
        return errors;
      }
      phase(phases.map(({ title }) => title).join(", "));
      const waiting = phases.values();
      const work = async () => {
        for (const { title, run } of waiting) await run((line) => say(`${title}: ${line}`)).catch(fail);
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      return errors;
    },
  };
}
