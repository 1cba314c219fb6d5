// Clusters: who leads, who is gone, who comes and goes.
import assert from 'node:assert/strict';
import {
  forgets,
  inDialog,
  isAccessible,
  isShown,
  press,
  says,
  until,
  withPage,
} from './expect.mjs';
import { Cluster } from './nodes.mjs';

const node = (page, id) => page.locator(`.map-node[data-node="${id}"]`);
const leads = (page, id) => node(page, id).filter({ hasText: 'leader' }).waitFor();
const row = (page, id) => page.locator(`tbody tr[data-node="${id}"]`);

export const cases = {
  async begin({ binary }) {
    const cluster = await Cluster.start(binary, 'models.toml');
    await cluster.ask(1, '/api/customers', { method: 'POST', body: { name: 'the first' } });
    return { cluster };
  },
  end: site => site.cluster.end(),
  all: [
    [
      'any node shows the cluster, and charts that move',
      async ({ cluster }) => {
        for (const id of [1, 2, 3])
          await withPage(cluster.page(id), async page => {
            await isShown(page);
            await leads(page, await cluster.leader());
            await says(page, '.map-node', 'you are here');
            assert.equal(await page.locator('.map-node').count(), 3);
            const first = await page.locator('.line').first().getAttribute('d');
            await until(
              page,
              before => document.querySelector('.line').getAttribute('d') !== before,
              first,
            );
            // What is written shows in the numbers.
            const before = await page.locator('.lead').textContent();
            await cluster.ask(id, '/api/customers', {
              method: 'POST',
              body: { name: `somebody ${id}` },
            });
            await until(page, text => document.querySelector('.lead').textContent !== text, before);
          });
      },
    ],
    [
      'leadership is handed over with a click, and the page moves',
      async ({ cluster }) => {
        const before = await cluster.leader();
        const to = [1, 2, 3].find(x => x !== before);
        await withPage(cluster.page(before), async page => {
          await leads(page, before);
          await row(page, to).getByRole('button', { name: 'Let it lead' }).click();
          await says(page, 'dialog', `Node ${before} leads.`);
          await isAccessible(page);
          await inDialog(page, 'Hand over');
          await leads(page, to);
        });
        assert.equal(await cluster.leader(), to);
      },
    ],
    [
      'a checkpoint is made, and a backup downloaded',
      async ({ cluster }) => {
        await withPage(cluster.page(1), async page => {
          await press(page, 'Checkpoint …');
          await inDialog(page, 'Make a checkpoint');
          await says(page, '.notice', 'A checkpoint of index');
          const downloading = page.waitForEvent('download');
          await press(page, 'Backup …');
          await inDialog(page, 'Download');
          const download = await downloading;
          assert.match(download.suggestedFilename(), /^lithair-[0-9a-f]{16}-\d+\.backup$/);
          assert.equal(await download.failure(), null);
        });
      },
    ],
    [
      'a node that joins is seen, and removed with a click',
      async ({ cluster }) => {
        const leader = await cluster.leader();
        await withPage(cluster.page(leader), async page => {
          await isShown(page);
          cluster.launch(4, ['--join', cluster.addr(leader)], []);
          await node(page, 4).waitFor();
          await cluster.ready(4);
          await node(page, 4).filter({ hasText: 'follower' }).waitFor();
          await says(page, '.finding', '4 voters');
          await row(page, 4).getByRole('button', { name: 'Remove' }).click();
          await says(page, 'dialog', 'then 3 voters, of which 1 may fail');
          await inDialog(page, 'Remove node 4');
          await node(page, 4).waitFor({ state: 'detached' });
          await forgets(page, '4 voters');
        });
        await cluster.kill(4);
      },
    ],
    [
      'a node is added with a click',
      async ({ cluster }) => {
        const leader = await cluster.leader();
        cluster.launch(5);
        await withPage(cluster.page(leader), async page => {
          await press(page, 'Add a member …');
          await page.getByLabel('Node id').fill('5');
          await page.getByLabel('Address for clients').fill(cluster.addr(5));
          await page.getByLabel('Port for other nodes').fill(String(cluster.peer(5)));
          await inDialog(page, 'Add it');
          await node(page, 5).filter({ hasText: 'follower' }).waitFor();
          await cluster.ready(5);
          await row(page, 5).getByRole('button', { name: 'Remove' }).click();
          await inDialog(page, 'Remove node 5');
          await node(page, 5).waitFor({ state: 'detached' });
        });
        await cluster.kill(5);
      },
    ],
    [
      'a leader is killed and the page, at another node, moves',
      async ({ cluster }) => {
        const before = await cluster.leader();
        const here = [1, 2, 3].find(x => x !== before);
        await withPage(cluster.page(here), async page => {
          await leads(page, before);
          await cluster.kill(before);
          await until(
            page,
            id => {
              const text = document.querySelector('.map-node .role-leader')?.closest('.map-node')
                ?.dataset.node;
              return text !== undefined && text !== String(id);
            },
            before,
          );
          await says(page, '.finding', `Node ${before} can't be reached from here`);
          await says(page, '.finding', 'no further one may fail');
          await says(page, 'h1', 'It serves, and needs a look.');
          await isAccessible(page);
          // What would leave no majority is refused in the server's words, and the way around explained.
          const other = [1, 2, 3].find(x => x !== before && x !== here);
          await row(page, other).getByRole('button', { name: 'Remove' }).click();
          await inDialog(page, `Remove node ${other}`);
          await page.locator('.dialog-problem p').first().waitFor();
          await says(page, 'dialog', 'Do it all the same');
          await inDialog(page, 'Cancel');
          cluster.launch(before);
          await cluster.ready(before);
          await forgets(page, `Node ${before} can't be reached`);
        });
      },
    ],
    [
      'a node that goes is told of, with links to the others, and found again',
      async ({ cluster }) => {
        const here = (await cluster.leader()) === 1 ? 2 : 1;
        await withPage(`${cluster.page(here)}#/data/customers`, async page => {
          await says(page, '.badge', `Node ${here}`);
          await page.locator('.items tbody tr').first().waitFor();
          await cluster.kill(here);
          await says(page, '.lost', `Node ${here} does not answer`);
          const others = [1, 2, 3].filter(x => x !== here);
          const links = await page.locator('.lost a').evaluateAll(all => all.map(x => x.href));
          assert.deepEqual(
            links,
            others.map(x => `${cluster.page(x)}#/data/customers`),
          );
          cluster.launch(here);
          await cluster.ready(here);
          await page.locator('.lost').waitFor({ state: 'hidden' });
          await page.locator('.live').waitFor();
        });
      },
    ],
    [
      'a node that is stopped is told of, too',
      async ({ cluster }) => {
        const here = (await cluster.leader()) === 1 ? 2 : 1;
        await withPage(cluster.page(here), async page => {
          await isShown(page);
          cluster.signal(here, 'SIGSTOP');
          try {
            await says(page, 'h1', 'This node does not answer.');
          } finally {
            cluster.signal(here, 'SIGCONT');
          }
          await page.locator('.lost').waitFor({ state: 'hidden' });
        });
      },
    ],
    [
      'without a majority it says so, and what to do',
      async ({ cluster }) => {
        const here = await cluster.leader();
        const others = [1, 2, 3].filter(x => x !== here);
        await withPage(cluster.page(here), async page => {
          await isShown(page);
          for (const each of others) await cluster.kill(each);
          await says(page, '.finding', 'No majority can be reached from here');
          await says(page, '.finding', `Start node ${others[0]}`);
          await says(page, 'h1', 'Something is wrong.');
          await isAccessible(page);
        });
      },
    ],
  ],
};
