// One item: to be seen, made, changed and deleted. What was changed meanwhile is never written over
// unseen: each change names the version that it is of.
import { ask } from './api.js';
import { dialog, notice } from './dialog.js';
import { h, show } from './dom.js';
import { parse, stringify } from './exact.js';
import { toEntry } from './explain.js';
import { formField } from './fields.js';
import { history } from './history.js';
import { linkTo, model, models, pathOf, segment } from './models.js';
import { problem } from './shell.js';
import { follow } from './stream.js';

const told = json =>
  json === undefined ? h('span', { class: 'absent' }, 'not set') : h('code', {}, json);

// The fields that the form changes, as JSON text each; throws when one is wrong.
function changesOf(fields) {
  const made = new Map();
  let wrong;
  for (const each of fields) {
    try {
      const json = each.change();
      if (json !== undefined) made.set(each.field.name, json);
    } catch (why) {
      wrong ??= { why, each };
    }
  }
  if (!wrong) return made;
  wrong.each.input.focus();
  throw wrong.why;
}

const bodyOf = changes =>
  `{${[...changes].map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;

// Beside the fields that are to blame; what is left is told above.
function blame(fields, why) {
  for (const { field, message } of why.fields ?? []) {
    const at = fields.find(x => x.field.name === field.split(/[./[]/)[0]);
    at?.complain(message);
  }
  fields.find(x => x.input.getAttribute('aria-invalid'))?.input.focus();
}

/** A form for a new item. */
export async function create(into, name) {
  const of = await model(name);
  const fields = of.fields
    .filter(f => !f.set && !f.set_on_update)
    .map(f => formField(f, undefined, true));
  const trouble = h('div', { role: 'alert' });
  const make = h('button', { class: 'button primary' }, 'Create');
  const submit = async event => {
    event.preventDefault();
    show(trouble);
    make.disabled = true;
    try {
      const { data } = await ask(of.path, { method: 'POST', body: bodyOf(changesOf(fields)) });
      notice('It is made, and on the disks of a majority.');
      location.hash = linkTo(of.name, data[of.key]);
    } catch (why) {
      show(trouble, h('p', { class: 'error' }, why.message));
      blame(fields, why);
    }
    make.disabled = false;
  };
  show(
    into,
    h('p', { class: 'trail' }, h('a', { href: `#/data/${segment(of.name)}` }, of.name)),
    h('h1', { tabindex: -1 }, `New item of ${of.name}`),
    h(
      'form',
      { class: 'card form', novalidate: true, onsubmit: submit },
      fields.map(x => x.node),
      trouble,
      h('div', { class: 'buttons' }, make),
    ),
  );
  fields.find(x => !x.input.disabled && !x.field.primary_key)?.input.focus();
}

// What became of the item while it was being changed, and what may be done about it.
function conflict(began, current, mine, { take, reapply }) {
  const names = new Set([...mine.keys(), ...Object.keys(current), ...Object.keys(began)]);
  const text = (of, name) => (of[name] === undefined ? undefined : stringify(of[name]));
  const rows = [...names]
    .filter(x => text(began, x) !== text(current, x) || mine.has(x))
    .map(x => {
      const both = mine.has(x) && text(began, x) !== text(current, x);
      return h(
        'tr',
        { class: both ? 'both' : '', 'data-field': x },
        h('th', { scope: 'row' }, x),
        h('td', {}, told(text(began, x))),
        h('td', {}, told(text(current, x))),
        h('td', {}, mine.has(x) ? told(mine.get(x) === 'null' ? undefined : mine.get(x)) : ''),
      );
    });
  const node = h(
    'div',
    { class: 'card conflict', role: 'alert', tabindex: -1 },
    h('h2', {}, 'It was changed meanwhile'),
    h(
      'p',
      {},
      'Nothing was saved. This is what it was when you began, what it is now, and what you want it to be.',
    ),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What differs' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Field', 'When you began', 'Now', 'Yours'].map(x => h('th', { scope: 'col' }, x)),
          ),
        ),
        h('tbody', {}, rows),
      ),
    ),
    h(
      'div',
      { class: 'buttons' },
      h('button', { class: 'button', type: 'button', onclick: take }, 'Take theirs'),
      h(
        'button',
        { class: 'button primary', type: 'button', onclick: reapply },
        'Save mine over it',
      ),
    ),
  );
  return node;
}

