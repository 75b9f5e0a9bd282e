import type { RequestListener } from "node:http";
import sirv from "sirv";

/** Answers with the files below a directory, by their paths. */
export function filesBelow(directory: string): RequestListener {
  // Looked up at each request: a publisher may switch the update directory while we serve it.
  const files = sirv(directory, { dev: true, etag: true });
  return (request, response) => {
    const notFound = () => {
      response.writeHead(404).end();
    };
    // Drafts and what is being removed stand in folders that begin with a dot.
    if (/\/\.|%2e/i.test(request.url ?? "")) notFound();
    else files(request, response, notFound);
  };
}
