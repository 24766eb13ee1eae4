import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { useTacklebox } from "tacklebox/node-test";
import { startOrders } from "./app.js";

const sandbox = useTacklebox();
let app, stored, broken;

beforeEach(async () => {
  stored = [];
  broken = 0;
  app = await startOrders(await sandbox.provider("shoptet"), async (order) => {
    if (broken-- > 0) throw new Error("the database is away");
    stored.push(order);
  });
});
afterEach(() => app.stop());

test("an order is stored", async () => {
  await sandbox.fire("shoptet", "order:create", { set: { eventInstance: "2026000123" } });
  await sandbox.expect("kind:attempt status:200");
  assert.deepEqual(stored, ["2026000123"]);
});

test("a wrong signature is refused", async () => {
  await sandbox.fire("shoptet", "order:create", { faults: ["bad_signature"] });
  await sandbox.expect("kind:attempt status:401");
  assert.deepEqual(stored, []);
});

test("a duplicate is stored once", async () => {
  await sandbox.fire("shoptet", "order:create", { set: { eventInstance: "7" }, faults: ["duplicate"] });
  await sandbox.expect("kind:attempt status:200", { count: 2 });
  assert.deepEqual(stored, ["7"]);
});

test("what failed is stored by the retry", async () => {
  broken = 1;
  await sandbox.fire("shoptet", "order:create", { set: { eventInstance: "8" } });
  await sandbox.expect("kind:attempt status:500");
  await sandbox.advance("15m");
  await sandbox.expect("kind:attempt status:200");
  assert.deepEqual(stored, ["8"]);
});
