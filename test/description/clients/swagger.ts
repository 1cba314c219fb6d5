// swagger-typescript-api.
import { Api, ContentType, type LithairProblem, type ProductsCreate } from './made/swagger';
import { tell, type Shop } from './story';

export async function story(baseUrl: string): Promise<void> {
  const { api } = new Api({ baseUrl });
  const shop: Shop = {
    async create(name, price, photo) {
      return (await api.productsCreate({ name, price, photo, state: 'sold out' })).data;
    },
    async get(id) {
      return (await api.productsGet(id, { fields: 'id,name' })).data;
    },
    async patch(id, stock, ifMatch) {
      const headers = { 'If-Match': ifMatch };
      return (
        await api.productsPatch(id, { stock, weight: null }, { headers, type: ContentType.Json })
      ).data;
    },
    async etag(id) {
      return (await api.productsGet(id)).headers.get('ETag')!;
    },
    async namesWithStock(stock, sort) {
      return (await api.productsList({ stock, sort })).data.data.map(each => each.name);
    },
    async versions(id) {
      return (await api.productsHistory(id)).data.events.map(each => each.type);
    },
    async remove(id) {
      await api.productsDelete(id);
    },
    async refusal() {
      // @ts-expect-error: the description says that there must be a price
      const wrong: ProductsCreate = { name: 'nothing' };
      // It throws the answer.
      const answer = await api.productsCreate(wrong).catch((thrown: unknown) => thrown);
      const { status, error } = answer as { status: number; error: LithairProblem };
      return { status, error: error.error, fields: error.errors.map(each => each.field) };
    },
  };
  await tell(shop);
}
