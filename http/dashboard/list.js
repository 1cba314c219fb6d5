// The items of a model: filtered, sorted, a page at a time, and live.
import { ask } from './api.js';
import { calmly, count, h, show } from './dom.js';
import { stringify } from './exact.js';
import {
  canSort,
  cell,
  isNumber,
  learnNames,
  linkTo,
  model,
  quoted,
  segment,
  traits,
} from './models.js';
import { problem } from './shell.js';
import { follow } from './stream.js';

const take = 50;

// What a field may be asked, as [what stands in front of the value, words].
function comparisons(field) {
  const made = [];
  const text = field.type === 'string' || field.type === 'enum';
  if (field.type === 'list') made.push(['', 'has']);
  else if (field.type !== 'json') made.push(['', 'is'], ['!', 'is not']);
  if (text) made.push(['~', 'contains']);
  if (!['list', 'json', 'bool', 'enum', 'bytes'].includes(field.type))
    made.push(['>', '>'], ['>=', '≥'], ['<', '<'], ['<=', '≤']);
  if (field.optional || field.type === 'json')
    made.push(['null', 'is not set'], ['!null', 'is set']);
  return made;
}

const needsValue = how => how !== 'null' && how !== '!null';

function query(view, after) {
  const all = new URLSearchParams({ take: String(take), total: 'false' });
  if (view.sort) all.set('sort', view.sort);
  if (after) all.set('after', after);
  for (const [name, how, value] of view.where)
    all.append(name, needsValue(how) ? how + quoted(value) : how);
  return all;
}

function viewOf(parameters) {
  let where = [];
  try {
    where = JSON.parse(parameters.get('where') ?? '[]').filter(
      x => Array.isArray(x) && x.length === 3,
    );
  } catch {
    // A link that was cut off.
  }
  return { sort: parameters.get('sort') ?? '', where };
}

function go(of, view) {
  const all = new URLSearchParams();
  if (view.sort) all.set('sort', view.sort);
  if (view.where.length > 0) all.set('where', JSON.stringify(view.where));
  const text = all.toString();
  location.hash = `#/data/${segment(of.name)}${text ? `?${text}` : ''}`;
}

function filterForm(of, view) {
  const fields = h(
    'select',
    { 'aria-label': 'Field', id: 'filter-field' },
    of.fields.map(f => h('option', { value: f.name }, f.name)),
  );
  const how = h('select', { 'aria-label': 'Comparison' });
  const value = h('input', {
    'aria-label': 'Value',
    placeholder: 'value',
    autocomplete: 'off',
    list: 'filter-values',
  });
  const values = h('datalist', { id: 'filter-values' });
  const tell = () => {
    const field = of.field[fields.value];
    show(
      how,
      comparisons(field).map(([mark, word]) => h('option', { value: mark }, word)),
    );
    const known = field.values ?? (field.type === 'bool' ? ['true', 'false'] : []);
    show(
      values,
      known.map(x => h('option', { value: x })),
    );
    value.value = '';
    seen();
  };
  const seen = () => (value.hidden = !needsValue(how.value));
  fields.addEventListener('change', tell);
  how.addEventListener('change', seen);
  tell();
  const submit = event => {
    event.preventDefault();
    go(of, { ...view, where: [...view.where, [fields.value, how.value, value.value]] });
  };
  const word = ([name, mark]) =>
    comparisons(of.field[name] ?? { type: 'string', optional: true }).find(
      x => x[0] === mark,
    )?.[1] ?? mark;
  const chips = view.where.map((each, i) =>
    h(
      'button',
      {
        class: 'chip',
        type: 'button',
        'aria-label': `Drop the filter ${each[0]} ${word(each)} ${each[2]}`,
        onclick: () => go(of, { ...view, where: view.where.filter((_, at) => at !== i) }),
      },
      `${each[0]} ${word(each)} ${needsValue(each[1]) ? each[2] : ''}`,
      h('span', { 'aria-hidden': 'true' }, ' ×'),
    ),
  );
  return h(
    'form',
    { class: 'filters', onsubmit: submit },
    fields,
    how,
    value,
    values,
    h('button', { class: 'button' }, 'Filter'),
    chips,
  );
}

function about(of) {
  const rules =
    of.access &&
    h(
      'dl',
      { class: 'facts' },
      ['read', 'create', 'update', 'delete'].map(kind =>
        h(
          'div',
          {},
          h('dt', {}, `may ${kind}`),
          h('dd', { class: 'mono' }, of.access[kind] ?? 'admins alone'),
        ),
      ),
      of.access.items &&
        h('div', {}, h('dt', {}, 'items at most'), h('dd', {}, String(of.access.items))),
      of.access.items_per &&
        h(
          'div',
          {},
          h('dt', {}, `items for each ${of.access.per}`),
          h('dd', {}, String(of.access.items_per)),
        ),
    );
  return h(
    'details',
    { class: 'card about-model' },
    h('summary', {}, 'Fields and rules'),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Fields' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Field', 'What it is', 'Default', 'Checked', 'Rules'].map(x =>
              h('th', { scope: 'col' }, x),
            ),
          ),
        ),
        h(
          'tbody',
          {},
          of.fields.map(f =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, f.name),
              h('td', {}, traits(f).join(', ')),
              h('td', { class: 'mono' }, f.default === undefined ? '' : stringify(f.default)),
              h(
                'td',
                { class: 'mono' },
                Object.entries(f.validate ?? {})
                  .map(([k, v]) => `${k} ${Array.isArray(v) ? v.map(String).join(' ') : v}`)
                  .join(', '),
              ),
              h(
                'td',
                { class: 'mono' },
                [f.read && `shown to ${f.read}`, f.update && `changed by ${f.update}`]
                  .filter(Boolean)
                  .join('; '),
              ),
            ),
          ),
        ),
      ),
    ),
    rules ??
      h(
        'p',
        { class: 'about' },
        'The model has no rules: tokens of the roles read, write and admin may what their role says.',
      ),
  );
}

