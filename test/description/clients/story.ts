// What each client does with a node, in its own words.
import assert from 'node:assert/strict';

export interface Product {
  id: string;
  name: string;
  price: string;
  stock: number;
}

export interface Shop {
  create(name: string, price: string, photo: string): Promise<Product>;
  get(id: string): Promise<Partial<Product>>;
  // Sets the stock, removes the weight, and only at this version.
  patch(id: string, stock: number, ifMatch: string): Promise<Product>;
  etag(id: string): Promise<string>;
  namesWithStock(filters: string[], sort: string): Promise<(string | undefined)[]>;
  versions(id: string): Promise<string[]>;
  remove(id: string): Promise<void>;
  // The status and the words of the refusal of a product without a price.
  refusal(): Promise<{ status: number; error: string; fields: string[] }>;
}

export async function tell(shop: Shop): Promise<void> {
  const tea = await shop.create('tea', '1.50', 'AAEC');
  const rye = await shop.create('rye bread', '3', '');
  assert.equal(tea.stock, 0);
  assert.equal(tea.price, '1.50');
  assert.equal((await shop.get(tea.id)).name, 'tea');
  const tag = await shop.etag(tea.id);
  assert.equal((await shop.patch(tea.id, 7, tag)).stock, 7);
  await assert.rejects(shop.patch(tea.id, 8, tag));
  assert.deepEqual(await shop.namesWithStock(['>=0', '<8'], '-stock,name'), ['tea', 'rye bread']);
  assert.deepEqual(await shop.namesWithStock(['>0'], 'name'), ['tea']);
  const refused = await shop.refusal();
  assert.equal(refused.status, 422);
  assert.equal(refused.error, 'validation_failed');
  assert.deepEqual(refused.fields, ['price']);
  for (const each of [tea, rye]) await shop.remove(each.id);
  assert.deepEqual(await shop.versions(tea.id), ['created', 'updated', 'deleted']);
  await assert.rejects(shop.get(tea.id));
}
