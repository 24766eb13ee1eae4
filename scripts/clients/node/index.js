import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** What the sandbox refused, or why it could not be asked. */
export class TackleboxError extends Error {
  constructor(message, { status = 0, code = "", hint = "", cause } = {}) {
    super(hint ? `${message} (${hint})` : message, { cause });
    this.name = "TackleboxError";
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

/** An expectation that was not met: `nearest` is the entry that came closest, and why it is not one. */
export class ExpectationError extends TackleboxError {
  constructor(result) {
    super(explain(result), { status: 417, code: "not_met" });
    this.name = "ExpectationError";
    this.result = result;
    this.nearest = result.nearest;
  }
}

function explain({ wanted, seen, nearest, error }) {
  const lines = [error?.message ?? `wanted ${wanted}, saw ${seen?.matching} matching among ${seen?.entries} entries`];
  if (nearest) lines.push(`nearest: entry ${nearest.seq} (${nearest.summary})`, ...(nearest.reasons ?? []).map((r) => `  - ${r}`));
  return lines.join("\n");
}

/** Duration as the sandbox reads it: numbers are milliseconds, texts are taken as they are ("15m"). */
const duration = (d) => (typeof d === "number" ? `${d}ms` : d);

const replyPart = /^(\d{3})(?:x(\d+))?(?:@([\w.]+))?$/;

/** Reads "500x2,200@3s", the notation of the command line; lists are taken as they are. */
export function parseReplies(replies) {
  if (Array.isArray(replies)) return replies;
  if (typeof replies === "number") replies = String(replies);
  if (replies === "") return [];
  return replies.split(",").map((part) => {
    const [, status, times, delay] = replyPart.exec(part.trim()) ?? [];
    if (!status) throw new TackleboxError(`reply ${JSON.stringify(part)}: want STATUS[xTIMES][@DELAY], as in 500x2,200@3s`);
    return { status: Number(status), ...(times && { times: Number(times) }), ...(delay && { delay }) };
  });
}

/** One inbox of the receiver. */
export class Inbox {
  constructor(sandbox, name) {
    this.sandbox = sandbox;
    this.name = name;
    this.url = `${sandbox.url}/in/${encodeURIComponent(name)}`;
    this.path = `/_/inboxes/${encodeURIComponent(name)}`;
  }
  /** What it does: {reply, forward, verify}. */
  settings() {
    return this.sandbox.call("GET", this.path);
  }
  /** Changes what it does; what is not named stays as it is. */
  async set(changes) {
    if (changes.reply !== undefined) changes = { ...changes, reply: parseReplies(changes.reply) };
    return this.sandbox.call("PUT", this.path, { ...(await this.settings()), ...changes });
  }
  /** Answers so from now on: "500x1,200" fails once; the last answer repeats. */
  reply(replies) {
    return this.set({ reply: replies });
  }
  /** Passes everything on to url. */
  forward(url) {
    return this.set({ forward: url });
  }
  /** Forgets how it answers. */
  forget() {
    return this.sandbox.call("DELETE", this.path);
  }
  /** What it captured, oldest first. */
  captures() {
    return this.sandbox.entries(`kind:capture inbox:${this.name}`);
  }
}

/** A sandbox that runs somewhere: the whole process, or one space of it. */
export class Sandbox {
  constructor(url, { token = "", process: owner } = {}) {
    this.url = url.replace(/\/+$/, "");
    this.token = token;
    this.owner = owner;
  }

  /** One call of the control API. What is refused is thrown. */
  async call(method, path, body) {
    const { status, text } = await this.#ask(method, path, body);
    const answer = read(text);
    if (status >= 400) {
      const e = answer?.error ?? {};
      throw new TackleboxError(e.message ?? `${method} ${path}: ${status} ${text.slice(0, 200)}`, { status, code: e.code, hint: e.hint });
    }
    return answer;
  }

  async #ask(method, path, body) {
    const headers = { ...(this.token && { Authorization: `Bearer ${this.token}` }), ...(body !== undefined && { "Content-Type": "application/json" }) };
    try {
      const res = await fetch(this.url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
      return { status: res.status, text: await res.text() };
    } catch (cause) {
      const ended = this.owner?.ended();
      throw new TackleboxError(ended ?? `no sandbox answers at ${this.url}: ${cause.cause?.message ?? cause.message}`, { cause });
    }
  }

  /** Base URL of a provider's mock API. */
  async provider(name) {
    return (await this.call("GET", `/_/providers/${encodeURIComponent(name)}`)).base_url;
  }

  /** An inbox of the receiver, by name. */
  inbox(name) {
    return new Inbox(this, name);
  }

  /** Lets an event happen. `set` and `unset` change the sample, `to` sends it to one URL alone. */
  async fire(provider, type, options = {}) {
    const { events } = await this.call("POST", "/_/events", { provider, type, ...options });
    return events;
  }

  /** Waits until `count` entries match (at most that many with `at_most`); throws an ExpectationError that names the nearest miss. */
  async expect(q, { within = "5s", ...options } = {}) {
    const what = { q, within: duration(within), ...options };
    const { status, text } = await this.#ask("POST", "/_/expect", what);
    const result = read(text);
    if (status === 417) throw new ExpectationError(result);
    if (status >= 400) throw new TackleboxError(result?.error?.message ?? text, { status, code: result?.error?.code, hint: result?.error?.hint });
    return Promise.all((result.entries ?? []).map((seq) => this.entry(seq)));
  }

  /** Entries that match, oldest first. */
  async entries(q = "", { limit = 100, after, before, order } = {}) {
    const query = new URLSearchParams(Object.entries({ q, limit, after, before, order }).filter(([, v]) => v !== undefined && v !== ""));
    return (await this.call("GET", `/_/entries?${query}`)).entries;
  }

  /** One entry, by its number. */
  entry(seq) {
    return this.call("GET", `/_/entries/${seq}`);
  }

  /** Sends an entry's request again. */
  replay(seq, options = {}) {
    return this.call("POST", `/_/entries/${seq}/replay`, options);
  }

  /** Subscribes a URL at a provider, as a client with that credential would. */
  subscribe({ provider, account, url, types }) {
    return this.call("POST", "/_/subscriptions", { provider, account, url, types });
  }

  /** Signing keys and callback credentials in force. */
  secrets(provider = "", account = "") {
    return this.call("GET", `/_/secrets?${new URLSearchParams(Object.entries({ provider, account }).filter(([, v]) => v))}`);
  }

  /** Changes a provider's settings, for all accounts or one. */
  settings(provider, values, account = "") {
    return this.call("PUT", `/_/providers/${encodeURIComponent(provider)}/settings${account && `?${new URLSearchParams({ account })}`}`, values);
  }

  /** What deliveries suffer on purpose, from now on; [] ends it. */
  faults(rules) {
    return this.call("PUT", "/_/faults", rules);
  }

  /** Checks a signature: {provider, secret, headers, body}. */
  verify(request) {
    return this.call("POST", "/_/verify", request);
  }

  /** Where the provider side's clock stands. */
  clock() {
    return this.call("GET", "/_/clock");
  }

  /** Moves the clock ("15m", or milliseconds); comes back when everything that fell due has been attempted. */
  advance(by) {
    return this.call("POST", "/_/clock", { advance: duration(by) });
  }

  /** Moves the clock to the next due attempt. */
  next() {
    return this.call("POST", "/_/clock", { to: "next" });
  }

  /** Forgets entries, subscriptions, settings, inboxes and faults. */
  reset() {
    return this.call("POST", "/_/reset");
  }

  /** Subscriptions, settings, inboxes, faults and the clock, as one document for restore. */
  snapshot() {
    return this.call("POST", "/_/snapshot");
  }

  /** Brings back what a snapshot holds; entries stay. */
  restore(snapshot) {
    return this.call("POST", "/_/restore", snapshot);
  }

  /** A sandbox of its own in the same process: entries, accounts, inboxes and clock. */
  async space(name, options = {}) {
    await this.call("PUT", `/_/spaces/${encodeURIComponent(name)}`, options);
    return new Space(this, name, options.token);
  }
}

/** A space; `end` forgets it and all that is in it. */
export class Space extends Sandbox {
  constructor(root, name, token) {
    super(`${root.url}/~${name}`, { token: token || root.token, process: root.owner });
    this.root = root;
    this.name = name;
  }
  end() {
    return this.root.call("DELETE", `/_/spaces/${encodeURIComponent(this.name)}`);
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A sandbox in a process of its own. */
export class Tacklebox extends Sandbox {
  get pid() {
    return this.owner.child.pid;
  }
  /** Stops the process and waits for its end. */
  stop() {
    return this.owner.stop();
  }
  [Symbol.asyncDispose ?? Symbol.for("nodejs.asyncDispose")]() {
    return this.stop();
  }
}

const children = new Set();

/** No sandbox outlives the process that started it. */
function killChildren() {
  for (const child of children) child.kill("SIGKILL");
}

/** The process: what it said, and how it ended. */
class Owner {
  constructor(child, folder) {
    this.child = child;
    this.folder = folder;
    this.said = "";
    child.stdin.on("error", () => {}); // it is closed with us, whatever ends us, and the sandbox ends with it
    child.stderr.setEncoding("utf8").on("data", (text) => (this.said = (this.said + text).slice(-4000)));
    this.gone = new Promise((resolve) => {
      child.once("error", (e) => resolve((this.failure = `cannot start ${child.spawnfile}: ${e.message}; the binary is the option binary, else TACKLEBOX_BINARY, else tacklebox on the PATH`)));
      child.once("exit", (code, signal) => resolve((this.failure = `the sandbox ended with ${signal ?? `exit code ${code}`}: ${this.said.trim()}`)));
    }).then(() => children.delete(child));
    if (children.size === 0) process.once("exit", killChildren);
    children.add(child);
  }
  ended() {
    return this.failure;
  }
  async stop() {
    if (!this.failure) {
      this.child.ref();
      this.child.kill("SIGTERM");
    }
    await this.gone;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Starts a sandbox on a free port, in memory, with a manual clock, and waits until it serves. It stops with `stop()`, or with this process.
 * The binary is `binary`, else TACKLEBOX_BINARY, else `tacklebox` on the PATH.
 */
export async function startTacklebox({ binary = process.env.TACKLEBOX_BINARY || "tacklebox", clock = "manual", seed = 1, start, token = "", args = [], timeout = 10_000 } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "tacklebox-"));
  const ready = path.join(folder, "ready.json");
  const flags = ["up", "--memory", "--no-tui", "--quiet", "--until-eof", "--port", "0", "--ready-file", ready, "--clock", clock, "--seed", String(seed)];
  if (start) flags.push("--start", typeof start === "string" ? start : start.toISOString());
  if (token) flags.push("--token", token);
  const owner = new Owner(spawn(binary, [...flags, ...args], { stdio: ["pipe", "ignore", "pipe"] }), folder);
  const until = Date.now() + timeout;
  while (!owner.ended()) {
    const text = await readFile(ready, "utf8").catch(() => "");
    if (text) {
      owner.child.unref();
      owner.child.stderr.unref?.();
      owner.child.stdin.unref?.();
      return new Tacklebox(JSON.parse(text).url, { token, process: owner });
    }
    if (Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const why = owner.ended() ?? `the sandbox was not ready within ${timeout} ms: ${owner.said.trim()}`;
  await owner.stop();
  throw new TackleboxError(why);
}

/** The sandbox that runs already: `url`, else TACKLEBOX_URL, else port 4780. */
export function connect(url = process.env.TACKLEBOX_URL || "http://127.0.0.1:4780", { token = process.env.TACKLEBOX_TOKEN ?? "" } = {}) {
  return new Sandbox(url, { token });
}
