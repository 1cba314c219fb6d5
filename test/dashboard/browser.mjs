// Debian's Chromium, and everything that it complains about.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A browser with a fresh profile; `options` are those of a context. */
export async function open(options = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'lithair-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(60000);
  return {
    context,
    page: () => watched(context),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// `complaints`: errors of the console and of the page, and breaches of its policy. Answers of the node that are
// refusals are none: Chromium writes a line for each of them, too.
async function watched(context) {
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', message => {
    const text = message.text();
    const ofNetwork = text.startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !ofNetwork) page.complaints.push(text);
  });
  page.on('pageerror', why => page.complaints.push(String(why.stack ?? why)));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', x =>
      console.error(`policy: ${x.violatedDirective} ${x.blockedURI}`),
    );
  });
  return page;
}

/** What axe finds wrong with the page as it is now, a line each. Evaluated by the debugger, which no policy concerns. */
export async function accessibility(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    }),
  );
  return violations.flatMap(x =>
    x.nodes.map(
      node =>
        `${x.id}: ${node.target.join(' ')}: ${node.failureSummary.split('\n').slice(1).join(' ').trim()}`,
    ),
  );
}

/** Waits until this holds in the page, which is asked at each frame. Playwright's own way is an eval, which the page's policy forbids. */
export function until(page, holds, argument, patience = 60000) {
  return page.evaluate(`new Promise((done, fail) => {
    const holds = ${holds};
    const end = performance.now() + ${patience};
    const look = () => {
      if (holds(${JSON.stringify(argument)})) done();
      else if (performance.now() > end) fail(new Error('in vain: ' + holds));
      else requestAnimationFrame(look);
    };
    look();
  })`);
}
