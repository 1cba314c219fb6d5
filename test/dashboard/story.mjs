// A small shop, and people who use it.

const names = [
  'Assam',
  'Ceylon',
  'Darjeeling',
  'Earl Grey',
  'Genmaicha',
  'Gunpowder',
  'Hojicha',
  'Jasmine',
  'Keemun',
  'Lapsang',
  'Matcha',
  'Oolong',
  'Pu-erh',
  'Rooibos',
  'Sencha',
  'Silver Needle',
  'White Peony',
  'Yunnan',
];
const people = [
  'Ada Lovelace',
  'Alan Turing',
  'Barbara Liskov',
  'Edsger Dijkstra',
  'Grace Hopper',
  'Katherine Johnson',
  'Leslie Lamport',
  'Tony Hoare',
];

/** Fills it; what was made, with its ids. */
export async function fill(cluster, id) {
  const bulk = (model, items) =>
    cluster.ask(id, `/api/${model}/_bulk`, { method: 'POST', body: items });
  const customers = await bulk(
    'customers',
    people.map((name, i) => ({
      name,
      email: `${name.split(' ')[0].toLowerCase()}@example.org`,
      since: `2025-0${1 + (i % 9)}-1${i % 9}T08:30:00Z`,
    })),
  );
  const products = await bulk(
    'products',
    names.map((name, i) => ({
      name,
      price: `${(3 + ((i * 7) % 12)).toFixed(0)}.${i % 2 ? '50' : '90'}`,
      stock: (i * 13) % 90,
      state: i % 5 === 4 ? 'draft' : 'live',
      tags: i % 3 === 0 ? ['loose', 'organic'] : ['bags'],
      fair: i % 4 !== 0,
    })),
  );
  const orders = await bulk(
    'orders',
    Array.from({ length: 240 }, (_, i) => ({
      customer: customers[i % customers.length].id,
      product: products[(i * 5) % products.length].id,
      pieces: 1 + (i % 4),
      amount: `${4 + (i % 37)}.${10 + (i % 80)}`,
      state: ['open', 'paid', 'paid', 'cancelled'][i % 4],
    })),
  );
  return { customers, products, orders };
}

/** Keeps some clients of all nodes busy until it is told to stop; `rest` milliseconds between two requests of one. */
export function busy(cluster, made, { clients = 6, rest = 20 } = {}) {
  let going = true;
  const one = async seed => {
    for (let i = seed; going; i += clients) {
      const all = [...cluster.nodes.keys()];
      const id = all[i % all.length];
      const product = made.products[i % made.products.length];
      const work =
        i % 4 === 0
          ? cluster.ask(id, `/api/products/${product.id}`, {
              method: 'PATCH',
              body: { stock: 10 + ((i * 17) % 80) },
            })
          : cluster.ask(id, `/api/products/${product.id}`);
      await work.catch(() => {});
      const wave = 1 + 0.7 * Math.sin(Date.now() / 9000 + seed);
      await new Promise(done => setTimeout(done, rest * wave));
    }
  };
  const all = Array.from({ length: clients }, (_, i) => one(i));
  return async () => {
    going = false;
    await Promise.all(all);
  };
}
