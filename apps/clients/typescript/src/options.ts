// What a client is told once, and what each call may say besides.

/**
 * What a read may miss. `session`: nothing that this client wrote or saw; costs as little as
 * `local`.
 */
export type Consistency = 'linearizable' | 'leader' | 'local' | 'session';

/** How a function asks, as `fetch` does. */
export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** The nodes: `http://10.0.0.1:8080` or `10.0.0.1:8080`. */
  nodes: readonly string[];
  /** An access token or JSON Web Token; a function is asked before each request. */
  token?: string | (() => string | Promise<string>);
  /** Of reads that don't say it themselves; `linearizable` unless it is said. */
  consistency?: Consistency;
  /** How long a call may take with all its tries, in ms; 30,000. */
  deadline?: number;
  /** How long one try may take, in ms; 10,000. */
  patience?: number;
  /**
   * After the first failure of a node it is let alone for up to so long, in ms, doubled with each
   * more; 50.
   */
  backoff?: number;
  /**
   * A stream that says nothing for so long goes on at another node, in ms; 15,000: nodes speak
   * every 5 s.
   */
  silence?: number;
  /** Instead of the global one; `lithair-client/node` has one that knows TLS files. */
  fetch?: Fetch;
}

export interface CallOptions {
  /** Instead of the client's. */
  deadline?: number;
  /** Gives the call up. A write may have taken effect then. */
  signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  consistency?: Consistency;
  /** A local read that is at least as new as this index. */
  minIndex?: number;
}

export interface WriteOptions extends CallOptions {
  /**
   * The idempotency key; one is made where it is not said. A call with the same key and words takes
   * effect once.
   */
  key?: string;
}

export interface ConditionalOptions extends WriteOptions {
  /**
   * A version that was read: the write is refused (412) unless the item has it still. `*`: unless
   * it is there.
   */
  ifMatch?: string;
}
