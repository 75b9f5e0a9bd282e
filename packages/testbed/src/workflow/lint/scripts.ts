import type { Workflow } from "../model.ts";

/** A script gets what it needs in variables: an expression inside would be pasted into the shell. */
export function checkScripts({ jobs }: Workflow): string[] {
  return Object.entries(jobs).flatMap(([id, { steps }]) =>
    steps.flatMap(({ run }) => (run?.includes("${{") ? [`job ${id} has an expression inside of "run"`] : [])),
  );
}
