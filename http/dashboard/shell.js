// The frame around all pages: where to go, which node this is, whether it answers, light or dark.
import { hasToken, setToken } from './api.js';
import { dialog, labelled, notice } from './dialog.js';
import { h, show, span } from './dom.js';
import { state, watch } from './live.js';

const themePlace = 'lithair.theme';

/** Asks for a token, once at a time. */
let asking;
export function askToken(why) {
  const input = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' });
  asking ??= dialog({
    title: 'Show a token',
    about: [
      why ?? 'This node serves who shows a token.',
      'An access token or the cluster token will do. It is kept in this tab until you close it, and sent to this node alone.',
    ],
    content: [labelled('Token', input)],
    label: 'Show it',
    act: () => {
      if (!input.value.trim()) throw new Error('Paste the token here.');
      setToken(input.value);
    },
  }).finally(() => (asking = undefined));
  return asking;
}

/** What went wrong, as a part of a page. */
export function problem(why) {
  if (why.status === 401) askToken(why.message);
  return h(
    'div',
    { class: 'card problem', role: 'alert' },
    h(
      'h2',
      {},
      why.wantsToken
        ? 'That takes a token'
        : why.status === 404
          ? 'Nothing is here'
          : 'That did not work',
    ),
    h('p', {}, why.message),
    why.wantsToken &&
      h(
        'button',
        { class: 'button primary', onclick: () => askToken(why.message) },
        'Show a token …',
      ),
  );
}

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function themeButton() {
  const button = h('button', { class: 'button quiet', type: 'button' });
  const tell = () => (button.textContent = isDark() ? 'Light' : 'Dark');
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark';
    applyTheme(theme);
    localStorage.setItem(themePlace, theme);
    tell();
  });
  tell();
  return button;
}

function tokenButton() {
  const button = h('button', {
    class: 'button quiet',
    type: 'button',
    onclick: () => {
      if (!hasToken()) return askToken();
      setToken('');
      notice('The token is forgotten.');
    },
  });
  const tell = () => (button.textContent = hasToken() ? 'Forget the token' : 'Show a token');
  addEventListener('token', tell);
  tell();
  return button;
}

// Said while the node does not answer: since when, and where else to go.
function lostBanner() {
  const text = h('span');
  const links = h('span');
  const banner = h('div', { class: 'lost', role: 'alert', hidden: true }, text, links);
  const tell = () => {
    banner.hidden = state.lostAt === undefined;
    if (banner.hidden) return;
    const status = state.sample?.status;
    text.textContent = `${status ? `Node ${status.node_id}` : 'The node'} does not answer, for ${span(Date.now() - state.lostAt)} now. It is asked again each second. `;
    const others = (status?.members ?? []).filter(x => x.id !== status.node_id);
    const key = others.map(x => x.addr + x.id).join() + location.hash;
    if (links.dataset.key === key) return;
    links.dataset.key = key;
    show(
      links,
      others.length > 0 && 'Go on at ',
      others.map((x, i) => [
        i > 0 && ' or ',
        h('a', { href: `${location.protocol}//${x.addr}/_admin${location.hash}` }, `node ${x.id}`),
      ]),
      others.length > 0 && '.',
    );
  };
  watch(tell);
  return banner;
}

function nodeBadge() {
  const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  const text = h('span', {});
  watch(({ sample, lostAt }) => {
    const status = sample?.status;
    dot.className = `dot dot-${lostAt !== undefined ? 'bad' : status ? (status.ready ? 'good' : 'warn') : 'none'}`;
    text.textContent = status
      ? `Node ${status.node_id}, ${lostAt !== undefined ? 'silent' : status.role}`
      : 'no node yet';
  });
  return h('p', { class: 'badge' }, dot, text);
}

const mark = () =>
  h(
    'span',
    { class: 'brand' },
    h('span', { class: 'brand-mark', 'aria-hidden': 'true' }),
    'Lithair',
  );

/** Builds it once. `main` is where pages go, `collections` where links to them do. */
export function frame() {
  const chosen = localStorage.getItem(themePlace);
  if (chosen === 'light' || chosen === 'dark') applyTheme(chosen);
  const collections = h('div', { class: 'nav-group' });
  const entry = (href, text) => h('a', { href, class: 'nav-link' }, text);
  const nav = h(
    'nav',
    { 'aria-label': 'Pages', class: 'nav' },
    entry('#/', 'Overview'),
    h('p', { class: 'nav-title' }, 'Models'),
    collections,
    h('p', { class: 'nav-title' }, 'More'),
    entry('#/projections', 'Projections'),
    entry('#/explain', 'What became of a write'),
    entry('#/tokens', 'Access tokens'),
    h('a', { href: '/docs', class: 'nav-link' }, 'Documentation'),
  );
  const main = h('main', { id: 'main', tabindex: -1 });
  const side = h(
    'header',
    { class: 'side' },
    h('a', { href: '#/', class: 'home' }, mark()),
    nodeBadge(),
    nav,
    h('div', { class: 'side-foot' }, tokenButton(), themeButton()),
  );
  document.body.append(
    side,
    h('div', { class: 'page' }, lostBanner(), main),
    h('div', { id: 'notices', class: 'notices', role: 'status', 'aria-live': 'polite' }),
  );
  return { main, collections, nav };
}

/** Marks where the reader is. */
export function markPlace(nav) {
  const here = location.hash.split('?')[0] || '#/';
  for (const link of nav.querySelectorAll('a')) {
    const to = link.getAttribute('href');
    const at =
      to === '#/'
        ? here === '#/'
        : here === to || here.startsWith(`${to}/`) || here.replace('#/new/', '#/data/') === to;
    if (at) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}
