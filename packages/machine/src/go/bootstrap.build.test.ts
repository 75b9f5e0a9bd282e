import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { findProgram } from "../programs.ts";
import { runGo } from "./go.ts";
import { downloadModules } from "./modules.ts";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "kiln-go-bootstrap-"));
  vi.stubEnv("KILN_CACHE_DIR", cache);
  const installed = dirname(findProgram("go") ?? "");
  const others = (process.env["PATH"] ?? "").split(":").filter((folder) => folder !== installed);
  vi.stubEnv("PATH", others.join(":"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test("a machine without Go fetches and verifies modules with Debian's", async () => {
  const say = vi.fn<(line: string) => void>();
  const { stdout } = await runGo(["version"], { say });
  expect(stdout).toMatch(/^go version go1\.(2[1-9]|[3-9]\d)/);
  const [module] = await downloadModules(["golang.org/x/mod@v0.20.0"], { say });
  expect(module?.sum).toBe("h1:utOm6MM3R3dnawAiJgn0y+xvuYRsm1RKM/4giyfDgV0=");
});
