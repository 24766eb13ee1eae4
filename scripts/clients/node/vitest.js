import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { fixture } from "./fixture.js";

/** The sandbox of each test of this file, for vitest. */
export const useTacklebox = (options) => fixture({ before: beforeAll, after: afterAll, beforeEach, afterEach }, options);
