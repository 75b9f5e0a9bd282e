import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listen } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runDockerfile } from "./run-dockerfile.ts";

/** Tries to connect to the port of the machine; bash has a path for it. */
const probe = `if timeout 5 bash -c "echo hello >/dev/tcp/127.0.0.1/$PORT"; then echo reached; else echo refused; fi`;

const dockerfile = `ARG BASE_IMAGE=debian:trixie-slim
ARG TOOLCHAIN=toolchain
FROM --platform=$BUILDPLATFORM \${BASE_IMAGE} AS toolchain
RUN --mount=type=secret,id=apt-conf,required=true touch /toolchain

FROM --platform=$BUILDPLATFORM \${TOOLCHAIN} AS compiler
ARG PORT
RUN test -e /toolchain
RUN ${probe} >/answer
RUN --mount=type=secret,id=apt-conf if [ -e /run/secrets/apt-conf ]; then echo secret; fi >>/answer
RUN ls /sys/class/net >>/answer

FROM scratch
COPY --from=compiler /answer /
`;

let folder: string;
let server: Server;
let port: number;
let connections: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-dockerfile-"));
  connections = 0;
  server = createServer((socket) => {
    connections += 1;
    socket.end();
  });
  port = await listen(server);
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

test("a stage that compiles reaches neither the machine's loopback nor a secret", async () => {
  const [context, output, work] = [join(folder, "context"), join(folder, "output"), join(folder, "work")];
  for (const path of [context, output, work]) await mkdir(path);
  await writeFile(join(context, "Dockerfile"), dockerfile);
  const lines: string[] = [];
  const platform = "linux/arm64";
  const compilation = { context, output, image: "debian:trixie-slim", suites: ["trixie"], platform };
  await runDockerfile({ ...compilation, args: { PORT: String(port) } }, work, {
    say: () => undefined,
    log: (line) => lines.push(line),
    uncached: true,
  });
  expect(await readFile(join(output, "answer"), "utf8")).toBe("refused\nlo\n");
  expect(connections).toBe(0);
});
