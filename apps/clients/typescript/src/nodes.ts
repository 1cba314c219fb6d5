// Which node is asked next. Calls stay with one node while it serves.

interface Node {
  readonly url: string;
  /** Before that moment it is let alone. */
  restsUntil: number;
  /** In a row. */
  failures: number;
}

export class Nodes {
  private readonly all: Node[];
  private current = 0;

  constructor(
    urls: readonly string[],
    private readonly backoff: number,
  ) {
    if (urls.length === 0) throw new TypeError('A client needs a node to ask.');
    this.all = urls.map(url => ({
      url: (url.includes('://') ? url : `http://${url}`).replace(/\/+$/, ''),
      restsUntil: 0,
      failures: 0,
    }));
  }

  url(at: number): string {
    return this.all[at]!.url;
  }

  /**
   * The node to ask, and how long to wait before, in ms. `pinned`: the first, whatever befell it.
   */
  choose(pinned = false): { at: number; wait: number } {
    const now = performance.now();
    if (pinned) return { at: 0, wait: Math.max(0, this.all[0]!.restsUntil - now) };
    let best = { at: this.current, wait: Infinity };
    for (let i = 0; i < this.all.length; ++i) {
      const at = (this.current + i) % this.all.length;
      const wait = Math.max(0, this.all[at]!.restsUntil - now);
      if (wait < best.wait) best = { at, wait };
      if (wait === 0) break;
    }
    return best;
  }

  worked(at: number): void {
    this.all[at]!.failures = 0;
    this.all[at]!.restsUntil = 0;
  }

  /** `retryAfter`: in ms, as the node said itself. */
  failed(at: number, retryAfter?: number): void {
    const node = this.all[at]!;
    if (this.current === at) this.current = (at + 1) % this.all.length;
    const now = performance.now();
    // Calls that failed together are one failure.
    if (node.restsUntil > now) return;
    const most = Math.min(2000, this.backoff * 2 ** Math.min(node.failures++, 10));
    const jittered = most * (0.5 + Math.random() / 2);
    node.restsUntil = now + (retryAfter === undefined ? jittered : retryAfter + jittered);
  }
}
