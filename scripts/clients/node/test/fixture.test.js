import assert from "node:assert/strict";
import * as hooks from "node:test";
import { fixture } from "../fixture.js";
import { useTacklebox } from "tacklebox/jest";

// jest and vitest have the hooks of node:test under other names: globals here, and a module there.
Object.assign(globalThis, { beforeAll: hooks.before, afterAll: hooks.after, beforeEach: hooks.beforeEach, afterEach: hooks.afterEach });
const sandbox = useTacklebox();
const other = fixture(hooks);

hooks.test("each test has a space of its own: the first", async () => {
  await sandbox.fire("dsco", "ORDER_CREATED", { to: sandbox.inbox("box").url });
  await sandbox.expect("inbox:box");
  assert.deepEqual(await other.entries(), []);
});

hooks.test("each test has a space of its own: the second", async () => {
  assert.deepEqual(await sandbox.entries(), []);
  assert.match(sandbox.url, /\/~test-\d+$/);
});
