// What became of an entry of the log, as this node saw it.
import { ask } from './api.js';
import { labelled } from './dialog.js';
import { h, moment, show } from './dom.js';
import { state, watch } from './live.js';
import { problem } from './shell.js';

/** A link to what became of an entry. */
export const toEntry = (index, text) => h('a', { href: `#/explain/${index}` }, text);

// A row for each step, behind the first one.
const wayOf = steps =>
  h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Its way' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['After', 'What happened'].map(x => h('th', { scope: 'col' }, x)),
        ),
      ),
      h(
        'tbody',
        {},
        steps.map(x =>
          h(
            'tr',
            { 'data-step': x.what },
            h('td', { class: 'amount after' }, `${(Number(x.after_us) / 1000).toFixed(3)} ms`),
            h('th', { scope: 'row' }, x.words),
          ),
        ),
      ),
    ),
  );

function told(page) {
  return h(
    'section',
    { class: 'card told' },
    page.story.map((x, i) => h(i === 0 ? 'h2' : 'p', {}, x)),
    page.way.length > 0 && [
      h('p', {}, 'By the clock of this node, from ', moment(page.way[0].at), ' on:'),
      wayOf(page.way),
    ],
    page.not_told.map(x => h('p', { class: 'about' }, x)),
  );
}

/** The page; without an index it asks for one. */
export async function explained(into, index) {
  const input = h('input', {
    inputmode: 'numeric',
    autocomplete: 'off',
    value: index ?? '',
  });
  const place = h('div', { 'aria-live': 'polite' });
  const others = h('p', { class: 'about' });
  show(
    into,
    h(
      'div',
      {},
      h('h1', { tabindex: -1 }, index ? `What became of entry ${index}` : 'What became of a write'),
      h('p', { class: 'lead' }, 'Each node tells what it saw itself of an entry of the log.'),
    ),
    h(
      'form',
      {
        class: 'card form',
        novalidate: true,
        onsubmit: event => {
          event.preventDefault();
          const asked = input.value.trim();
          if (asked) location.hash = `#/explain/${encodeURIComponent(asked)}`;
        },
      },
      labelled('Index', input, 'A write’s answer has it in X-Raft-Index and in its ETag.'),
      h('div', { class: 'buttons' }, h('button', { class: 'button primary' }, 'Tell')),
    ),
    place,
    others,
  );
  if (!index) return undefined;
  try {
    const { data } = await ask(`/_admin/explain/${encodeURIComponent(index)}`);
    show(place, told(data));
  } catch (why) {
    show(place, problem(why));
  }
  // Their addresses come with the first sample of this node's own life.
  return watch(() => {
    const status = state.sample?.status;
    const rest = status?.members.filter(x => x.id !== status.node_id) ?? [];
    const key = rest.map(x => x.addr + x.id).join();
    if (others.dataset.key === key) return;
    others.dataset.key = key;
    show(
      others,
      rest.length > 0 && 'What the others saw of it: ',
      rest.map((x, i) => [
        i > 0 && ', ',
        h('a', { href: `${location.protocol}//${x.addr}/_admin${location.hash}` }, `node ${x.id}`),
      ]),
      rest.length > 0 && '.',
    );
  });
}