/** Shows the page; gives back how to leave it. */
export async function item(into, name, key) {
  const of = await model(name);
  const path = pathOf(of, key);
  const stop = new AbortController();
  const place = h('div');
  const past = h('div');
  const refers = h('div');
  const meanwhile = h('p', { class: 'meanwhile', role: 'status' });
  const title = h('h1', { tabindex: -1 }, key);
  const called = of.fields.find(f => f.type === 'string' && !f.primary_key && !f.references)?.name;
  const last = h('p', { class: 'about' });
  let fields = [];
  let etag;
  let applied;
  let began = {};
  let revisit = () => {};

  show(
    into,
    h('p', { class: 'trail' }, h('a', { href: `#/data/${segment(of.name)}` }, of.name)),
    h('div', {}, title, h('p', { class: 'lead mono' }, key), last),
    meanwhile,
    h('div', { class: 'columns' }, place, h('div', {}, past, refers)),
  );

  async function load() {
    const answer = await ask(path, { signal: stop.signal });
    began = answer.data;
    ({ etag, applied } = answer);
    fill();
  }

  function fill() {
    fields = of.fields.map(f =>
      formField(f, began[f.name] === undefined ? undefined : stringify(began[f.name]), false),
    );
    const trouble = h('div');
    const save = h('button', { class: 'button primary', disabled: true }, 'Save');
    const form = h(
      'form',
      {
        class: 'card form',
        novalidate: true,
        oninput: () => (save.disabled = !fields.some(x => x.isChanged())),
        onsubmit: event => (event.preventDefault(), write(etag, trouble, save)),
      },
      fields.map(x => x.node),
      trouble,
      h(
        'div',
        { class: 'buttons' },
        save,
        h('button', { class: 'button danger', type: 'button', onclick: remove }, 'Delete …'),
      ),
    );
    show(place, form);
    title.textContent = called && began[called] !== undefined ? String(began[called]) : key;
    meanwhile.textContent = '';
    const index = etag?.match(/\d+/)?.[0];
    if (index && of.fields.every(f => f.replicate))
      show(last, 'Changed last by ', toEntry(index, `entry ${index}`), ' of the log.');
  }

  async function write(version, trouble, save) {
    show(trouble);
    let mine;
    try {
      mine = changesOf(fields);
    } catch {
      return;
    }
    save.disabled = true;
    try {
      const answer = await ask(path, {
        method: 'PATCH',
        body: bodyOf(mine),
        headers: { 'If-Match': version },
      });
      began = answer.data;
      ({ etag } = answer);
      fill();
      notice('It is saved, and on the disks of a majority.');
      revisit();
      into.querySelector('h1').focus();
    } catch (why) {
      if (why.status === 412) return clash(mine, trouble, save);
      show(trouble, h('p', { class: 'error', role: 'alert' }, why.message));
      blame(fields, why);
      save.disabled = false;
    }
  }

  async function clash(mine, trouble, save) {
    try {
      const now = await ask(path);
      const panel = conflict(began, now.data, mine, {
        take: () => {
          began = now.data;
          ({ etag } = now);
          fill();
          notice('These are theirs.');
        },
        reapply: () => write(now.etag, trouble, save),
      });
      show(trouble, panel);
      meanwhile.textContent = '';
      panel.focus();
    } catch (why) {
      show(
        trouble,
        h(
          'p',
          { class: 'error', role: 'alert' },
          why.status === 404 ? 'It was deleted meanwhile.' : why.message,
        ),
      );
    }
  }

  async function remove() {
    const shown = etag;
    const said = await dialog({
      title: 'Delete this item?',
      about: [
        h('p', { class: 'mono' }, key),
        of.history ? 'Its history is kept.' : 'It has no history: nothing of it is kept.',
        'Items that refer to it are deleted too, lose the reference, or forbid it, as their models say.',
      ],
      label: 'Delete it',
      danger: true,
      act: () => ask(path, { method: 'DELETE', headers: { 'If-Match': shown } }),
      refused: why =>
        why.status === 412 &&
        h('p', {}, 'It was changed since you opened it: look at it again first.'),
    });
    if (!said) return;
    notice('It is deleted.');
    location.hash = `#/data/${segment(of.name)}`;
  }

  // Others may change it while it is looked at.
  async function take(each) {
    const isOurs = etag?.replaceAll('"', '').split('-')[0] === each.id?.split('.')[0];
    const told = parse(each.data);
    if (isOurs || String(told[of.key] ?? told.id) !== String(key)) return;
    const isBusy = fields.some(x => x.isChanged()) || place.contains(document.activeElement);
    if (each.event === 'delete') meanwhile.textContent = 'It was deleted just now.';
    else if (isBusy)
      meanwhile.textContent = 'Somebody has changed it since. You will be shown how when you save.';
    else await load().then(revisit, () => {});
  }

  async function referrers() {
    const all = (await models()).flatMap(m =>
      m.fields.filter(f => f.references === of.name).map(f => ({ m, f })),
    );
    if (all.length === 0) return;
    show(
      refers,
      h(
        'section',
        { class: 'card' },
        h('h2', {}, 'What refers to it'),
        h(
          'ul',
          { class: 'links' },
          all.map(({ m, f }) =>
            h(
              'li',
              {},
              h(
                'a',
                {
                  href: `#/data/${segment(m.name)}?where=${encodeURIComponent(JSON.stringify([[f.name, '', key]]))}`,
                },
                `${m.name} by ${f.name}`,
              ),
            ),
          ),
        ),
      ),
    );
  }

  try {
    await load();
  } catch (why) {
    show(place, problem(why));
  }
  if (of.history) revisit = history(past, of, key, stop.signal);
  referrers();
  follow(of, applied, stop.signal, { take });
  return () => stop.abort();
}
