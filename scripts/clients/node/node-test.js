import * as hooks from "node:test";
import { fixture } from "./fixture.js";

/** The sandbox of each test of this file, for node:test. */
export const useTacklebox = (options) => fixture(hooks, options);
