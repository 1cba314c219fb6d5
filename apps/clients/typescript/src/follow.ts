// The changes of a collection, each once and in the order of the log, whatever becomes of nodes and
// connections.
import { Gone, refusalOf } from './errors.js';
import type { Model } from './model.js';
import { MessageReader, textOfBody } from './sse.js';
import type { Transport } from './transport.js';

/** A change. `id` is where to go on behind it: keep it to go on after a restart, at any node. */
export type Change<Item, Key> =
  { type: 'create' | 'update'; id: string; item: Item } | { type: 'delete'; id: string; key: Key };

export interface FollowOptions<M extends Model> {
  /**
   * An event's id or a log index, behind which to begin; 0: all that is kept. Without it: from now
   * on.
   */
  after?: string | number;
  /** Of what may happen: only changes that pass these filters, as those of lists. */
  where?: M['where'];
  /**
   * The changes behind the place are not kept, or it is none of this log. Reads the collection anew
   * and tells the index to go on from (`snapshot()` does both). Without it the iteration throws
   * Gone.
   */
  onGone?: (why: Gone) => Promise<string | number>;
  /** Ends the iteration. */
  signal?: AbortSignal;
}

export async function* follow<M extends Model>(
  transport: Transport,
  path: string,
  pinned: boolean,
  options: FollowOptions<M>,
): AsyncGenerator<Change<M['item'], M['key']>, void> {
  let last = options.after === undefined ? undefined : String(options.after);
  const ender = new AbortController();
  const stop = (): void => ender.abort();
  if (options.signal?.aborted) return;
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (last !== undefined) headers['Last-Event-ID'] = last;
      const { at, response, close } = await transport.open({
        method: 'GET',
        path,
        headers,
        pinned,
        signal: ender.signal,
      });
      if (response.status !== 200) {
        const why = refusalOf(response.status, await response.text());
        if (!(why instanceof Gone) || !options.onGone) throw why;
        last = String(await options.onGone(why));
        continue;
      }
      const reader = new MessageReader();
      try {
        for await (const text of textOfBody(response.body!, transport.silence, close))
          for (const message of reader.read(text)) {
            // The place counts once the change is handed on: who breaks off here has had it.
            if (message.id !== undefined) last = message.id;
            if (message.data !== undefined)
              yield changeOf<M>(message.event, last ?? '', message.data);
          }
      } catch (why) {
        if (why instanceof SyntaxError) throw why;
        // It broke off: on behind the last place.
      } finally {
        close();
      }
      if (ender.signal.aborted) return;
      transport.nodes.failed(at);
    }
  } catch (why) {
    if (!ender.signal.aborted) throw why;
  } finally {
    options.signal?.removeEventListener('abort', stop);
    ender.abort();
  }
}

function changeOf<M extends Model>(
  event: string,
  id: string,
  data: string,
): Change<M['item'], M['key']> {
  const told = JSON.parse(data) as M['item'] & { id: M['key'] };
  if (event === 'delete') return { type: 'delete', id, key: told.id };
  return { type: event === 'create' ? 'create' : 'update', id, item: told };
}
