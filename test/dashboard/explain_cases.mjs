// What became of a write: opened from an item, asked for by its index, told by each node.
import assert from 'node:assert/strict';
import { fits, isAccessible, says, withPage } from './expect.mjs';
import { Cluster } from './nodes.mjs';

const told = (page, text) => says(page, '.told', text);
const step = (page, what) => page.locator(`tr[data-step="${what}"]`).first();

export const cases = {
  async begin({ binary }) {
    const cluster = await Cluster.start(binary, 'models.toml');
    const leader = await cluster.leader();
    const here = [1, 2, 3].find(x => x !== leader);
    const { id } = await cluster.ask(here, '/api/products', {
      method: 'POST',
      body: { name: 'Assam', price: '2.50' },
    });
    await cluster.ask(here, `/api/products/${id}`, { method: 'PATCH', body: { price: '3.10' } });
    const { events } = await cluster.ask(here, `/api/products/${id}/history`);
    return { cluster, leader, here, id, index: events.at(-1).index };
  },
  end: site => site.cluster.end(),
  all: [
    [
      'what became of a write is opened from its item, and each node tells its part',
      async ({ cluster, leader, here, id, index }) => {
        await withPage(`${cluster.page(here)}#/data/products/${id}`, async page => {
          await says(page, '.about', `Changed last by entry ${index}`);
          await page
            .locator('.events')
            .getByRole('link', { name: `entry ${index}` })
            .click();
          await says(page, 'h1', `What became of entry ${index}`);
          await told(page, `that a client of node ${here} asked for`);
          await told(page, `It asks to patch products/${id}: price.`);
          for (const what of ['received', 'logged', 'synced', 'applied', 'answered'])
            await step(page, what).waitFor();
          assert.equal(await step(page, 'replicated').count(), 0);
          await isAccessible(page);
          await page
            .locator('main')
            .getByRole('link', { name: `node ${leader}` })
            .click();
          await page.waitForURL(`${cluster.page(leader)}#/explain/${index}`);
          await step(page, 'replicated').waitFor();
          await told(page, 'on the disk of node');
          assert.equal(await step(page, 'received').count(), 0);
        });
      },
    ],
    [
      'an index is asked for with the keyboard alone',
      async ({ cluster, here, index }) => {
        await withPage(cluster.page(here), async page => {
          await page.getByRole('link', { name: 'What became of a write' }).focus();
          await page.keyboard.press('Enter');
          await page.getByLabel('Index').focus();
          await page.keyboard.type(String(index));
          await page.keyboard.press('Enter');
          await told(page, `Entry ${index} of term`);
        });
      },
    ],
    [
      'an entry that is yet to come, and what is none, are told as that',
      async ({ cluster, here }) => {
        await withPage(`${cluster.page(here)}#/explain/999999`, async page => {
          await says(page, '.problem', 'The log of this node ends at entry');
          await page.getByLabel('Index').fill('1/2');
          await page.getByRole('button', { name: 'Tell' }).click();
          await says(page, '.problem', 'its index is a number');
          await isAccessible(page);
        });
      },
    ],
    [
      'an entry that is forgotten is told as that',
      async ({ cluster: { binary } }) => {
        const flags = ['--log-margin', '1'];
        const alone = await Cluster.start(binary, 'models.toml', { count: 1, flags });
        try {
          for (const name of ['a', 'b', 'c'])
            await alone.ask(1, '/api/customers', { method: 'POST', body: { name } });
          await alone.ask(1, '/_admin/snapshot', { method: 'POST' });
          await alone.kill(1);
          alone.launch(1, flags);
          await alone.ready(1);
          await withPage(`${alone.page(1)}#/explain/1`, page =>
            says(page, '.problem', 'Entry 1 is no longer in this node'),
          );
        } finally {
          await alone.end();
        }
      },
    ],
    [
      'what became of a write is for everybody, in light and dark, and on a phone',
      async ({ cluster, here, index }) => {
        for (const colorScheme of ['light', 'dark'])
          await withPage(
            `${cluster.page(here)}#/explain/${index}`,
            async page => {
              await step(page, 'answered').waitFor();
              await fits(page);
              await isAccessible(page);
            },
            { colorScheme, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
          );
      },
    ],
  ],
};
