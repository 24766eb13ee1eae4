// The example's tests are worth something only when they fail for a handler that forgets what they are about.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const client = path.dirname(import.meta.dirname);

for (const [what, from, to, failing] of [
  ["nothing", "", "", null],
  ["the signature", "if (!genuine(key, headers, body)) return 401;", "", "a wrong signature is refused"],
  ["the duplicate", "if (seen.has(id)) return 200;", "", "a duplicate is stored once"],
  ["the retry", "await store(eventInstance);\n    seen.add(id);", "seen.add(id);\n    await store(eventInstance);", "what failed is stored by the retry"],
]) {
  test(`a handler that forgets ${what}`, async () => {
    const dir = await mkdtemp(path.join(tmpdir(), "forgets-"));
    await cp(path.join(client, "example"), dir, { recursive: true });
    await mkdir(path.join(dir, "node_modules"));
    await symlink(client, path.join(dir, "node_modules", "tacklebox"), "dir");
    const app = await readFile(path.join(dir, "app.js"), "utf8");
    assert.ok(app.includes(from), "the example changed: say here what its handler would forget");
    await writeFile(path.join(dir, "app.js"), app.replace(from, to));
    await writeFile(path.join(dir, "package.json"), '{"type":"module"}');
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", "app.test.js"], { cwd: dir, env, encoding: "utf8" });
    const failed = [...run.stdout.matchAll(/^\s*not ok \d+ - (.*)$/gm)].map((m) => m[1]);
    assert.deepEqual(failed.filter((name) => !name.endsWith(".js")), failing ? [failing] : [], run.stdout + run.stderr);
    await rm(dir, { recursive: true });
  });
}
