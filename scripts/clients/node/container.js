import { randomUUID } from "node:crypto";

/** Port of the sandbox inside its container. */
export const port = 4780;

/**
 * What the container is started with: everything in memory, a token made for it, mocks that any well-formed credential may call, and a name
 * under which it reaches the host.
 */
export function settings({ clock = "manual", seed, start, token = randomUUID(), args = [] } = {}) {
  return {
    token,
    environment: {
      TACKLEBOX_TOKEN: token,
      TACKLEBOX_MEMORY: "true",
      TACKLEBOX_OPEN_MOCKS: "true",
      TACKLEBOX_CLOCK: clock,
      ...(seed !== undefined && { TACKLEBOX_SEED: String(seed) }),
      ...(start && { TACKLEBOX_START: typeof start === "string" ? start : start.toISOString() }),
    },
    command: ["up", ...args],
    ready: "/_/readyz",
    headers: { Authorization: `Bearer ${token}` },
    hosts: [{ host: "host.docker.internal", ipAddress: "host-gateway" }],
  };
}
