import { startTacklebox } from "./index.js";

let spaces = 0;

/**
 * One sandbox for a test file, one space of it for each test: tests share the process and nothing else. What is returned is the space of the
 * test that runs.
 */
export function fixture({ before, after, beforeEach, afterEach }, options) {
  let process, space;
  before(async () => {
    process = await startTacklebox(options);
  });
  beforeEach(async () => {
    space = await process.space(`test-${++spaces}`);
  });
  afterEach(() => space.end());
  after(() => process?.stop());
  return new Proxy({}, {
    get(_, name) {
      if (!space) throw new Error("tacklebox: there is a sandbox inside a test only");
      const value = space[name];
      return typeof value === "function" ? value.bind(space) : value;
    },
  });
}
