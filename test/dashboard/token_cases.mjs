// Pages of nodes that want a token.
import assert from 'node:assert/strict';
import { inDialog, isAccessible, isShown, press, says, until, withPage } from './expect.mjs';
import { Cluster } from './nodes.mjs';

async function show(page, token) {
  await page.locator('dialog').getByLabel('Token').fill(token);
  await inDialog(page, 'Show it');
}

export const cases = {
  async begin({ binary }) {
    const cluster = await Cluster.start(binary, 'models.toml', { count: 1 });
    const { token } = await cluster.ask(1, '/_admin/tokens', {
      method: 'POST',
      body: { name: 'me', role: 'admin' },
    });
    return { cluster, token };
  },
  end: site => site.cluster.end(),
  all: [
    [
      'the page is shown to everybody, and nothing of the cluster before a token is',
      async ({ cluster, token }) => {
        await withPage(cluster.page(1), async page => {
          await says(page, 'dialog', 'Show a token');
          assert.equal(await page.locator('.map-node').count(), 0);
          await isAccessible(page);
          await show(page, 'not-a-token');
          await says(page, 'dialog', 'does not count');
          await show(page, token);
          await isShown(page);
          await page.locator('.line').first().waitFor({ state: 'attached' });
          // Kept for this tab, and nowhere else.
          await page.reload();
          await isShown(page);
          assert.equal(
            await page.evaluate(() => JSON.stringify({ ...localStorage }) + document.cookie),
            '{}',
          );
          await press(page, 'Forget the token');
          await says(page, 'dialog', 'Show a token');
        });
      },
    ],
    [
      'tokens are made, told once and revoked with clicks',
      async ({ cluster, token }) => {
        await withPage(`${cluster.page(1)}#/tokens`, async page => {
          await show(page, token);
          await says(page, 'tbody th', 'me');
          await press(page, 'Make a token …');
          await page.getByLabel('Who has it').fill('shop');
          await page.getByLabel('Role').fill('read');
          await page.getByLabel('products').check();
          await inDialog(page, 'Make it');
          const text = page.locator('dialog').getByLabel('Token');
          await until(page, () =>
            /^lithair_/.test(document.querySelector('dialog input')?.value ?? ''),
          );
          const made = await text.inputValue();
          await isAccessible(page);
          await inDialog(page, 'Close');
          const headers = { Authorization: `Bearer ${made}` };
          assert.equal((await fetch(`${cluster.url(1)}/api/products`, { headers })).status, 200);
          assert.equal((await fetch(`${cluster.url(1)}/api/orders`, { headers })).status, 403);
          await page
            .locator('tr')
            .filter({ hasText: 'shop' })
            .getByRole('button', { name: 'Revoke …' })
            .click();
          await inDialog(page, 'Revoke it');
          await page.locator('tr').filter({ hasText: 'shop' }).waitFor({ state: 'detached' });
          assert.equal((await fetch(`${cluster.url(1)}/api/products`, { headers })).status, 401);
        });
      },
    ],
    [
      'who may only read is shown what that allows, and told what not',
      async ({ cluster, token }) => {
        const reader = await cluster.ask(1, '/_admin/tokens', {
          method: 'POST',
          body: { name: 'reader', role: 'read' },
          headers: { Authorization: `Bearer ${token}` },
        });
        await withPage(`${cluster.page(1)}#/data/products`, async page => {
          await show(page, reader.token);
          await says(page, '.empty', 'There is nothing here yet');
          await page.goto(`${cluster.page(1)}#/new/products`);
          await page.locator('#field-name').fill('Tea');
          await page.locator('#field-price').fill('1');
          await press(page, 'Create');
          await says(page, '.form .error', 'for reading');
          await page.goto(`${cluster.page(1)}#/`);
          await says(page, '.lead', 'for an admin');
          await says(page, '.problem', 'role admin');
          assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0);
        });
      },
    ],
    [
      'a backup is downloaded with the token',
      async ({ cluster, token }) => {
        await withPage(cluster.page(1), async page => {
          await show(page, token);
          await isShown(page);
          const downloading = page.waitForEvent('download');
          await press(page, 'Backup …');
          await inDialog(page, 'Download');
          assert.match((await downloading).suggestedFilename(), /^lithair-.*\.backup$/);
        });
      },
    ],
    [
      'the rules of a model are shown with it, and what the node fills in is not asked for',
      async ({ cluster, token }) => {
        await withPage(`${cluster.page(1)}#/data/notes`, async page => {
          await show(page, token);
          await page.getByText('Fields and rules').click();
          await says(page, '.about-model dd', 'role(staff)');
          await says(page, '.about-model dd', 'admins alone');
          await isAccessible(page);
          await page.getByRole('link', { name: 'New item' }).click();
          await page.locator('#field-text').fill('By me');
          assert.equal(await page.locator('#field-by').count(), 0);
          await press(page, 'Create');
          await until(page, () => document.querySelector('#field-by')?.value === 'me');
        });
      },
    ],
  ],
};
