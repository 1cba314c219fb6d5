// Projections, and access tokens.
import { ask } from './api.js';
import { dialog, labelled, notice } from './dialog.js';
import { h, moment, number, show } from './dom.js';
import { Digits, stringify } from './exact.js';
import { models, segment } from './models.js';
import { problem } from './shell.js';

const cellOf = value =>
  value === undefined || value === null
    ? '–'
    : typeof value === 'object' && !(value instanceof Digits)
      ? stringify(value)
      : typeof value === 'number'
        ? number(value)
        : String(value);
const isAmount = value =>
  value === null ||
  typeof value === 'number' ||
  value instanceof Digits ||
  /^-?\d+(\.\d+)?$/.test(String(value));

// `amounts`: the names of columns of numbers.
function tableOf(label, names, rows, amounts = []) {
  const head = names.map(x =>
    h(
      'th',
      { scope: 'col', class: amounts.includes(x) ? 'amount' : '' },
      x || h('span', { class: 'unseen' }, 'Actions'),
    ),
  );
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    h('table', {}, h('thead', {}, h('tr', {}, head)), h('tbody', {}, rows)),
  );
}

export async function projections(into) {
  const { data } = await ask('/api/projections');
  show(
    into,
    h('h1', { tabindex: -1 }, 'Projections'),
    h('p', { class: 'lead' }, 'Tables that follow a model, exact at every index.'),
    data.data.length === 0
      ? h(
          'p',
          { class: 'card empty' },
          'None is declared. A model file declares one as [projections.NAME].',
        )
      : h(
          'div',
          { class: 'card table-card' },
          tableOf(
            'Projections',
            ['Name', 'Follows', 'Grouped by', 'Where', 'Tells'],
            data.data.map(x =>
              h(
                'tr',
                {},
                h(
                  'th',
                  { scope: 'row' },
                  h('a', { href: `#/projections/${segment(x.name)}` }, x.name),
                ),
                h('td', {}, h('a', { href: `#/data/${segment(x.from)}` }, x.from)),
                h('td', {}, x.group_by?.join(', ') ?? '–'),
                h(
                  'td',
                  { class: 'mono' },
                  x.where
                    ? Object.entries(x.where)
                        .map(([k, v]) => `${k} = ${v}`)
                        .join(', ')
                    : 'a program’s own',
                ),
                h(
                  'td',
                  { class: 'mono' },
                  Object.entries(x.measures ?? {})
                    .map(([k, v]) => `${k} = ${v}`)
                    .join(', '),
                ),
              ),
            ),
          ),
        ),
  );
}

export async function projection(into, name) {
  const rows = h('div', { class: 'card table-card' });
  const pages = [undefined];
  let next;
  const back = h('button', { class: 'button', onclick: () => (pages.pop(), load()) }, 'Back');
  const on = h('button', { class: 'button', onclick: () => (pages.push(next), load()) }, 'Next');
  show(
    into,
    h('p', { class: 'trail' }, h('a', { href: '#/projections' }, 'Projections')),
    h(
      'div',
      { class: 'head' },
      h('h1', { tabindex: -1 }, name),
      h(
        'div',
        { class: 'buttons' },
        h('button', { class: 'button', onclick: () => load() }, 'Look again'),
      ),
    ),
    rows,
  );
  async function load() {
    try {
      const after = pages.at(-1);
      const query = after ? `?take=100&after=${encodeURIComponent(after)}` : '?take=100';
      const own = await ask(`/api/projections/${segment(name)}${query}`).catch(why => {
        // A program's own projection takes no pages.
        if (why.status === 400) return ask(`/api/projections/${segment(name)}`);
        throw why;
      });
      const { data } = own;
      if (!Array.isArray(data.data)) return show(rows, h('pre', {}, stringify(data)));
      ({ next } = data);
      back.disabled = pages.length === 1;
      on.disabled = !data.has_more;
      const names = [...new Set(data.data.flatMap(x => Object.keys(x)))];
      const amounts = names.filter(n => data.data.every(x => isAmount(x[n])));
      show(
        rows,
        data.data.length === 0
          ? h('p', { class: 'empty' }, 'No group has an item yet.')
          : tableOf(
              `Rows of ${name}`,
              names,
              data.data.map(x =>
                h(
                  'tr',
                  {},
                  names.map(n =>
                    h('td', { class: amounts.includes(n) ? 'amount' : '' }, cellOf(x[n])),
                  ),
                ),
              ),
              amounts,
            ),
        h('div', { class: 'pages' }, back, on),
      );
    } catch (why) {
      show(rows, problem(why));
    }
  }
  await load();
}

const second = s => moment(new Date(s * 1000).toISOString());

