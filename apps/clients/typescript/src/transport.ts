// One call, asked of one node after the other until one has answered it.
import { LithairError, Unavailable, UnknownOutcome, refusalOf } from './errors.js';
import { Nodes } from './nodes.js';
import type { CallOptions, ClientOptions, Consistency, Fetch } from './options.js';

export interface Call extends CallOptions {
  method: string;
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | ArrayBuffer;
  /** Under which a write takes effect once, however often it is asked. */
  key?: string;
  /** Only the first node: data that others don't have. */
  pinned?: boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: ArrayBuffer;
}

/** A try that came to nothing. */
class Failure {
  constructor(
    readonly why: unknown,
    readonly mayHaveTakenEffect: boolean,
    readonly retryAfter?: number,
  ) {}
}

/** A stream that is open; `close` ends it at any time. */
export interface Opened {
  at: number;
  response: Response;
  close(): void;
}

// Certainly not applied: 503 says so; what was not read whole (408) and what came too often (429)
// was not begun.
const notApplied = new Set([408, 429, 503]);
const unknown = new Set([502, 504]);

// Who asks was not let in this time, or the node is at fault: not a word about the tries before.
// What is decided in the order of the log has its index, and counts for them: they had the key.
function isSilentOnBefore({ status, headers }: Answer): boolean {
  const refused = status === 401 || status === 403 || status === 421 || status >= 500;
  return refused && !headers.has('X-Raft-Index');
}

export function textOf(answer: Answer): string {
  return new TextDecoder().decode(answer.body);
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, give) => {
    if (signal?.aborted) return give(signal.reason as Error);
    const over = (): void => {
      clearTimeout(timer);
      give(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', over);
      done();
    }, ms);
    signal?.addEventListener('abort', over, { once: true });
  });
}

