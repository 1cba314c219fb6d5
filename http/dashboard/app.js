// The dashboard. Pages are named behind the #, so that links and the browser's buttons work.
import { explained } from './explain.js';
import { create, item } from './item.js';
import { begin } from './live.js';
import { list } from './list.js';
import { models, segment } from './models.js';
import { overview } from './overview.js';
import { frame, markPlace, problem } from './shell.js';
import { h, show } from './dom.js';
import { projection, projections, tokens } from './tables.js';

const { main, collections, nav } = frame();
let leave = () => {};
let turn = 0;

function page(into) {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path
    .split('/')
    .filter(x => x !== '')
    .map(decodeURIComponent);
  const parameters = new URLSearchParams(query);
  if (parts.length === 0) return overview(into);
  if (parts[0] === 'data' && parts.length === 2) return list(into, parts[1], parameters);
  if (parts[0] === 'data' && parts.length === 3) return item(into, parts[1], parts[2]);
  if (parts[0] === 'new' && parts.length === 2) return create(into, parts[1]);
  if (parts[0] === 'projections')
    return parts.length === 1 ? projections(into) : projection(into, parts[1]);
  if (parts[0] === 'explain' && parts.length <= 2) return explained(into, parts[1]);
  if (parts[0] === 'tokens') return tokens(into);
  throw Object.assign(new Error('There is no such page.'), { status: 404 });
}

async function open(isFirst) {
  const mine = ++turn;
  leave();
  leave = () => {};
  markPlace(nav);
  const into = h('div', { class: 'view' });
  show(main, into);
  try {
    const left = await page(into);
    if (mine !== turn) left?.();
    else leave = left ?? leave;
  } catch (why) {
    if (mine === turn)
      show(into, h('h1', { tabindex: -1, class: 'unseen' }, 'Lithair'), problem(why));
  }
  if (mine !== turn) return;
  const title = into.querySelector('h1');
  document.title = `${parts()} – Lithair`;
  if (!isFirst && !into.contains(document.activeElement)) title?.focus({ preventScroll: true });
  if (!isFirst) scrollTo(0, 0);
}

const parts = () =>
  location.hash
    .split('?')[0]
    .replace(/^#\/?/, '')
    .split('/')
    .map(decodeURIComponent)
    .filter(x => x)
    .slice(0, 2)
    .join(' ') || 'Overview';

async function fillNav() {
  try {
    const all = await models();
    show(
      collections,
      all.map(x => h('a', { href: `#/data/${segment(x.name)}`, class: 'nav-link' }, x.name)),
    );
    markPlace(nav);
  } catch {
    show(collections);
  }
}

addEventListener('hashchange', () => open(false));
addEventListener('token', () => (fillNav(), open(false)));
// As on many pages: / leads to what can be searched.
addEventListener('keydown', event => {
  if (
    event.key !== '/' ||
    event.ctrlKey ||
    event.metaKey ||
    event.target.closest('input,textarea,select,dialog')
  )
    return;
  const search = document.getElementById('filter-field');
  if (search) event.preventDefault(), search.focus();
});
fillNav();
open(true);
begin();
