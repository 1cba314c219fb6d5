// All that a client can do, step by step; what is to befall it run.py does.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as lithair from 'lithair-client';
import { nodeFetch } from 'lithair-client/node';
import { order, tell, told } from './telling.js';

const { Client } = lithair;
type Gone = InstanceType<typeof lithair.Gone>;
const done: string[] = [];
let token = '';
const shop = new Client({ nodes: told.nodes });

async function step(name: string, what: () => Promise<void>): Promise<void> {
  try {
    await what();
  } catch (why) {
    throw new Error(`${name}: ${String((why as Error).stack)}`, { cause: why });
  }
  done.push(name);
}
async function all<T>(of: AsyncIterable<T>): Promise<T[]> {
  const made: T[] = [];
  for await (const each of of) made.push(each);
  return made;
}
const named = (name: string): Promise<number> => shop.marks.count({ name: lithair.exactly(name) });

await step('items are created, read, changed, replaced and deleted', async () => {
  const made = await shop.products.create({ name: 'green tea', price: '3.50', stock: 2 });
  const id = made.item.id;
  assert.equal(made.item.state, 'draft');
  assert.deepEqual((await shop.products.get(id)).item, made.item);
  assert.deepEqual(await shop.products.select(id, ['name', 'stock']), {
    name: 'green tea',
    stock: 2,
  });
  const changed = await shop.products.patch(id, { stock: 5 }, { ifMatch: made.version });
  assert.ok(changed.index > made.index);
  await assert.rejects(
    shop.products.patch(id, { stock: 6 }, { ifMatch: made.version }),
    lithair.Stale,
  );
  assert.equal((await shop.products.replace(id, { name: 'green tea', price: '4' })).item.stock, 0);
  assert.equal(
    (await shop.products.update(id, ({ stock }) => ({ stock: stock + 3 }))).item.stock,
    3,
  );
  await shop.products.delete(id);
  assert.equal(await shop.products.find(id), undefined);
  await assert.rejects(shop.products.get(id), lithair.NotFound);
});

await step('what is refused is an error of its kind', async () => {
  const made = await shop.products.create({ name: 'coffee', price: '5' });
  await assert.rejects(shop.products.create({ name: 'coffee', price: '6' }), lithair.Conflict);
  const wrong = await shop.products
    .create({ name: 'cheap', price: '0' })
    .catch((why: unknown) => why);
  assert.ok(wrong instanceof lithair.Invalid);
  assert.deepEqual(
    wrong.problem.errors.map(each => each.field),
    ['price'],
  );
  await assert.rejects(
    shop.products.createAt(made.item.id, { name: 'x', price: '1' }),
    lithair.Stale,
  );
  // @ts-expect-error: there must be a price
  await assert.rejects(shop.products.create({ name: 'no price' }), lithair.Invalid);
});

await step('null removes a field, and what is not said stays', async () => {
  await shop.counters.create({ id: 'one', about: 'something' });
  assert.equal((await shop.counters.patch('one', { value: 1 })).item.about, 'something');
  assert.equal((await shop.counters.patch('one', { about: null })).item.about, undefined);
  assert.deepEqual(
    (await all(shop.counters.history('one'))).map(each => each.type),
    ['created', 'updated', 'updated'],
  );
});

await step('lists go on page by page', async () => {
  const names = Array.from({ length: 50 }, (_, i) => `page ${String(i).padStart(2, '0')}`);
  await shop.marks.createMany(names.map(name => ({ name })));
  const where = { name: '~page' };
  assert.deepEqual(
    (await all(shop.marks.items({ ...where, sort: 'name', take: 7 }))).map(each => each.name),
    names,
  );
  assert.equal((await all(shop.marks.pages({ ...where, take: 7 }))).length, 8);
  assert.equal((await shop.marks.list({ ...where, take: 1 })).total, 50);
  assert.equal(await shop.marks.count(where), 50);
  assert.notEqual(await shop.marks.randomId(), undefined);
  assert.equal(await named('!page 01'), 0);
});