export async function tokens(into) {
  const place = h('div');
  show(
    into,
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', { tabindex: -1 }, 'Access tokens'),
        h(
          'p',
          { class: 'lead' },
          'Who may ask this cluster for what. From the first one on, everybody has to show one.',
        ),
      ),
      h(
        'div',
        { class: 'buttons' },
        h(
          'button',
          { class: 'button primary', onclick: () => make(load, isFirst) },
          'Make a token …',
        ),
      ),
    ),
    place,
  );
  let isFirst = true;
  async function load() {
    try {
      const { data } = await ask('/_admin/tokens');
      isFirst = data.tokens.length === 0;
      show(
        place,
        isFirst
          ? h(
              'p',
              { class: 'card empty' },
              'There is none: whoever reaches this node’s machine may do everything. The first one must be an admin’s that never ends.',
            )
          : h(
              'div',
              { class: 'card table-card' },
              tableOf(
                'Access tokens',
                ['Number', 'Name', 'Role', 'For', 'Made', 'Ends', ''],
                data.tokens.map(x =>
                  h(
                    'tr',
                    { 'data-token': x.number },
                    h('td', {}, String(x.number)),
                    h('th', { scope: 'row' }, x.name),
                    h('td', {}, h('span', { class: 'tag' }, x.role)),
                    h('td', {}, x.collections?.length ? x.collections.join(', ') : 'all models'),
                    h('td', {}, second(x.made)),
                    h('td', {}, x.expires ? second(x.expires) : 'never'),
                    h(
                      'td',
                      { class: 'row-actions' },
                      h(
                        'button',
                        { class: 'button small', onclick: () => revoke(x, load) },
                        'Revoke …',
                      ),
                    ),
                  ),
                ),
              ),
            ),
      );
    } catch (why) {
      show(place, problem(why));
    }
  }
  await load();
}

async function revoke(token, then) {
  const said = await dialog({
    title: `Revoke the token of ${token.name}?`,
    about: [
      'It counts no more at any node, within milliseconds; its streams end. It can’t be given back: make another one instead.',
    ],
    label: 'Revoke it',
    danger: true,
    act: () => ask(`/_admin/tokens/${token.number}`, { method: 'DELETE' }),
  });
  if (said) notice(`The token of ${token.name} counts no more.`);
  then();
}

async function make(then, isFirst) {
  const name = h('input', { autocomplete: 'off', maxlength: 64 });
  const role = h('input', { value: 'admin', list: 'roles', autocomplete: 'off' });
  const days = h('input', { inputmode: 'numeric', placeholder: 'never' });
  const all = await models().catch(() => []);
  const some = all.map(x => ({ name: x.name, box: h('input', { type: 'checkbox' }) }));
  const said = await dialog({
    title: 'Make a token',
    about: [
      isFirst
        ? 'This is the first one. From now on everybody has to show a token, you too: it must be an admin’s that never ends.'
        : 'It is shown once; the cluster keeps its SHA-256 alone.',
    ],
    content: [
      labelled('Who has it', name),
      labelled('Role', role, 'read, write, admin; or one that rules of models ask for'),
      h(
        'datalist',
        { id: 'roles' },
        ['read', 'write', 'admin'].map(x => h('option', { value: x })),
      ),
      labelled('Ends in days', days),
      !isFirst &&
        some.length > 0 &&
        h(
          'fieldset',
          {},
          h('legend', {}, 'Only for (none: all models)'),
          some.map(x => h('div', { class: 'check' }, labelled(x.name, x.box))),
        ),
    ],
    label: 'Make it',
    act: () => {
      const body = { name: name.value.trim(), role: role.value.trim() };
      if (days.value.trim()) body.expires_in = Math.round(Number(days.value) * 86400);
      if (Number.isNaN(body.expires_in)) throw new Error('Days are a number.');
      const chosen = some.filter(x => x.box.checked).map(x => x.name);
      if (chosen.length > 0) body.collections = chosen;
      return ask('/_admin/tokens', { method: 'POST', body: JSON.stringify(body) });
    },
  });
  if (said) await told(said.data);
  then();
}

function told(made) {
  const text = h('input', {
    readonly: true,
    class: 'mono',
    value: made.token,
    onfocus: () => text.select(),
  });
  return dialog({
    title: `The token of ${made.name}`,
    about: ['Copy it now: it is told this once, and never again.'],
    content: [
      labelled('Token', text),
      h(
        'button',
        {
          type: 'button',
          class: 'button',
          onclick: async () => {
            text.select();
            await navigator.clipboard?.writeText(made.token).then(
              () => notice('Copied.'),
              () => {},
            );
          },
        },
        'Copy',
      ),
    ],
  });
}
