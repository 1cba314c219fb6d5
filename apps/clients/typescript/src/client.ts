// What all clients have; the generated one adds the collections and projections.
import createClient, { type Client as RawClient } from 'openapi-fetch';
import { bodyOf, Collection, demand, indexOf, newKey, queryOf, readHeaders } from './collection.js';
import type { Facts, Model, Page } from './model.js';
import type { ClientOptions, ReadOptions } from './options.js';
import { Transaction } from './transaction.js';
import { Transport, type Call } from './transport.js';

/** Rows of a table that follows a collection. */
export class Projection<Row> {
  constructor(
    private readonly transport: Transport,
    readonly name: string,
  ) {}

  async rows(
    query: { skip?: number; take?: number; after?: string; total?: boolean } = {},
    options: ReadOptions = {},
  ): Promise<Page<Row>> {
    const said = await demand(this.transport, {
      method: 'GET',
      path: `/api/projections/${this.name}${queryOf(query)}`,
      headers: readHeaders(this.transport, false, options),
      deadline: options.deadline,
      signal: options.signal,
    });
    const page = bodyOf(said) as { data: Row[]; total?: number; next: string | null };
    return { items: page.data, total: page.total, next: page.next, index: indexOf(said) };
  }
  /** Row by row, read page by page. */
  async *all(options: ReadOptions = {}): AsyncGenerator<Row, void> {
    for (let after: string | null | undefined; after !== null;) {
      const page: Page<Row> = await this.rows({ take: 1000, total: false, after }, options);
      yield* page.items;
      after = page.next;
    }
  }
}

/** `Paths`: all of the API, as the generated types say it. */
export class LithairClient<Paths extends object> {
  /**
   * Every operation of the API, typed by the description, with the same failover and repetition.
   */
  readonly api: RawClient<Paths>;
  protected readonly transport: Transport;

  constructor(
    options: ClientOptions,
    private readonly known: readonly Facts[],
  ) {
    this.transport = new Transport(options);
    this.api = createClient<Paths>({ baseUrl: 'http://lithair', fetch: asked => this.pass(asked) });
  }

  transaction(): Transaction {
    return new Transaction(this.transport);
  }
  /** The latest log index that this client wrote or saw; `minIndex` of another client takes it. */
  get index(): number {
    return this.transport.index;
  }
  /** After a backup was restored, when reads of consistency `session` are refused as Stale. */
  forgetIndex(): void {
    this.transport.forgetIndex();
  }

  protected collection<M extends Model>(name: string): Collection<M> {
    return new Collection<M>(
      this.transport,
      this.known.find(each => each.name === name)!,
    );
  }

  private async pass(asked: Request): Promise<Response> {
    const { pathname, search } = new URL(asked.url);
    const headers = Object.fromEntries(asked.headers);
    const at = this.known.find(
      each => pathname === each.path || pathname.startsWith(`${each.path}/`),
    );
    const call: Call = {
      method: asked.method,
      path: pathname + search,
      headers,
      pinned: at?.local,
      signal: asked.signal,
    };
    if (pathname.endsWith('/stream') || pathname === '/_admin/backup')
      return (await this.transport.open(call)).response;
    if (asked.method !== 'GET' && asked.method !== 'HEAD') {
      // What operators ask for knows no keys, and is asked once where its outcome is not known.
      if (at !== undefined || pathname === '/api/_txn')
        call.key = headers['idempotency-key'] ?? newKey();
      delete headers['idempotency-key'];
      if (asked.body !== null) call.body = await asked.arrayBuffer();
    }
    const said = await this.transport.call(call);
    const empty = said.status === 204 || said.status === 304;
    return new Response(empty ? null : said.body, { status: said.status, headers: said.headers });
  }
}
