// @hey-api/openapi-ts with its client for fetch.
import { client } from './made/hey/client.gen';
import * as api from './made/hey/sdk.gen';
import type { ProductsCreate } from './made/hey/types.gen';
import { tell, type Shop } from './story';

export async function story(baseUrl: string): Promise<void> {
  client.setConfig({ baseUrl, throwOnError: true });
  const options = { throwOnError: true } as const;
  const shop: Shop = {
    async create(name, price, photo) {
      return (await api.productsCreate({ ...options, body: { name, price, photo, live: true } }))
        .data;
    },
    async get(id) {
      return (await api.productsGet({ ...options, path: { id }, query: { fields: 'id,name' } }))
        .data;
    },
    async patch(id, stock, ifMatch) {
      const made = await api.productsPatch({
        ...options,
        path: { id },
        headers: { 'If-Match': ifMatch },
        body: { stock, weight: null },
      });
      return made.data;
    },
    async etag(id) {
      return (await api.productsGet({ ...options, path: { id } })).response.headers.get('ETag')!;
    },
    async namesWithStock(stock, sort) {
      return (
        await api.productsList({ ...options, query: { stock, sort, total: false } })
      ).data.data.map(each => each.name);
    },
    async versions(id) {
      return (await api.productsHistory({ ...options, path: { id } })).data.events.map(
        each => each.type,
      );
    },
    async remove(id) {
      await api.productsDelete({ ...options, path: { id } });
    },
    async refusal() {
      // @ts-expect-error: the description says that there must be a price
      const body: ProductsCreate = { name: 'nothing' };
      const { error, response } = await api.productsCreate({ body, throwOnError: false });
      return {
        status: response.status,
        error: error!.error,
        fields: error!.errors.map(each => each.field),
      };
    },
  };
  await tell(shop);
}
