// Read by the TypeScript compiler alone: the types fit what the README shows.
import { ExpectationError, connect, startTacklebox, type Entry } from "tacklebox";
import { useTacklebox } from "tacklebox/vitest";

const sandbox = useTacklebox({ clock: "manual", seed: 1 });
export async function use(): Promise<Entry[]> {
  const tb = await startTacklebox({ start: new Date(), args: ["--sync"] });
  const space = await tb.space("a", { ttl: "1h" });
  await space.inbox("orders").reply("500x2,200@3s");
  await space.inbox("orders").reply([{ status: 200, headers: { A: "b" } }]);
  const [event] = await sandbox.fire("shoptet", "order:create", { set: { "a.b": 1 }, faults: ["duplicate"] });
  event.deliveries[0].url.toUpperCase();
  try {
    return await connect().expect("kind:capture", { count: 2, within: 100 });
  } catch (e) {
    if (e instanceof ExpectationError) console.log(e.nearest?.summary);
    throw e;
  } finally {
    await tb.stop();
  }
}
// @ts-expect-error a clock that there is not
void startTacklebox({ clock: "sideways" });