/** Shows the page; gives back how to leave it. */
export async function list(into, name, parameters) {
  const of = await model(name);
  const view = viewOf(parameters);
  const stop = new AbortController();
  const pages = [undefined];
  const told = h('p', { class: 'lead' });
  const live = h(
    'span',
    { class: 'live', hidden: true, title: 'Rows change as they are changed by anybody' },
    'live',
  );
  const head = h('tr');
  const rows = h('tbody');
  const back = h('button', { class: 'button', type: 'button', onclick: () => turn(-1) }, 'Back');
  const on = h('button', { class: 'button', type: 'button', onclick: () => turn(1) }, 'Next');
  const place = h('span', { class: 'about' });
  const empty = h('p', { class: 'empty', hidden: true });
  const trouble = h('div');
  let shown = new Map();
  let next;
  let applied;

  for (const f of of.fields) {
    const at =
      view.sort === f.name ? 'ascending' : view.sort === `-${f.name}` ? 'descending' : 'none';
    const to = { none: f.name, ascending: `-${f.name}`, descending: '' }[at];
    head.append(
      h(
        'th',
        { scope: 'col', 'aria-sort': at, class: isNumber(f.type) ? 'amount' : '' },
        canSort(f)
          ? h(
              'button',
              { type: 'button', class: 'sort', onclick: () => go(of, { ...view, sort: to }) },
              f.name,
              h(
                'span',
                { 'aria-hidden': 'true' },
                { none: '', ascending: ' ↑', descending: ' ↓' }[at],
              ),
            )
          : f.name,
      ),
    );
  }
  show(
    into,
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('h1', { tabindex: -1 }, of.name, ' ', live), told),
      h(
        'div',
        { class: 'buttons' },
        h('a', { class: 'button primary', href: `#/new/${segment(of.name)}` }, 'New item'),
      ),
    ),
    filterForm(of, view),
    trouble,
    h(
      'div',
      { class: 'card table-card' },
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Items of ${of.name}` },
        h('table', { class: 'items' }, h('thead', {}, head), rows),
      ),
      empty,
      h('div', { class: 'pages' }, back, place, on),
    ),
    about(of),
  );

  const row = (item, isNew) => {
    const key = item[of.key];
    return h(
      'tr',
      { 'data-key': String(key), class: isNew ? 'flash' : '' },
      of.fields.map(f =>
        h(
          'td',
          { class: isNumber(f.type) ? 'amount' : '' },
          f.primary_key
            ? h(
                'a',
                { href: linkTo(of.name, key), class: 'mono', title: String(key) },
                cell({ ...f, references: undefined }, key),
              )
            : cell(f, item[f.name]),
        ),
      ),
    );
  };

  async function load(isAgain) {
    const answer = await ask(`${of.path}?${query(view, pages.at(-1))}`, { signal: stop.signal });
    ({ next } = answer.data);
    applied = answer.applied;
    // Who may not read those sees their keys.
    await learnNames(of, answer.data.data, stop.signal).catch(() => {});
    const focused = document.activeElement?.closest?.('tr')?.dataset.key;
    const now = new Map(answer.data.data.map(x => [String(x[of.key]), stringify(x)]));
    show(
      rows,
      answer.data.data.map(x => {
        const key = String(x[of.key]);
        return row(x, isAgain && shown.get(key) !== now.get(key));
      }),
    );
    shown = now;
    if (focused && !document.activeElement?.closest?.('tr'))
      [...rows.children]
        .find(x => x.dataset.key === focused)
        ?.querySelector('a')
        ?.focus();
    back.disabled = pages.length === 1;
    on.disabled = !answer.data.has_more;
    place.textContent = `page ${pages.length}`;
    empty.hidden = shown.size > 0;
    empty.textContent =
      view.where.length > 0
        ? 'Nothing passes these filters.'
        : 'There is nothing here yet. Make the first one with “New item”.';
    show(trouble);
  }
  const total = calmly(3000, async () => {
    const filters = query(view);
    for (const each of ['take', 'total', 'sort']) filters.delete(each);
    const { data } = await ask(`${of.path}/count?${filters}`, { signal: stop.signal }).catch(
      () => ({}),
    );
    if (data)
      told.textContent = `${count(data.count, 'item')}${view.where.length > 0 ? ' with these filters' : ''}`;
  });
  const again = calmly(500, () => {
    load(true).catch(why => why.name !== 'AbortError' && show(trouble, problem(why)));
    total();
  });
  async function turn(by) {
    if (by > 0) pages.push(next);
    else pages.pop();
    try {
      await load(false);
      into.querySelector('.table-card').scrollIntoView({ block: 'nearest' });
    } catch (why) {
      show(trouble, problem(why));
    }
  }
  try {
    await load(false);
    total();
    // What is changed by anybody is asked for again, at most twice a second however much that is.
    follow(of, applied, stop.signal, {
      take: again,
      missed: again,
      told: on => (live.hidden = !on),
    });
  } catch (why) {
    show(trouble, problem(why));
  }
  return () => stop.abort();
}