await step('a transaction is done whole or not at all', async () => {
  const one = await shop.counters.get('one');
  const both = (): lithair.Transaction =>
    shop
      .transaction()
      .patch(shop.counters, 'one', { value: 7 }, one.version)
      .create(shop.marks, { name: 'both' });
  assert.deepEqual(
    (await both().commit()).results.map(each => each.status),
    [200, 201],
  );
  await assert.rejects(both().commit(), lithair.Stale);
  assert.equal(await named('both'), 1);
});

await step('projections are read row by row', async () => {
  const { item } = await shop.products.create({ name: 'cups', price: '2' });
  const order = await shop.orders.create({
    product: item.id,
    customer: 'ann',
    pieces: 2,
    amount: '4.00',
  });
  await shop.orders.patch(order.item.id, { state: 'paid' });
  const rows = await all(shop.projections.sales.all());
  assert.deepEqual(
    rows.map(each => [each.customer, each.revenue]),
    [['ann', '4.00']],
  );
});

await step('a read of the session sees what the client wrote, at any node', async () => {
  for (let i = 0; i < 20; ++i) {
    const { item, index } = await shop.marks.create({ name: `session ${i}` });
    const other = new Client({ nodes: [told.nodes[i % 3]!], consistency: 'session' });
    assert.equal((await other.marks.get(item.id, { minIndex: index })).item.name, item.name);
    assert.ok(other.index >= index);
  }
  const heads = await order<string[]>('heads');
  assert.ok(
    heads.some(each => /x-min-index: \d+/i.test(each) && /x-consistency: local/i.test(each)),
  );
});

await step('a write whose answer is lost is asked elsewhere, and takes effect once', async () => {
  await order('mode', { mode: 'swallowing', wires: [0] });
  const lucky = new Client({ nodes: told.nodes });
  await lucky.marks.create({ name: 'lost and found' });
  assert.equal(await named('lost and found'), 1);
  await order('mode', { mode: 'swallowing' });
  const deaf = new Client({ nodes: told.nodes, deadline: 1000 });
  const why = await deaf.marks.create({ name: 'unheard' }).catch((thrown: unknown) => thrown);
  assert.ok(why instanceof lithair.UnknownOutcome, String(why));
  assert.ok(why.key !== undefined);
  // A token that can't be had is the program's to mend, and no attempt.
  const token = (): Promise<string> => Promise.reject(new Error('no token'));
  await assert.rejects(new Client({ nodes: told.nodes, token }).marks.list(), /no token/);
  // What has no key is not asked again.
  const raw = new Client({ nodes: told.nodes }).api.POST('/cluster/transfer', { body: {} });
  await assert.rejects(raw, lithair.UnknownOutcome);
  // Who is let in no more has no word about what was done before, either.
  await order('mode', { mode: 'denying', wires: [1, 2] });
  const expired = new Client({ nodes: told.nodes });
  await assert.rejects(expired.marks.create({ name: 'expired' }), lithair.UnknownOutcome);
  const others = new Client({ nodes: told.nodes.slice(1) });
  await assert.rejects(others.marks.create({ name: 'never' }), lithair.NotAllowed);
  await order('mode', { mode: 'through' });
  assert.equal(await named('expired'), 1);
  await shop.marks.create({ name: 'unheard' }, { key: why.key });
  assert.equal(await named('unheard'), 1);
});

await step('nodes that are busy are let alone for as long as they say', async () => {
  await order('mode', { mode: 'busy' });
  // They want a minute each: who may not wait so long knows at once.
  const hasty = new Client({ nodes: told.nodes, deadline: 50_000 });
  await assert.rejects(hasty.marks.create({ name: 'never' }), lithair.Unavailable);
  assert.equal(await order<number>('turned_away'), 3);
  await order('mode', { mode: 'through', wires: [1, 2] });
  await new Client({ nodes: told.nodes }).marks.create({ name: 'elsewhere' });
  await order('mode', { mode: 'through' });
  assert.equal(await named('never'), 0);
});

await step('what nobody has heard has certainly not taken effect', async () => {
  await order('hang_up');
  const alone = new Client({ nodes: told.nodes, deadline: 500 });
  await assert.rejects(alone.marks.create({ name: 'unheard of' }), lithair.Unavailable);
  await assert.rejects(alone.marks.list(), lithair.Unavailable);
  await order('listen');
  assert.equal(await named('unheard of'), 0);
});

