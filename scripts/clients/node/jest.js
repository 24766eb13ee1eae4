import { fixture } from "./fixture.js";

/** The sandbox of each test of this file, for jest, whose hooks are global. */
export function useTacklebox(options) {
  const { afterAll, afterEach, beforeAll, beforeEach } = globalThis;
  return fixture({ before: beforeAll, after: afterAll, beforeEach, afterEach }, options);
}
