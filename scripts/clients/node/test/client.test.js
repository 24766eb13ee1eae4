import assert from "node:assert/strict";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { ExpectationError, TackleboxError, connect, parseReplies, startTacklebox } from "tacklebox";

let tb;
before(async () => (tb = await startTacklebox()));
after(() => tb.stop());

test("replies are read as on the command line", () => {
  for (const [text, want] of [
    ["200", [{ status: 200 }]],
    [503, [{ status: 503 }]],
    ["500x2, 200@3s", [{ status: 500, times: 2 }, { status: 200, delay: "3s" }]],
    ["", []],
  ]) assert.deepEqual(parseReplies(text), want);
  assert.throws(() => parseReplies("50x"), /STATUS/);
});

test("what is fired arrives", async () => {
  const space = await tb.space("arrives");
  const events = await space.fire("shoptet", "order:create", { to: space.inbox("box").url, set: { eventInstance: "1" } });
  assert.equal(events[0].deliveries.length, 1);
  const [entry] = await space.expect("inbox:box body.eventInstance=1");
  assert.equal(entry.kind, "capture");
  assert.equal(entry.request.url, "/in/box");
  assert.deepEqual((await space.inbox("box").captures()).map((e) => e.seq), [entry.seq]);
  assert.equal((await space.replay(entry.seq, { to: space.inbox("again").url })) !== undefined, true);
  await space.expect("inbox:again");
  await space.end();
});

test("an expectation that fails names the nearest miss", async () => {
  const space = await tb.space("miss");
  await space.fire("shoptet", "order:create", { to: space.inbox("box").url });
  await space.expect("inbox:box");
  await assert.rejects(space.expect("inbox:box status:500", { within: 50 }), (e) => {
    assert.ok(e instanceof ExpectationError);
    assert.match(e.message, /nearest: entry \d+ .*\n.*status is 200, wanted 500/);
    assert.equal(typeof e.nearest.seq, "number");
    return true;
  });
  await assert.rejects(space.expect("foo:1"), (e) => e instanceof TackleboxError && e.code === "bad_filter");
});

test("spaces have a clock and entries of their own", async () => {
  const [a, b] = await Promise.all([tb.space("a"), tb.space("b")]);
  const then = (await b.clock()).now;
  await a.inbox("box").reply("500x1,200");
  await a.fire("shoptet", "order:create", { to: a.inbox("box").url });
  await a.expect("kind:attempt status:500");
  assert.ok((await a.clock()).next);
  await a.next();
  await a.expect("kind:attempt status:200");
  assert.equal((await b.clock()).now, then);
  assert.deepEqual(await b.entries(), []);
  await a.reset();
  assert.deepEqual(await a.entries(), []);
});

test("an inbox keeps what is not changed", async () => {
  const box = (await tb.space("keeps")).inbox("box");
  await box.forward("http://127.0.0.1:9/x");
  await box.reply(503);
  const is = await box.settings();
  assert.equal(is.forward, "http://127.0.0.1:9/x");
  assert.equal(is.reply[0].status, 503);
});

test("a refusal says what is known", async () => {
  await assert.rejects(tb.fire("shoptt", "order:create"), (e) => e instanceof TackleboxError && e.status === 422 && /shoptet/.test(e.message));
  await assert.rejects(tb.fire("shoptet", "order:create", { nonsense: 1 }), (e) => e.status === 400 || e.status === 422);
});

test("settings, secrets, subscriptions, faults and verify are calls", async () => {
  const space = await tb.space("calls");
  await space.settings("shoptet", { attempts: 1 });
  assert.equal((await space.subscribe({ provider: "shoptet", account: "me", url: space.inbox("box").url, types: ["order:create"] })).length, 1);
  assert.ok(Array.isArray(await space.secrets("shoptet", "me")));
  await space.faults([{ kind: "duplicate" }]);
  await space.fire("shoptet", "order:create");
  await space.expect("kind:capture", { count: 2 });
  assert.equal((await space.verify({ provider: "shoptet", secret: "k", headers: { "Shoptet-Webhook-Signature": "00" }, body: "{}" })).valid, false);
});

test("a snapshot brings back what was prepared", async () => {
  const space = await tb.space("prepared");
  await space.inbox("box").reply("503");
  const prepared = await space.snapshot();
  await space.inbox("box").forget();
  assert.equal((await space.inbox("box").settings()).reply ?? null, null);
  await space.restore(prepared);
  assert.equal((await space.inbox("box").settings()).reply[0].status, 503);
});

test("a token opens, and its absence is refused", async () => {
  const own = await startTacklebox({ token: "t0ken", start: "2026-01-05T09:00:00Z" });
  assert.match((await own.clock()).now, /^2026-01-05T09:00:00/);
  await assert.rejects(connect(own.url, { token: "" }).clock(), (e) => e.status === 401);
  await own.stop();
  await assert.rejects(own.clock(), /the sandbox ended/);
});

test("no sandbox outlives a process that was killed", { timeout: 30_000 }, async () => {
  const script = 'import { startTacklebox } from "tacklebox"; console.log((await startTacklebox()).url); setInterval(() => {}, 1000);';
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
    const [url] = await once(child.stdout.setEncoding("utf8"), "data");
    const waits = assert.rejects(connect(url.trim()).expect("inbox:never", { within: "60s" }));
    child.kill(signal);
    await waits;
  }
});

test("a sandbox that cannot start says why", async () => {
  await assert.rejects(startTacklebox({ binary: "/no/such/tacklebox" }), /cannot start \/no\/such\/tacklebox.*the binary is the option binary, else TACKLEBOX_BINARY/);
  await assert.rejects(startTacklebox({ args: ["--nonsense"] }), /unknown flag: --nonsense/);
  await assert.rejects(connect("http://127.0.0.1:1").clock(), /no sandbox answers at/);
});

test("no sandbox outlives the process that started it", async () => {
  const script = 'import { startTacklebox } from "tacklebox"; console.log((await startTacklebox()).url);';
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
  let url = "";
  child.stdout.on("data", (text) => (url += text));
  await once(child, "exit");
  await assert.rejects(connect(url.trim()).clock(), /no sandbox answers at/);
});
