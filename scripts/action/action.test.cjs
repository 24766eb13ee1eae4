// The action as the runner calls it, with the runner's service played here: what GitHub alone can run is not run.
const assert = require("node:assert/strict");
const { spawnSync, spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { zip } = require("./artifact.cjs");

function runner(t, more) {
  const temp = fs.mkdtempSync(path.join(os.tmpdir(), "runner-"));
  const files = Object.fromEntries(["GITHUB_STATE", "GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"].map((name) => [name, path.join(temp, name)]));
  for (const file of Object.values(files)) fs.writeFileSync(file, "");
  const env = { ...process.env, ...files, RUNNER_TEMP: temp, GITHUB_JOB: "tests", INPUT_ARGS: "--clock manual", INPUT_ARTIFACT: "tacklebox", INPUT_BINARY: process.env.TACKLEBOX_BINARY, ...more };
  const read = (name) => fs.readFileSync(files[name], "utf8");
  const value = (file, key) => new RegExp(`^${key}=(.*)$`, "m").exec(read(file))?.[1];
  t.after(() => {
    const folder = value("GITHUB_STATE", "folder");
    if (folder) spawnSync("bash", [path.join(__dirname, "../down"), folder]);
    fs.rmSync(temp, { recursive: true, force: true });
  });
  return { env, read, value, temp };
}

/** The artifact service and its store, as far as the action asks them. */
async function service(t) {
  const got = { calls: [] };
  const server = http.createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (req.method === "PUT") got.blob = body;
    else got.calls.push([req.url.split("/").pop(), JSON.parse(body), req.headers.authorization]);
    res.statusCode = req.method === "PUT" ? 201 : 200;
    res.end(JSON.stringify({ ok: true, signed_upload_url: `http://${req.headers.host}/blob?sig=1` }));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  t.after(() => server.close());
  return { got, url: `http://127.0.0.1:${server.address().port}/` };
}

const node = (script, env) => new Promise((resolve) => {
  const child = spawn(process.execPath, [path.join(__dirname, script)], { env, stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.on("data", (text) => (out += text));
  child.on("exit", (code) => resolve({ code, out }));
});

test("it starts a sandbox, and a failed job keeps what happened", { skip: !process.env.TACKLEBOX_BINARY && "TACKLEBOX_BINARY names no sandbox" }, async (t) => {
  const { got, url: results } = await service(t);
  const claims = Buffer.from(JSON.stringify({ scp: "Actions.Example Actions.Results:run-1:job-2" })).toString("base64url");
  const r = runner(t, { ACTIONS_RESULTS_URL: results, ACTIONS_RUNTIME_TOKEN: `a.${claims}.b` });
  const main = await node("main.cjs", r.env);
  assert.equal(main.code, 0, main.out);
  const url = r.value("GITHUB_OUTPUT", "url"), token = r.value("GITHUB_OUTPUT", "token");
  assert.ok(main.out.includes(`::add-mask::${token}`));
  assert.equal(r.value("GITHUB_ENV", "TACKLEBOX_URL"), url);
  assert.equal((await fetch(`${url}/_/clock`)).status, 401);
  assert.equal((await (await fetch(`${url}/_/clock`, { headers: { Authorization: `Bearer ${token}` } })).json()).mode, "manual");
  await fetch(`${url}/in/orders`, { method: "POST", body: "a|b" });

  const post = await node("post.cjs", { ...r.env, STATE_folder: r.value("GITHUB_STATE", "folder") });
  assert.equal(post.code, 0);
  assert.ok(!post.out.includes("::warning::"), post.out);
  assert.match(r.read("GITHUB_STEP_SUMMARY"), /\| 1 \| capture \| .*POST \/in\/orders \| 200 \|/);
  assert.deepEqual(got.calls.map(([name]) => name), ["CreateArtifact", "FinalizeArtifact"]);
  const [, made, authorization] = got.calls[0];
  assert.deepEqual([made.workflow_run_backend_id, made.workflow_job_run_backend_id, made.version], ["run-1", "job-2", 4]);
  assert.equal(authorization, `Bearer ${r.env.ACTIONS_RUNTIME_TOKEN}`);
  assert.equal(got.calls[1][1].size, String(got.blob.length));
  await assert.rejects(fetch(`${url}/_/livez`), "the sandbox stopped");
});

test("a sandbox that does not start is an error of the job", async (t) => {
  const r = runner(t, { INPUT_BINARY: "/no/such/tacklebox" });
  const main = await node("main.cjs", r.env);
  assert.equal(main.code, 1);
  assert.match(main.out, /::error::tacklebox did not start: Command failed/);
  if (!process.env.TACKLEBOX_BINARY) return;
  const wrong = await node("main.cjs", runner(t, { INPUT_ARGS: "--clock=100%" }).env);
  assert.equal(wrong.code, 1);
  assert.match(wrong.out, /::error::tacklebox did not start: tacklebox: invalid argument "100%25" for "--clock" flag/);
});

test("without the service the job is warned, no more", async (t) => {
  const r = runner(t);
  const folder = path.join(r.temp, "folder");
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, "entries.jsonl"), '{"seq":1,"kind":"attempt","error":"refused"}\nnot JSON\n');
  const post = await node("post.cjs", { ...r.env, STATE_folder: folder, ACTIONS_RUNTIME_TOKEN: "", ACTIONS_RESULTS_URL: "" });
  assert.equal(post.code, 0);
  assert.match(post.out, /::warning::.*no artifact service/);
  assert.match(r.read("GITHUB_STEP_SUMMARY"), /\| refused \|/);
});

test("the zip is one that others read", (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "zip-"));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const file = path.join(dir, "a.zip");
  fs.writeFileSync(file, zip([{ name: "a.txt", data: Buffer.from("hello\n".repeat(100)) }, { name: "ü.txt", data: Buffer.alloc(0) }]));
  const python = spawnSync("python3", ["-c", "import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist(), len(z.read('a.txt')))", file], { encoding: "utf8" });
  if (python.error) return t.skip("there is no Python here");
  assert.equal(python.stdout.trim(), "['a.txt', 'ü.txt'] 600", python.stderr);
});
