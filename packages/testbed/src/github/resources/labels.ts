import { z } from "zod";
import { created, invalid } from "../answer.ts";
import { page } from "../pagination.ts";
import { route, writesIssues, type ApiRequest, type Route } from "../route.ts";
import type { GitHubState, LabelState, RepositoryState } from "../state.ts";
import { apiUrl, nodeId, type Schemas } from "./describe.ts";

const labelSchema = z.object({
  name: z.string(),
  color: z.string().optional(),
  description: z.string().optional(),
});

export const labelRoutes: Route[] = [
  route("GET", "/labels", (request) =>
    page(request, "/labels", request.repository.labels, (label) =>
      describeLabel(request.state, request.repository, label),
    ),
  ),

  route(
    "POST",
    "/labels",
    (request) => {
      const { state, repository } = request;
      const { name, color, description } = labelSchema.parse(request.body);
      if (repository.labels.some((label) => label.name.toLowerCase() === name.toLowerCase())) {
        throw invalid({ resource: "Label", code: "already_exists", field: "name" });
      }
      const label = { id: state.nextId(), name, color: color ?? "ededed", description: description ?? null };
      repository.labels.push(label);
      return created(describeLabel(state, repository, label));
    },
    writesIssues,
  ),
];

/** A label of the repository, which is created when an issue first names it. */
export function labelNamed({ state, repository }: ApiRequest, name: string): LabelState {
  const found = repository.labels.find((label) => label.name.toLowerCase() === name.toLowerCase());
  if (found) return found;
  const label = { id: state.nextId(), name, color: "ededed", description: null };
  repository.labels.push(label);
  return label;
}

export function describeLabel(
  state: GitHubState,
  repository: RepositoryState,
  { id, name, color, description }: LabelState,
): Schemas["label"] {
  return {
    id,
    node_id: nodeId("Label", id),
    url: `${apiUrl(state, repository)}/labels/${encodeURIComponent(name)}`,
    name,
    color,
    description,
    default: false,
  };
}
