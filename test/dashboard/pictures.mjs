// pictures.mjs LITHAIR_NODE REPOSITORY: takes the pictures of docs/pictures/. bash test/dashboard/check FOLDER
// LITHAIR_NODE pictures.mjs runs it.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { open, until } from './browser.mjs';
import { Cluster } from './nodes.mjs';
import { busy, fill } from './story.mjs';

const [binary, repository] = process.argv.slice(2);
const folder = process.env.LITHAIR_PICTURES ?? join(repository, 'docs', 'pictures');
mkdirSync(folder, { recursive: true });

const cluster = await Cluster.start(binary, 'models.toml');
const made = await fill(cluster, 1);
const rest = busy(cluster, made);
const path = `/api/products/${made.products[5].id}`;
for (const [price, stock, state] of [
  ['5.20', 40, 'live'],
  ['5.40', 12, 'live'],
  ['5.90', 0, 'sold out'],
])
  await cluster.ask(1, path, { method: 'PATCH', body: { price, stock, state } });

async function take(
  name,
  at,
  { scheme = 'light', viewport = { width: 1280, height: 860 }, wait, prepare } = {},
) {
  const browser = await open({ colorScheme: scheme, viewport, deviceScaleFactor: 1 });
  try {
    const page = await browser.page();
    await page.goto(cluster.page(await cluster.leader()) + at);
    await page.waitForSelector(wait);
    await prepare?.(page);
    await page.evaluate(() => document.activeElement?.blur());
    const file = join(folder, `${name}.png`);
    await page.screenshot({ path: file });
    console.log(`${file}: ${statSync(file).size} bytes`);
    for (const each of page.complaints) console.log(`  ${each}`);
  } finally {
    await browser.close();
  }
}

// Charts are of interest once they have a past.
const chartsFull = page =>
  until(
    page,
    n => (document.querySelector('.line')?.getAttribute('d').split('L').length ?? 0) > n,
    Number(process.env.LITHAIR_SECONDS ?? 100),
    150e3,
  );

try {
  await Promise.all([
    take('overview', '', {
      wait: '.map-node',
      prepare: chartsFull,
      viewport: { width: 1280, height: 960 },
    }),
    take('overview-dark', '', {
      wait: '.map-node',
      prepare: chartsFull,
      scheme: 'dark',
      viewport: { width: 1280, height: 960 },
    }),
    take('phone', '', {
      wait: '.map-node',
      prepare: chartsFull,
      viewport: { width: 390, height: 844 },
    }),
  ]);
  await take(
    'items',
    '#/data/orders?sort=-amount&where=%5B%5B%22state%22%2C%22%22%2C%22paid%22%5D%5D',
    { wait: 'tbody tr' },
  );
  await take('item', `#/data/products/${made.products[5].id}`, {
    wait: '.events li',
    scheme: 'dark',
    prepare: async page => {
      await page.locator('#as-of').fill('1');
      await page.waitForSelector('.history tr.differs');
    },
  });
  // A node that is gone, in words.
  const before = await cluster.leader();
  const gone = [3, 2].find(x => x !== before);
  await cluster.kill(gone);
  await take('trouble', '', { wait: '.headline-warn', viewport: { width: 1280, height: 640 } });
} finally {
  await rest();
  await cluster.end();
}
