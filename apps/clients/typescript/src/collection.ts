// What can be done with one collection.
import { NotFound, Stale, refusalOf } from './errors.js';
import { follow, type Change, type FollowOptions } from './follow.js';
import type { Facts, HistoryEvent, Model, Page, Stored } from './model.js';
import type { CallOptions, ConditionalOptions, ReadOptions, WriteOptions } from './options.js';
import { pause, textOf, type Answer, type Call, type Transport } from './transport.js';

type Query = Record<string, unknown>;

export function newKey(): string {
  return (
    globalThis.crypto?.randomUUID?.() ??
    Array.from({ length: 4 }, () => Math.random().toString(36).slice(2)).join('')
  );
}

/** A filter that takes text as it is: `!x` is two letters then. */
export function exactly(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

export function queryOf(...all: (Query | undefined)[]): string {
  const made = new URLSearchParams();
  for (const each of all)
    for (const [name, value] of Object.entries(each ?? {}))
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value])
        if (one !== undefined) made.append(name, String(one));
  const text = made.toString();
  return text === '' ? '' : `?${text}`;
}

/** The headers that choose what a read may miss. */
export function readHeaders(
  transport: Transport,
  pinned: boolean,
  options: ReadOptions,
): Record<string, string> {
  const wanted =
    options.consistency ?? (options.minIndex === undefined ? transport.consistency : 'session');
  const made: Record<string, string> = {};
  const least = Math.max(
    options.minIndex ?? 0,
    wanted === 'session' && !pinned ? transport.index : 0,
  );
  if (wanted === 'session') made['X-Consistency'] = 'local';
  else if (wanted !== 'linearizable') made['X-Consistency'] = wanted;
  if (least > 0) made['X-Min-Index'] = String(least);
  return made;
}

export async function demand(transport: Transport, x: Call): Promise<Answer> {
  const said = await transport.call(x);
  if (said.status >= 400) throw refusalOf(said.status, textOf(said));
  return said;
}

export function bodyOf(said: Answer): unknown {
  return JSON.parse(textOf(said));
}
export function indexOf(said: Answer): number {
  return Number(said.headers.get('X-Raft-Index') ?? said.headers.get('X-Applied-Index') ?? 0);
}

export class Collection<M extends Model> {
  constructor(
    private readonly transport: Transport,
    readonly facts: Facts,
  ) {}

  /** Throws Conflict when the key or a unique value is taken. */
  async create(item: M['create'], options: WriteOptions = {}): Promise<Stored<M['item']>> {
    return this.stored(await this.write('POST', '', item, options));
  }
  /** All or none. */
  async createMany(
    items: readonly M['create'][],
    options: WriteOptions = {},
  ): Promise<{ items: M['item'][]; index: number }> {
    const said = await this.write('POST', '/_bulk', items, options);
    return { items: bodyOf(said) as M['item'][], index: indexOf(said) };
  }

  /**
   * Throws NotFound. `fields`: only these. `asOf`: as it was at that index or time, where the model
   * keeps its history.
   */
  async get(
    id: M['key'],
    options: ReadOptions & { asOf?: number | string } = {},
  ): Promise<Stored<M['item']>> {
    return this.stored(await this.read(this.at(id) + queryOf({ as_of: options.asOf }), options));
  }
  /** As `get`; undefined: there is none. */
  async find(id: M['key'], options: ReadOptions = {}): Promise<Stored<M['item']> | undefined> {
    return this.get(id, options).catch((why: unknown) => {
      if (why instanceof NotFound) return undefined;
      throw why;
    });
  }
  /** Some fields of an item. */
  async select<F extends keyof M['item'] & string>(
    id: M['key'],
    fields: readonly F[],
    options: ReadOptions = {},
  ): Promise<Pick<M['selected'] & Partial<M['item']>, F>> {
    const said = await this.read(this.at(id) + queryOf({ fields: fields.join(',') }), options);
    return bodyOf(said) as Pick<M['selected'] & Partial<M['item']>, F>;
  }

  /** The whole item: what is left out returns to its default or is removed. */
  async replace(
    id: M['key'],
    item: M['replace'],
    options: ConditionalOptions = {},
  ): Promise<Stored<M['item']>> {
    return this.stored(await this.write('PUT', `/${encodeURIComponent(id)}`, item, options));
  }
  /** Creates the item under this key; throws Stale when there is one already. */
  async createAt(
    id: M['key'],
    item: M['replace'],
    options: WriteOptions = {},
  ): Promise<Stored<M['item']>> {
    return this.stored(
      await this.write('PUT', `/${encodeURIComponent(id)}`, item, options, {
        'If-None-Match': '*',
      }),
    );
  }
  /** The fields that are said; null removes one, or gives it its default back. */
  async patch(
    id: M['key'],
    changes: M['patch'],
    options: ConditionalOptions = {},
  ): Promise<Stored<M['item']>> {
    return this.stored(await this.write('PATCH', `/${encodeURIComponent(id)}`, changes, options));
  }
  async delete(id: M['key'], options: ConditionalOptions = {}): Promise<{ index: number }> {
    return {
      index: indexOf(await this.write('DELETE', `/${encodeURIComponent(id)}`, undefined, options)),
    };
  }