function retryAfterOf(response: Response): number | undefined {
  const said = response.headers.get('Retry-After');
  if (said === null) return undefined;
  const seconds = Number(said);
  const ms = Number.isNaN(seconds) ? Date.parse(said) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

// Where nobody listened nothing was received. Browsers don't tell.
function wasRefused(why: unknown): boolean {
  const inner = (why as { cause?: { code?: string }; code?: string } | undefined) ?? {};
  const code = inner.cause?.code ?? inner.code;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH';
}

export class Transport {
  readonly nodes: Nodes;
  readonly silence: number;
  readonly consistency: Consistency;
  private readonly fetch: Fetch;
  private readonly deadline: number;
  private readonly patience: number;
  private seen = 0;

  constructor(private readonly options: ClientOptions) {
    this.nodes = new Nodes(options.nodes, options.backoff ?? 50);
    this.silence = options.silence ?? 15_000;
    this.consistency = options.consistency ?? 'linearizable';
    this.deadline = options.deadline ?? 30_000;
    this.patience = options.patience ?? 10_000;
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** The latest log index that this client wrote or saw. */
  get index(): number {
    return this.seen;
  }
  /** After data were restored: indexes from before are none of the log. */
  forgetIndex(): void {
    this.seen = 0;
  }

  endOf(options: CallOptions): number {
    return performance.now() + (options.deadline ?? this.deadline);
  }

  /**
   * Its answer, whatever status a node gave it. Throws Unavailable or UnknownOutcome at the
   * deadline.
   */
  async call(x: Call): Promise<Answer> {
    const end = this.endOf(x);
    const safe = x.method === 'GET' || x.method === 'HEAD';
    let doubt = false;
    let last: unknown;
    for (;;) {
      x.signal?.throwIfAborted();
      const { at, wait } = this.nodes.choose(x.pinned);
      const left = end - performance.now() - wait;
      if (left <= 0) throw this.overdue(x, doubt, last);
      if (wait > 0) await pause(wait, x.signal);
      const said = await this.attempt(at, x, Math.min(left, this.patience));
      if (!(said instanceof Failure)) {
        this.nodes.worked(at);
        if (!x.pinned) this.note(said.headers);
        if (doubt && isSilentOnBefore(said))
          throw this.overdue(x, doubt, refusalOf(said.status, textOf(said)));
        return said;
      }
      x.signal?.throwIfAborted();
      last = said.why;
      this.nodes.failed(at, said.retryAfter);
      if (safe || !said.mayHaveTakenEffect) continue;
      doubt = true;
      if (x.key === undefined) throw this.overdue(x, doubt, last);
    }
  }

  /**
   * An answer whose body comes bit by bit; tried as `call` is, until it is answered or the signal
   * gives up. Only the beginning is held to a deadline, if there is one.
   */
  async open(x: Call): Promise<Opened> {
    const end = x.deadline === undefined ? Infinity : performance.now() + x.deadline;
    let last: unknown;
    for (;;) {
      x.signal?.throwIfAborted();
      const { at, wait } = this.nodes.choose(x.pinned);
      if (performance.now() + wait >= end) throw this.overdue(x, false, last);
      if (wait > 0) await pause(wait, x.signal);
      const headers = await this.headersOf(x);
      const ender = new AbortController();
      const close = (): void => {
        x.signal?.removeEventListener('abort', close);
        ender.abort();
      };
      x.signal?.addEventListener('abort', close, { once: true });
      const timer = setTimeout(close, this.patience);
      try {
        const response = await this.ask(at, x, headers, ender.signal);
        if (!notApplied.has(response.status) && !unknown.has(response.status)) {
          this.nodes.worked(at);
          return { at, response, close };
        }
        last = new LithairError(`${response.status} of ${this.nodes.url(at)}`);
        this.nodes.failed(at, retryAfterOf(response));
        close();
      } catch (why) {
        close();
        x.signal?.throwIfAborted();
        last = why;
        this.nodes.failed(at);
      } finally {
        clearTimeout(timer);
      }
    }
  }

  private async attempt(at: number, x: Call, limit: number): Promise<Answer | Failure> {
    const headers = await this.headersOf(x);
    const ender = new AbortController();
    const give = (): void => ender.abort(new LithairError('It took too long.'));
    const timer = setTimeout(give, limit);
    x.signal?.addEventListener('abort', give, { once: true });
    try {
      const response = await this.ask(at, x, headers, ender.signal);
      // An answer that breaks off is none: its rest may matter.
      const body = await response.arrayBuffer();
      const said: Answer = { status: response.status, headers: response.headers, body };
      if (!notApplied.has(said.status) && !unknown.has(said.status)) return said;
      const why = new LithairError(`${said.status} of ${this.nodes.url(at)}: ${textOf(said)}`);
      return new Failure(why, unknown.has(said.status), retryAfterOf(response));
    } catch (why) {
      return new Failure(why, !wasRefused(why));
    } finally {
      clearTimeout(timer);
      x.signal?.removeEventListener('abort', give);
    }
  }

  // Whatever goes wrong with the token is the caller's.
  private async headersOf(x: Call): Promise<Record<string, string>> {
    const headers: Record<string, string> = { ...x.headers };
    const { token } = this.options;
    const shown = typeof token === 'function' ? await token() : token;
    if (shown !== undefined) headers['Authorization'] = `Bearer ${shown}`;
    if (x.key !== undefined) headers['Idempotency-Key'] = x.key;
    return headers;
  }

  private ask(
    at: number,
    x: Call,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    const init: RequestInit = {
      method: x.method,
      headers,
      signal,
      redirect: 'error',
      cache: 'no-store',
    };
    if (x.body !== undefined) init.body = x.body;
    return this.fetch(this.nodes.url(at) + x.path, init);
  }

  private note(headers: Headers): void {
    for (const name of ['X-Raft-Index', 'X-Applied-Index'])
      this.seen = Math.max(this.seen, Number(headers.get(name) ?? 0));
  }

  private overdue(x: Call, doubt: boolean, cause: unknown): LithairError {
    const what = `${x.method} ${x.path.split('?')[0]}`;
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    if (doubt)
      return new UnknownOutcome(`Nobody knows whether ${what} took effect${why}.`, x.key, {
        cause,
      });
    return new Unavailable(`No node has served ${what}${why}.`, { cause });
  }
}
