import type { Space, StartOptions } from "./index.js";

/** One sandbox for the test file, one space of it for each test. */
export function useTacklebox(options?: StartOptions): Space;
