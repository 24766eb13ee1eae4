// There is no container engine where these tests run: what is handed to one is checked, and that the sandbox takes it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { settings } from "../container.js";

const testcontainers = await import("testcontainers").catch(() => undefined);

test("the container's settings", () => {
  const s = settings({ seed: 7, start: new Date("2026-01-05T09:00:00Z") });
  assert.ok(s.token.length > 20);
  assert.notEqual(s.token, settings().token);
  assert.equal(s.headers.Authorization, `Bearer ${s.environment.TACKLEBOX_TOKEN}`);
  assert.deepEqual([s.environment.TACKLEBOX_SEED, s.environment.TACKLEBOX_START, s.environment.TACKLEBOX_CLOCK], ["7", "2026-01-05T09:00:00.000Z", "manual"]);
  assert.deepEqual(settings({ args: ["--sync"], token: "t" }).command, ["up", "--sync"]);
});

test("the sandbox takes them", async () => {
  const s = settings({ seed: 7 });
  const child = spawn(process.env.TACKLEBOX_BINARY || "tacklebox", [...s.command, "--no-tui", "--port", "0"], { env: { ...process.env, ...s.environment }, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  for await (const text of child.stderr) {
    said += text;
    const url = /ready at (\S+)/.exec(said)?.[1];
    if (!url) continue;
    assert.equal((await fetch(url + s.ready)).status, 401);
    assert.equal((await fetch(url + s.ready, { headers: s.headers })).status, 200);
    break;
  }
  child.kill();
  assert.match(said, /ready at/);
});

test("the class", { skip: !testcontainers && "testcontainers is not installed" }, async () => {
  const { StartedTackleboxContainer, TackleboxContainer } = await import("tacklebox/testcontainers");
  assert.deepEqual(new TackleboxContainer().withClock("auto").withSeed(3).withFlags("--sync").options, { clock: "auto", seed: 3, args: ["--sync"] });
  const started = new StartedTackleboxContainer({ getHost: () => "localhost", getMappedPort: (p) => p + 1 }, "t");
  assert.equal(started.getUrl(), "http://localhost:4781");
  assert.equal(started.sandbox().token, "t");
  assert.equal(started.hostUrl(3000), "http://host.docker.internal:3000");
});
