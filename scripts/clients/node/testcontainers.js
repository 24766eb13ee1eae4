import { AbstractStartedContainer, GenericContainer, Wait } from "testcontainers";
import { port, settings } from "./container.js";
import { Sandbox } from "./index.js";

/** A sandbox in a container: `await new TackleboxContainer().withSeed(1).start()`. */
export class TackleboxContainer extends GenericContainer {
  constructor(image = "tacklebox:latest") {
    super(image);
    this.options = {};
  }
  withClock(clock) {
    return this.#with({ clock });
  }
  withSeed(seed) {
    return this.#with({ seed });
  }
  withStart(start) {
    return this.#with({ start });
  }
  withToken(token) {
    return this.#with({ token });
  }
  /** Further flags of `tacklebox up`. */
  withFlags(...args) {
    return this.#with({ args });
  }
  #with(change) {
    Object.assign(this.options, change);
    return this;
  }
  async start() {
    const s = settings(this.options);
    this.withExposedPorts(port).withEnvironment(s.environment).withCommand(s.command).withExtraHosts(s.hosts);
    this.withWaitStrategy(Wait.forHttp(s.ready, port).withHeaders(s.headers).forStatusCode(200));
    return new StartedTackleboxContainer(await super.start(), s.token);
  }
}

/** The running container and its sandbox. */
export class StartedTackleboxContainer extends AbstractStartedContainer {
  constructor(started, token) {
    super(started);
    this.token = token;
  }
  /** Where the host reaches it. */
  getUrl() {
    return `http://${this.getHost()}:${this.getMappedPort(port)}`;
  }
  /** A client of it. */
  sandbox() {
    return new Sandbox(this.getUrl(), { token: this.token });
  }
  /** URL under which the sandbox calls a port of the host. */
  hostUrl(hostPort) {
    return `http://host.docker.internal:${hostPort}`;
  }
}