  /**
   * Reads, has `change` make a patch of what is there, and writes that if it is there still; else
   * once more. Undefined from `change`: there is nothing to change. Throws Stale when others were
   * quicker until the deadline.
   */
  async update(
    id: M['key'],
    change: (item: M['item']) => M['patch'] | undefined | Promise<M['patch'] | undefined>,
    options: CallOptions = {},
  ): Promise<Stored<M['item']>> {
    const end = this.transport.endOf(options);
    for (let most = 8; ; most = Math.min(250, most * 2)) {
      const rest: CallOptions = { ...options, deadline: Math.max(1, end - performance.now()) };
      const found = await this.get(id, { ...rest, consistency: 'leader' });
      const changes = await change(found.item);
      if (changes === undefined) return found;
      try {
        return await this.patch(id, changes, { ...rest, ifMatch: found.version });
      } catch (why) {
        const wait = Math.random() * most;
        if (!(why instanceof Stale) || performance.now() + wait >= end) throw why;
        await pause(wait, options.signal);
      }
    }
  }

  async list(
    query: M['list'] & M['where'] = {},
    options: ReadOptions = {},
  ): Promise<Page<M['item']>> {
    const said = await this.read(this.facts.path + queryOf(query as Query), options);
    const page = bodyOf(said) as { data: M['item'][]; total?: number; next: string | null };
    return { items: page.data, total: page.total, next: page.next, index: indexOf(said) };
  }
  /** Page by page until there is no more. */
  async *pages(
    query: M['list'] & M['where'] = {},
    options: ReadOptions = {},
  ): AsyncGenerator<Page<M['item']>, void> {
    let page = await this.list({ total: false, take: 1000, ...query }, options);
    yield page;
    while (page.next !== null) {
      page = await this.list(
        { total: false, take: 1000, ...query, skip: undefined, after: page.next },
        options,
      );
      yield page;
    }
  }
  /** Item by item, read page by page. */
  async *items(
    query: M['list'] & M['where'] = {},
    options: ReadOptions = {},
  ): AsyncGenerator<M['item'], void> {
    for await (const page of this.pages(query, options)) yield* page.items;
  }
  /**
   * All items, and the index to follow from. Later pages may be newer than it, so a change that is
   * followed from there may be in an item already: take `create` and `update` for "it is so now".
   */
  async snapshot(
    where: M['where'] = {},
    options: ReadOptions = {},
  ): Promise<{ items: M['item'][]; index: number }> {
    const items: M['item'][] = [];
    let index: number | undefined;
    for await (const page of this.pages(where as M['list'] & M['where'], options)) {
      items.push(...page.items);
      index ??= page.index;
    }
    return { items, index: index ?? 0 };
  }

  async count(where: M['where'] = {}, options: ReadOptions = {}): Promise<number> {
    const said = await this.read(`${this.facts.path}/count${queryOf(where as Query)}`, options);
    return (bodyOf(said) as { count: number }).count;
  }
  /** The key of any item; undefined: there is none. */
  async randomId(options: ReadOptions = {}): Promise<M['key'] | undefined> {
    try {
      const said = await this.read(`${this.facts.path}/random-id`, options);
      return (bodyOf(said) as { id: M['key'] }).id;
    } catch (why) {
      if (why instanceof NotFound) return undefined;
      throw why;
    }
  }
  /** What befell an item, oldest first, read page by page; of models that keep it. */
  async *history(
    id: M['key'],
    options: ReadOptions = {},
  ): AsyncGenerator<HistoryEvent<M['item']>, void> {
    for (let after: number | null = 0; after !== null;) {
      const said = await this.read(`${this.at(id)}/history${queryOf({ after })}`, options);
      const page = bodyOf(said) as { events: HistoryEvent<M['item']>[]; next: number | null };
      yield* page.events;
      after = page.next;
    }
  }

  /**
   * The changes from now on, or from a place on, each once; goes on at another node whenever a
   * stream ends.
   */
  follow(options: FollowOptions<M> = {}): AsyncGenerator<Change<M['item'], M['key']>, void> {
    const path = `${this.facts.path}/stream${queryOf(options.where as Query | undefined)}`;
    return follow<M>(this.transport, path, this.facts.local, options);
  }

  private at(id: M['key']): string {
    return `${this.facts.path}/${encodeURIComponent(id)}`;
  }
  private read(path: string, options: ReadOptions): Promise<Answer> {
    return demand(this.transport, {
      method: 'GET',
      path,
      headers: readHeaders(this.transport, this.facts.local, options),
      pinned: this.facts.local,
      deadline: options.deadline,
      signal: options.signal,
    });
  }
  private write(
    method: string,
    below: string,
    body: unknown,
    options: ConditionalOptions,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    if (options.ifMatch !== undefined) headers['If-Match'] = options.ifMatch;
    if (body !== undefined)
      headers['Content-Type'] =
        method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return demand(this.transport, {
      method,
      path: this.facts.path + below,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      key: options.key ?? newKey(),
      pinned: this.facts.local,
      deadline: options.deadline,
      signal: options.signal,
    });
  }
  private stored(said: Answer): Stored<M['item']> {
    return {
      item: bodyOf(said) as M['item'],
      version: said.headers.get('ETag') ?? '',
      index: indexOf(said),
    };
  }
}
