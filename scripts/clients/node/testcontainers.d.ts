import { AbstractStartedContainer, GenericContainer, type StartedTestContainer } from "testcontainers";
import type { Sandbox } from "./index.js";

/** A sandbox in a container. */
export class TackleboxContainer extends GenericContainer {
  constructor(image?: string);
  withClock(clock: "real" | "manual" | "auto"): this;
  withSeed(seed: number): this;
  withStart(start: string | Date): this;
  withToken(token: string): this;
  withFlags(...args: string[]): this;
  start(): Promise<StartedTackleboxContainer>;
}

export class StartedTackleboxContainer extends AbstractStartedContainer {
  constructor(started: StartedTestContainer, token: string);
  readonly token: string;
  getUrl(): string;
  sandbox(): Sandbox;
  hostUrl(hostPort: number): string;
}
