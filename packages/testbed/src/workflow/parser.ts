import { registerHooks } from "node:module";

// The parser imports its schemas as JSON without saying so, which Node refuses.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const isSchema = specifier.endsWith(".json") && context.parentURL?.includes("/@actions/workflow-parser/");
    return isSchema ? { ...resolved, importAttributes: { type: "json" } } : resolved;
  },
});

export const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } =
  await import("@actions/workflow-parser");
export const { ErrorPolicy } = await import("@actions/workflow-parser/model/convert");
export const { convertActionTemplate, parseAction } = await import("@actions/workflow-parser/actions/index");
