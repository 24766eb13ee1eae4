export interface StartOptions {
  /** Else TACKLEBOX_BINARY, else `tacklebox` on the PATH. */
  binary?: string;
  /** Default: manual, which moves only by `advance` and `next`. */
  clock?: "real" | "manual" | "auto";
  seed?: number;
  /** First instant of a manual or auto clock. */
  start?: string | Date;
  token?: string;
  /** Further flags of `tacklebox up`. */
  args?: string[];
  /** Milliseconds until it must be ready. */
  timeout?: number;
}

export interface Message {
  method?: string;
  url?: string;
  proto?: string;
  status?: number;
  headers?: Record<string, string[]>;
  body?: string;
  body_base64?: string;
  size?: number;
  sha256?: string;
  truncated?: boolean;
  remote?: string;
}

export interface Entry {
  seq: number;
  time: string;
  kind: "call" | "event" | "attempt" | "capture";
  provider?: string;
  account?: string;
  type?: string;
  inbox?: string;
  event_id?: string;
  delivery_id?: string;
  attempt?: number;
  subscription?: string;
  request?: Message;
  response?: Message;
  error?: string;
  took_ms?: number;
  fault?: string;
  next_attempt?: string;
  signature?: { state: "valid" | "invalid" | "missing" | "none"; reason?: string };
  contract?: { ok: boolean; violations?: string[] };
  capture_seq?: number;
}

export interface FireOptions {
  set?: Record<string, unknown>;
  unset?: string[];
  merge?: Record<string, unknown>;
  body?: unknown;
  to?: string;
  account?: string;
  context?: Record<string, unknown>;
  count?: number;
  faults?: string[];
}

export interface FiredEvent {
  id: string;
  type: string;
  deliveries: { id: string; subscription: string; url: string }[];
  skipped: { subscription: string; reason: string }[];
}

export interface ExpectOptions {
  /** Default 1. */
  count?: number;
  at_most?: boolean;
  ordered?: string[];
  /** "5s", or milliseconds. Default 5s. */
  within?: string | number;
  /** Count only what came after this entry. */
  after?: number;
}

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  delay?: string;
  times?: number;
  fault?: string;
}

/** A list, a status, or the notation of the command line: "500x2,200@3s". */
export type Replies = Reply[] | string | number;

export interface InboxSettings {
  reply?: Replies;
  forward?: string;
  verify?: { provider: string; secret?: string };
}

export interface Clock {
  now: string;
  mode: "real" | "manual" | "auto";
  next?: string;
}

export interface Fault {
  kind: string;
  q?: string;
  probability?: number;
  times?: number;
  [option: string]: unknown;
}

export interface SpaceOptions {
  clock?: "real" | "manual" | "auto";
  start?: string;
  seed?: number;
  keep?: number;
  ttl?: string;
  token?: string;
}

export interface Near {
  seq: number;
  summary: string;
  reasons?: string[];
}

export class TackleboxError extends Error {
  status: number;
  code: string;
  hint: string;
}

export class ExpectationError extends TackleboxError {
  nearest?: Near;
  result: { met: false; wanted?: string; seen?: { matching: number; entries: number }; nearest?: Near };
}

export class Inbox {
  readonly name: string;
  readonly url: string;
  settings(): Promise<InboxSettings>;
  set(changes: InboxSettings): Promise<InboxSettings>;
  reply(replies: Replies): Promise<InboxSettings>;
  forward(url: string): Promise<InboxSettings>;
  forget(): Promise<unknown>;
  captures(): Promise<Entry[]>;
}

export class Sandbox {
  constructor(url: string, options?: { token?: string });
  readonly url: string;
  readonly token: string;
  call<T = any>(method: string, path: string, body?: unknown): Promise<T>;
  provider(name: string): Promise<string>;
  inbox(name: string): Inbox;
  fire(provider: string, type: string, options?: FireOptions): Promise<FiredEvent[]>;
  expect(q: string, options?: ExpectOptions): Promise<Entry[]>;
  entries(q?: string, options?: { limit?: number; after?: number; before?: number; order?: "asc" | "desc" }): Promise<Entry[]>;
  entry(seq: number): Promise<Entry>;
  replay(seq: number, options?: { to?: string; set?: Record<string, unknown>; unset?: string[]; body?: unknown; resign?: boolean; new_id?: boolean }): Promise<any>;
  subscribe(what: { provider: string; account: string; url: string; types: string[] }): Promise<any[]>;
  secrets(provider?: string, account?: string): Promise<any[]>;
  settings(provider: string, values: Record<string, unknown>, account?: string): Promise<any>;
  faults(rules: Fault[]): Promise<Fault[]>;
  verify(request: { provider: string; secret?: string; headers: Record<string, string | string[]>; body: string }): Promise<{ valid: boolean; reason?: string; tried?: string[] }>;
  clock(): Promise<Clock>;
  advance(by: string | number): Promise<Clock>;
  next(): Promise<Clock>;
  reset(): Promise<unknown>;
  snapshot(): Promise<Record<string, unknown>>;
  restore(snapshot: Record<string, unknown>): Promise<unknown>;
  space(name: string, options?: SpaceOptions): Promise<Space>;
}

export class Space extends Sandbox {
  readonly name: string;
  end(): Promise<unknown>;
}

export class Tacklebox extends Sandbox {
  readonly pid: number;
  stop(): Promise<void>;
}

export function startTacklebox(options?: StartOptions): Promise<Tacklebox>;
export function connect(url?: string, options?: { token?: string }): Sandbox;
export function parseReplies(replies: Replies): Reply[];
