import { RequestError } from "@octokit/request-error";
import { isKilnError } from "@sysext-kiln/error";
import { z } from "zod";

const bodySchema = z.object({
  message: z.string().default(""),
  errors: z
    .array(
      z.union([
        z.object({
          resource: z.string().optional(),
          code: z.string().optional(),
          field: z.string().optional(),
          message: z.string().optional(),
        }),
        z
          .string()
          .transform((message) => ({ message, resource: undefined, code: undefined, field: undefined })),
      ]),
    )
    .default([]),
});

/** The response to a request that GitHub did not fulfill. */
export interface ErrorResponse extends z.infer<typeof bodySchema> {
  status: number;
  /** How long GitHub asks to wait, in seconds; undefined if it does not. */
  retryAfter: number | undefined;
}

/** The response behind an error; undefined for an error that no response caused. */
export function errorResponseOf(error: unknown): ErrorResponse | undefined {
  const request = isKilnError(error) ? error.cause : error;
  if (!(request instanceof RequestError) || !request.response) return undefined;
  const body = bodySchema.safeParse(request.response.data).data ?? { message: "", errors: [] };
  return { status: request.status, retryAfter: retryAfterOf(request.response.headers), ...body };
}

/** Whether GitHub gave one of the error codes of its 422 responses, such as `already_exists`. */
export function hasErrorCode(error: unknown, code: string): boolean {
  return errorResponseOf(error)?.errors.some((one) => one.code === code) ?? false;
}

function retryAfterOf(headers: Record<string, string | number | undefined>): number | undefined {
  if (headers["retry-after"] !== undefined) return numberOf(headers["retry-after"]);
  if (headers["x-ratelimit-remaining"] !== "0") return undefined;
  const reset = numberOf(headers["x-ratelimit-reset"]);
  return reset === undefined ? undefined : Math.max(reset - Math.floor(Date.now() / 1000), 0) + 1;
}

/** A number in a header; undefined for anything else, as any server may have answered. */
export function numberOf(header: string | number | undefined): number | undefined {
  return /^\d{1,10}$/.test(String(header)) ? Number(header) : undefined;
}
