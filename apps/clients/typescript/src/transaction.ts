// Operations on several collections, all or none.
import { bodyOf, demand, newKey, type Collection } from './collection.js';
import type { Model } from './model.js';
import type { WriteOptions } from './options.js';
import type { Transport } from './transport.js';

/** What became of each operation, in their order. */
export interface Committed {
  index: number;
  results: { status: number; version?: number; item?: unknown }[];
}

/** `"41-8c1f"` is version 41. */
function versionOf(tag: string | undefined): number | undefined {
  return tag === undefined ? undefined : Number(/^"?(\d+)/.exec(tag)?.[1]);
}

/** Collects operations; nothing is sent before `commit`. */
export class Transaction {
  private readonly operations: object[] = [];

  constructor(private readonly transport: Transport) {}

  create<M extends Model>(at: Collection<M>, item: M['create']): this {
    return this.add(at, { op: 'create', item });
  }
  /** `ifMatch`: as in `Collection.replace`. */
  replace<M extends Model>(
    at: Collection<M>,
    id: M['key'],
    item: M['replace'],
    ifMatch?: string,
  ): this {
    return this.add(at, { op: 'replace', id, item, if_version: versionOf(ifMatch) });
  }
  patch<M extends Model>(
    at: Collection<M>,
    id: M['key'],
    item: M['patch'],
    ifMatch?: string,
  ): this {
    return this.add(at, { op: 'patch', id, item, if_version: versionOf(ifMatch) });
  }
  delete<M extends Model>(at: Collection<M>, id: M['key'], ifMatch?: string): this {
    return this.add(at, { op: 'delete', id, if_version: versionOf(ifMatch) });
  }

  /**
   * May be called again when it threw UnknownOutcome or Unavailable, with the same `key`: it takes
   * effect once.
   */
  async commit(options: WriteOptions = {}): Promise<Committed> {
    const said = await demand(this.transport, {
      method: 'POST',
      path: '/api/_txn',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ operations: this.operations }),
      key: options.key ?? newKey(),
      deadline: options.deadline,
      signal: options.signal,
    });
    return bodyOf(said) as Committed;
  }

  private add<M extends Model>(at: Collection<M>, operation: object): this {
    if (at.facts.local) throw new TypeError(`${at.facts.name} stays with its node.`);
    this.operations.push({ ...operation, collection: at.facts.name });
    return this;
  }
}
