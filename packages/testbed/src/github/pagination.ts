import type { Answer } from "./answer.ts";
import type { ApiRequest } from "./route.ts";

/**
 * One page of a list, with links to the others, which contain the repository's number instead of its name, as
 * GitHub's do (docs.github.com, "Using pagination in the REST API").
 * @param wrap makes the body from the page's items; by default it is just the list
 */
export function page<T>(
  request: ApiRequest,
  path: string,
  items: readonly T[],
  describe: (item: T) => unknown,
  wrap: (page: unknown[]) => unknown = (list) => list,
): Answer {
  const size = Math.min(positive(request.query.get("per_page"), 30), 100);
  const number = positive(request.query.get("page"), 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const address = (target: number) => {
    const query = new URLSearchParams(request.query);
    query.set("page", String(target));
    return `${request.state.origins.api}/repositories/${request.repository.id}${path}?${query.toString()}`;
  };
  const links = [
    ...(number > 1 ? [`<${address(Math.min(number - 1, last))}>; rel="prev"`] : []),
    ...(number < last ? [`<${address(number + 1)}>; rel="next"`, `<${address(last)}>; rel="last"`] : []),
    ...(number > 1 ? [`<${address(1)}>; rel="first"`] : []),
  ];
  return {
    status: 200,
    headers: links.length > 0 ? { link: links.join(", ") } : {},
    body: wrap(items.slice((number - 1) * size, number * size).map(describe)),
  };
}

function positive(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
