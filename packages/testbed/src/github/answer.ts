/** The answer to a request. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  bytes?: Buffer;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function created(body: unknown): Answer {
  return { status: 201, body };
}

export function noContent(): Answer {
  return { status: 204 };
}

export function redirect(location: string): Answer {
  return { status: 302, headers: { location } };
}

/** One of the `errors` in a 422. */
export interface Invalidity {
  resource: string;
  code: string;
  field?: string;
  message?: string;
}

/** The answer to a request that is refused, as an error. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(
    status: number,
    message: string,
    more: { errors?: Invalidity[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    const { errors, headers = {} } = more;
    this.answer = {
      status,
      headers,
      body: {
        message,
        ...(errors && { errors }),
        documentation_url: "https://docs.github.com/rest",
        status: String(status),
      },
    };
  }
}

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}

/** A 422 in GitHub's words. */
export function invalid(...errors: Invalidity[]): Refusal {
  return new Refusal(422, "Validation Failed", { errors });
}
