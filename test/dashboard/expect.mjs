// What cases say.
import assert from 'node:assert/strict';
import { accessibility, open } from './browser.mjs';

export { until } from './browser.mjs';

/** Opens a page in a browser of its own, and holds it to silence: no error, no breach of its policy. */
export async function withPage(address, what, options) {
  const browser = await open(options);
  try {
    const page = await browser.page();
    await page.goto(address);
    await what(page, browser);
    assert.deepEqual(page.complaints, []);
  } finally {
    await browser.close();
  }
}

/** The text is there, or comes. */
export const says = (page, selector, text) =>
  page.locator(selector).filter({ hasText: text }).first().waitFor();

/** The cluster is there, however it stands: a machine may be busy. */
export const isShown = page => page.locator('.map-node').first().waitFor();

/** What was found is not said any more. */
export const forgets = (page, text) =>
  page.locator('.finding').filter({ hasText: text }).first().waitFor({ state: 'detached' });

/** Nothing that axe knows of keeps anybody away. */
export async function isAccessible(page) {
  assert.deepEqual(await accessibility(page), []);
}

/** Nothing stands out to the right of a narrow page. */
export async function fits(page) {
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= seen, `the page is ${wide} pixels wide, of which ${seen} are seen`);
}

export const press = (page, name) => page.getByRole('button', { name }).first().click();
export const inDialog = (page, name) =>
  page.locator('dialog').getByRole('button', { name, exact: true }).click();
