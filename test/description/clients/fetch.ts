// openapi-typescript with openapi-fetch.
import createClient from 'openapi-fetch';
import type { paths } from './made/types';
import { tell, type Shop } from './story';

export async function story(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl });
  const refused = (error: unknown) => new Error(JSON.stringify(error));
  const shop: Shop = {
    async create(name, price, photo) {
      const { data, error } = await api.POST('/api/products', {
        body: { name, price, photo, weight: 1.5, words: ['new'] },
      });
      if (error) throw refused(error);
      return data;
    },
    async get(id) {
      const { data, error } = await api.GET('/api/products/{id}', {
        params: { path: { id }, query: { fields: 'id,name' } },
      });
      if (!data) throw refused(error);
      return data;
    },
    async patch(id, stock, ifMatch) {
      const { data, error } = await api.PATCH('/api/products/{id}', {
        params: { path: { id }, header: { 'If-Match': ifMatch } },
        body: { stock, weight: null },
        headers: { 'Content-Type': 'application/merge-patch+json' },
      });
      if (error) throw refused(error);
      return data;
    },
    async etag(id) {
      const { response } = await api.GET('/api/products/{id}', { params: { path: { id } } });
      return response.headers.get('ETag')!;
    },
    async namesWithStock(stock, sort) {
      const { data, error } = await api.GET('/api/products', {
        params: { query: { stock, sort, take: 10 } },
      });
      if (error) throw refused(error);
      return data.data.map(each => each.name);
    },
    async versions(id) {
      const { data, error } = await api.GET('/api/products/{id}/history', {
        params: { path: { id }, query: { verify: true } },
      });
      if (error) throw refused(error);
      return data.events.map(each => each.type);
    },
    async remove(id) {
      const { error } = await api.DELETE('/api/products/{id}', { params: { path: { id } } });
      if (error) throw refused(error);
    },
    async refusal() {
      // @ts-expect-error: the description says that there must be a price
      const { error, response } = await api.POST('/api/products', { body: { name: 'nothing' } });
      return {
        status: response.status,
        error: error!.error,
        fields: error!.errors.map(each => each.field),
      };
    },
  };
  await tell(shop);
  await follow(baseUrl);
}

// A stream is text to every client; its events are those of `x-event-data`.
async function follow(baseUrl: string): Promise<void> {
  const api = createClient<paths>({ baseUrl });
  const stop = new AbortController();
  const { response } = await api.GET('/api/products/stream', {
    params: { query: { after: '0', fields: 'id,name' } },
    parseAs: 'stream',
    signal: stop.signal,
  });
  let text = '';
  for await (const some of response.body!.pipeThrough(new TextDecoderStream())) {
    text += some;
    if (text.includes('event: delete')) break;
  }
  stop.abort();
  if (!text.includes('event: create')) throw new Error(text);
}
