import { Agent, request } from "node:http";
import { z } from "zod";

/** A user of etcd with the role `root`. */
export interface Credentials {
  user: string;
  password: string;
}

/** What a member answered: its status, and the body. */
interface Answer {
  status: number;
  body: string;
}

/**
 * A client of etcd's JSON gateway (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/) that asks one
 * member after the other.
 */
export interface EtcdClient {
  /**
   * Sends a request to the member that answered last, or if that fails to the next one.
   * @returns the answer, or undefined if there was none
   */
  ask(path: string, body: object): Promise<Answer | undefined>;
}

const tokenSchema = z.object({ token: z.string() });

/** @param timeoutMs how long a member may take to answer before the next one is asked */
export function openClient(
  endpoints: readonly string[],
  credentials: Credentials | undefined,
  timeoutMs: number,
): EtcdClient {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  let token: string | undefined;
  const send = (path: string, body: object) =>
    new Promise<Answer | undefined>((resolve) => {
      const headers = {
        "Content-Type": "application/json",
        ...(token !== undefined && { Authorization: token }),
      };
      const url = new URL(path, endpoints[turn % endpoints.length]);
      const sent = request(url, { method: "POST", agent, headers, timeout: timeoutMs }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("close", () => {
          const whole = { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
          resolve(response.complete ? whole : undefined);
        });
      });
      sent.once("timeout", () => sent.destroy()).once("error", () => resolve(undefined));
      sent.end(JSON.stringify(body));
    });
  const logIn = async ({ user, password }: Credentials) => {
    token = undefined;
    const answer = await send("/v3/auth/authenticate", { name: user, password });
    if (answer?.status === 200) ({ token } = tokenSchema.parse(JSON.parse(answer.body)));
  };
  return {
    async ask(path, body) {
      if (credentials !== undefined && token === undefined) await logIn(credentials);
      const answer = await send(path, body);
      if (answer?.status === 200) return answer;
      turn += 1;
      // Each member forgets its tokens when it restarts.
      token = undefined;
      return answer;
    },
  };
}

/** Text as the gateway takes it. */
export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
