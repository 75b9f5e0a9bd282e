import type { ReadWorkflow } from "../read-workflow.ts";

/**
 * A condition is an expression and nothing else. With anything around its `${{ }}`, a line end of a block scalar
 * included, it is a text, and a text is true.
 */
export function checkConditions({ conditions, text }: ReadWorkflow): string[] {
  // Elsewhere it makes a text of what would be a truth value or a list.
  const inBlock = /[:-] [>|][-+]?\n[^\n]*\$\{\{/.test(text) ? ["an expression in a block scalar"] : [];
  const always = Object.entries(conditions).flatMap(([id, { job, steps }]) =>
    [job, ...steps].some((condition) => /^(success\(\) && )?\(?format\(/.test(condition))
      ? [`job ${id} has a condition with text around its expression, which is always true`]
      : [],
  );
  return [...inBlock, ...always];
}