await step('a call can be given up', async () => {
  const give = new AbortController();
  give.abort(new Error('enough'));
  await assert.rejects(shop.marks.list({}, { signal: give.signal }), /enough/);
  for await (const change of shop.marks.follow({ signal: give.signal })) assert.fail(change.id);
});

await step('who falls out of the log is told so, and goes on from a list', async () => {
  await assert.rejects(shop.marks.follow({ after: 10 ** 12 }).next(), lithair.Gone);
  let gone: Gone | undefined;
  const changes = shop.marks.follow({
    after: 10 ** 12,
    where: { name: '~behind' },
    async onGone(why) {
      gone = why;
      const { items, index } = await shop.marks.snapshot();
      assert.ok(items.length > 50);
      await shop.marks.create({ name: 'behind it' });
      return index;
    },
  });
  const { value } = await changes.next();
  assert.ok(value && value.type === 'create' && value.item.name === 'behind it');
  assert.equal(gone!.status, 410);
  await changes.return();
});

await step('a stream tells what was changed and deleted', async () => {
  const { item, index } = await shop.marks.create({ name: 'changing' });
  await shop.marks.patch(item.id, { name: 'changed' });
  await shop.marks.delete(item.id);
  const seen: string[] = [];
  for await (const change of shop.marks.follow({ after: index })) {
    seen.push(
      change.type === 'delete' ? `delete ${change.key}` : `${change.type} ${change.item.name}`,
    );
    if (change.type === 'delete') break;
  }
  assert.deepEqual(seen, ['update changed', `delete ${item.id}`]);
});

await step('local data stay with the first node', async () => {
  await shop.deskNotes.create({ id: 'here', text: 'only here' });
  assert.equal((await shop.deskNotes.get('here')).item.text, 'only here');
  const other = new Client({ nodes: [told.nodes[1]!, told.nodes[0]!] });
  assert.equal(await other.deskNotes.find('here'), undefined);
  assert.throws(() => shop.transaction().delete(shop.deskNotes, 'here'), TypeError);
});

await step('every operation of the API is there', async () => {
  const { data } = await shop.api.GET('/status');
  assert.equal(data!.members.length, 3);
  const made = await shop.api.POST('/api/marks', { body: { name: 'raw' } });
  assert.equal(made.response.status, 201);
  const bulk = await shop.api.GET('/api/marks', {
    params: { query: { name: 'raw', fields: 'name' } },
  });
  assert.deepEqual(bulk.data!.data, [{ name: 'raw' }]);
});

await step('HTTPS with an authority of its own', async () => {
  const { node, ca } = await order<{ node: string; ca: string }>('tls');
  const secure = new Client({ nodes: [node], fetch: nodeFetch({ ca: readFileSync(ca) }) });
  await secure.marks.create({ name: 'sealed' });
  for await (const change of secure.marks.follow({ after: 0 })) {
    assert.ok(change.type === 'create' && change.item.name === 'sealed');
    break;
  }
  await secure.products.delete('018f3c5e-7a10-7000-8000-000000000001').catch((why: unknown) => {
    assert.ok(why instanceof lithair.NotFound);
  });
  const distrusting = new Client({ nodes: [node], deadline: 500, fetch: nodeFetch() });
  await assert.rejects(distrusting.marks.list(), lithair.Unavailable);
});

await step('tokens are shown', async () => {
  const body = { name: 'me', role: 'admin' };
  const direct = new Client({ nodes: told.nodes });
  const made = await direct.api.POST('/_admin/tokens', { body });
  token = made.data!.token!;
  const known = new Client({ nodes: told.nodes, token: () => Promise.resolve(token) });
  await known.marks.create({ name: 'with a token' });
  // The first token counts at a node as soon as that has heard of it.
  const other = new Client({ nodes: told.nodes });
  while (
    await other.marks.count().then(
      () => true,
      () => false,
    )
  );
  await assert.rejects(other.marks.create({ name: 'without' }), lithair.NotAllowed);
  await assert.rejects(other.marks.follow().next(), lithair.NotAllowed);
});

tell('report', { done, token });
process.exit(0);
