// Items: made, changed, deleted; conflicts; lists; history; projections.
import assert from 'node:assert/strict';
import { fits, inDialog, isAccessible, isShown, press, says, until, withPage } from './expect.mjs';
import { Cluster } from './nodes.mjs';
import { fill } from './story.mjs';

const field = (page, name) => page.locator(`#field-${name}`);
const rowOf = (page, key) => page.locator(`tr[data-key="${key}"]`);

async function another(site, name) {
  return site.cluster.ask(1, '/api/products', {
    method: 'POST',
    body: { name, price: '2.50', stock: 3 },
  });
}

export const cases = {
  async begin({ binary }) {
    const cluster = await Cluster.start(binary, 'models.toml', { count: 1 });
    return { cluster, made: await fill(cluster, 1) };
  },
  end: site => site.cluster.end(),
  all: [
    [
      'an item is made, changed and deleted with clicks',
      async site => {
        await withPage(`${site.cluster.page(1)}#/data/products`, async page => {
          await page.getByRole('link', { name: 'New item' }).click();
          await field(page, 'name').fill('Lady Grey');
          await field(page, 'price').fill('4.10');
          await field(page, 'serial').fill('9007199254740993');
          await field(page, 'tags').fill('bags\nblack');
          await field(page, 'more').fill(
            '{"b": 1.10, "2": [], "1": "<img src=x onerror=alert(1)>"}',
          );
          await press(page, 'Create');
          await says(page, '.notice', 'It is made');
          await field(page, 'stock').waitFor();
          const id = decodeURIComponent(new URL(page.url()).hash.split('/').at(-1));
          const text = await (await fetch(`${site.cluster.url(1)}/api/products/${id}`)).text();
          assert.match(text, /"serial":9007199254740993/);
          assert.match(text, /"more":\{"b":1\.10,"2":\[\],"1":"<img/);
          assert.match(text, /"tags":\["bags","black"\]/);
          assert.equal(await field(page, 'serial').inputValue(), '9007199254740993');

          await field(page, 'stock').fill('12');
          await page.getByRole('button', { name: 'Unset serial' }).click();
          await press(page, 'Save');
          await says(page, '.notice', 'It is saved');
          const changed = await site.cluster.ask(1, `/api/products/${id}`);
          assert.equal(changed.stock, 12);
          assert.equal('serial' in changed, false);

          await press(page, 'Delete …');
          await inDialog(page, 'Delete it');
          await page.waitForURL(/#\/data\/products$/);
          const gone = await fetch(`${site.cluster.url(1)}/api/products/${id}`);
          assert.equal(gone.status, 404);
        });
      },
    ],
    [
      'what is wrong is told beside the field, and nothing is lost',
      async site => {
        await withPage(`${site.cluster.page(1)}#/new/products`, async page => {
          await field(page, 'name').fill('Mint');
          await field(page, 'price').fill('much');
          await press(page, 'Create');
          await says(page, '#field-price-error', 'This is no amount');
          await field(page, 'price').fill('0');
          await press(page, 'Create');
          await page.locator('#field-price[aria-invalid]').waitFor();
          assert.equal(await field(page, 'name').inputValue(), 'Mint');
        });
      },
    ],
    [
      'an edit that comes too late shows what changed, and takes theirs or saves over it',
      async site => {
        const { id } = await another(site, 'Contested');
        await withPage(`${site.cluster.page(1)}#/data/products/${id}`, async page => {
          await field(page, 'price').fill('3.00');
          await site.cluster.ask(1, `/api/products/${id}`, {
            method: 'PATCH',
            body: { price: '2.75', stock: 8 },
          });
          await press(page, 'Save');
          await says(page, '.conflict', 'It was changed meanwhile');
          const cells = await page.locator('.conflict tr[data-field=price] td').allTextContents();
          assert.deepEqual(cells, ['"2.50"', '"2.75"', '"3.00"']);
          assert.deepEqual(
            await page.locator('.conflict tr[data-field=stock] td').allTextContents(),
            ['3', '8', ''],
          );
          await isAccessible(page);
          await press(page, 'Save mine over it');
          await says(page, '.notice', 'It is saved');
          const after = await site.cluster.ask(1, `/api/products/${id}`);
          assert.deepEqual([after.price, after.stock], ['3.00', 8]);

          await field(page, 'stock').fill('1');
          await site.cluster.ask(1, `/api/products/${id}`, { method: 'PATCH', body: { stock: 9 } });
          await press(page, 'Save');
          await press(page, 'Take theirs');
          await until(page, () => document.querySelector('#field-stock').value === '9');
          assert.equal((await site.cluster.ask(1, `/api/products/${id}`)).stock, 9);
        });
      },
    ],
    [
      'what merges is added to, and never written over',
      async site => {
        const { id } = await another(site, 'Summed');
        await site.cluster.ask(1, `/api/products/${id}`, { method: 'PATCH', body: { sold: 5 } });
        await withPage(`${site.cluster.page(1)}#/data/products/${id}`, async page => {
          await says(page, '[data-field=sold]', 'It holds 5.');
          await field(page, 'sold').fill('3');
          await press(page, 'Save');
          await says(page, '[data-field=sold]', 'It holds 8.');
          assert.equal((await site.cluster.ask(1, `/api/products/${id}`)).sold, 8);
        });
      },
    ],
    [
      'nobody who looks costs nothing, and who looks again is shown what is now',
      async site => {
        await withPage(`${site.cluster.page(1)}#/data/customers`, async page => {
          const streams = ['/_admin/live', '/api/customers/stream'];
          const isStream = x => streams.includes(new URL(x.url()).pathname);
          await page.locator('.live').waitFor();
          const see = hidden =>
            page.evaluate(is => {
              Object.defineProperty(document, 'hidden', { configurable: true, value: is });
              document.dispatchEvent(new Event('visibilitychange'));
            }, hidden);
          const ended = streams.map(path =>
            page.waitForEvent('requestfailed', x => isStream(x) && x.url().endsWith(path)),
          );
          await see(true);
          await Promise.all(ended);
          await site.cluster.ask(1, '/api/customers', {
            method: 'POST',
            body: { name: 'Somebody unseen' },
          });
          const begun = streams.map(path =>
            page.waitForEvent('request', x => x.url().endsWith(path)),
          );
          await see(false);
          await Promise.all(begun);
          await says(page, '.items td', 'Somebody unseen');
        });
      },
    ],
    [
      'rows change as others change them',
      async site => {
        const { id } = await another(site, 'Alive');
        const where = encodeURIComponent(JSON.stringify([['name', '~', 'aLIVE']]));
        await withPage(`${site.cluster.page(1)}#/data/products?where=${where}`, async page => {
          await page.locator('.live').waitFor();
          assert.equal(await page.locator('tbody tr[data-key]').count(), 1);
          await site.cluster.ask(1, `/api/products/${id}`, {
            method: 'PATCH',
            body: { stock: 77 },
          });
          await rowOf(page, id).filter({ hasText: '77' }).waitFor();
          await site.cluster.ask(1, '/api/products', {
            method: 'POST',
            body: { name: 'Alive, too', price: '1.00' },
          });
          await says(page, '.items td', 'Alive, too');
          await site.cluster.ask(1, `/api/products/${id}`, { method: 'DELETE' });
          await rowOf(page, id).waitFor({ state: 'detached' });
        });
      },
    ],
    [
      'a list is filtered, sorted and turned page by page',
      async site => {
        await withPage(`${site.cluster.page(1)}#/data/orders`, async page => {
          await says(page, '.lead', '240 items');
          await page.locator('#filter-field').selectOption('state');
          await page.getByLabel('Value').fill('paid');
          await press(page, 'Filter');
          await says(page, '.lead', '120 items');
          await page.getByRole('button', { name: 'amount' }).click();
          await page.waitForURL(/sort=amount/);
          await page.locator('th[aria-sort=ascending]').waitFor();
          await page.locator('tbody tr[data-key]').first().waitFor();
          const first = await page.locator('tbody tr[data-key]').first().getAttribute('data-key');
          await press(page, 'Next');
          await says(page, '.pages', 'page 2');
          await press(page, 'Next');
          await says(page, '.pages', 'page 3');
          assert.equal(await page.locator('tbody tr[data-key]').count(), 20);
          await press(page, 'Back');
          await says(page, '.pages', 'page 2');
          await press(page, 'Back');
          await says(page, '.pages', 'page 1');
          assert.equal(
            await page.locator('tbody tr[data-key]').first().getAttribute('data-key'),
            first,
          );
          await page.getByRole('button', { name: /Drop the filter state/ }).click();
          await says(page, '.lead', '240 items');
          // A reference leads to the item, and that to all that refer to it.
          await page.locator('tbody tr[data-key] td:nth-child(2) a').first().click();
          await page.getByRole('link', { name: 'orders by customer' }).click();
          await says(page, '.lead', '30 items');
        });
      },
    ],
    [
      'history shows an item as it was behind each change',
      async site => {
        const { id } = await another(site, 'Old');
        for (const price of ['3.10', '3.20'])
          await site.cluster.ask(1, `/api/products/${id}`, { method: 'PATCH', body: { price } });
        await withPage(`${site.cluster.page(1)}#/data/products/${id}`, async page => {
          await page.locator('.events > li').nth(2).waitFor();
          await page.locator('#as-of').focus();
          await page.keyboard.press('Home');
          await page
            .locator('tr.differs[data-field=price]')
            .filter({ hasText: '"2.50"' })
            .waitFor();
          await page.keyboard.press('ArrowRight');
          await page
            .locator('tr.differs[data-field=price]')
            .filter({ hasText: '"3.10"' })
            .waitFor();
          // Who looks at the past is left there when it goes on.
          await site.cluster.ask(1, `/api/products/${id}`, {
            method: 'PATCH',
            body: { price: '3.30' },
          });
          await page.locator('.events > li').nth(3).waitFor();
          assert.equal(await page.locator('#as-of').inputValue(), '1');
          await isAccessible(page);
          await site.cluster.ask(1, `/api/products/${id}`, { method: 'DELETE' });
          await page.reload();
          await says(page, '.problem', 'Nothing is here');
          await says(page, '.events', 'deleted');
        });
      },
    ],
    [
      'projections are listed and read',
      async site => {
        await withPage(`${site.cluster.page(1)}#/projections`, async page => {
          await page.getByRole('link', { name: 'sales' }).click();
          await says(page, 'tbody tr', 'paid');
          await isAccessible(page);
        });
      },
    ],
    [
      'all pages are for everybody, in light and dark',
      async site => {
        for (const colorScheme of ['light', 'dark'])
          await withPage(
            site.cluster.page(1),
            async page => {
              await isShown(page);
              await page.locator('.line').first().waitFor({ state: 'attached' });
              await isAccessible(page);
              for (const [at, wait] of [
                ['#/data/products', '.items tbody tr'],
                [`#/data/products/${site.made.products[0].id}`, '.events li'],
                ['#/new/orders', 'form.form'],
                ['#/tokens', '.empty'],
                ['#/nowhere', '.problem'],
              ]) {
                await page.goto(site.cluster.page(1) + at);
                await page.locator(wait).first().waitFor();
                await isAccessible(page);
              }
            },
            { colorScheme },
          );
      },
    ],
    [
      'a phone shows all of it',
      async site => {
        await withPage(
          site.cluster.page(1),
          async page => {
            await isShown(page);
            await page.locator('.line').first().waitFor({ state: 'attached' });
            await fits(page);
            for (const [at, wait] of [
              ['#/data/products', '.items tbody tr'],
              [`#/data/products/${site.made.products[0].id}`, '.events li'],
              ['#/tokens', '.empty'],
            ]) {
              await page.goto(site.cluster.page(1) + at);
              await page.locator(wait).first().waitFor();
              await fits(page);
            }
          },
          { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
        );
      },
    ],
    [
      'the keyboard is enough',
      async site => {
        await withPage(`${site.cluster.page(1)}#/data/products`, async page => {
          await page.locator('.items tbody tr').first().waitFor();
          await page.keyboard.press('/');
          assert.equal(await page.evaluate(() => document.activeElement.id), 'filter-field');
          await page.keyboard.type('name');
          await page.keyboard.press('Tab');
          await page.keyboard.press('Tab');
          await page.keyboard.type('Matcha');
          await page.keyboard.press('Enter');
          await says(page, '.lead', '1 item with these filters');
          await page.locator('.items tbody a').first().focus();
          await page.keyboard.press('Enter');
          await field(page, 'name').waitFor();
          assert.equal(await field(page, 'name').inputValue(), 'Matcha');
        });
      },
    ],
    [
      'the choice of light or dark is kept',
      async site => {
        await withPage(site.cluster.page(1), async page => {
          const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
          const light = await ground();
          await press(page, 'Dark');
          const dark = await ground();
          assert.notEqual(light, dark);
          await page.reload();
          await page.getByRole('button', { name: 'Light' }).waitFor();
          assert.equal(await ground(), dark);
        });
      },
    ],
  ],
};
