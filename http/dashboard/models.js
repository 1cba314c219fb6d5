// What the node serves, as /openapi.json tells it, and how values look.
import { ask } from './api.js';
import { bytes, h, moment } from './dom.js';
import { Digits, stringify } from './exact.js';

let known;
addEventListener('token', () => {
  known = undefined;
  names.clear();
});

/** All of them; asked for once. */
export function models() {
  known ??= ask('/openapi.json').then(
    ({ data }) =>
      data['x-models']
        .map(x => ({ ...x, field: Object.fromEntries(x.fields.map(f => [f.name, f])) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
    why => {
      known = undefined;
      throw why;
    },
  );
  return known;
}

export async function model(name) {
  const found = (await models()).find(x => x.name === name);
  if (!found) throw Object.assign(new Error(`This node has no model ${name}.`), { status: 404 });
  return found;
}

export const segment = value => encodeURIComponent(String(value));
export const linkTo = (of, key) => `#/data/${segment(of)}/${segment(key)}`;
export const pathOf = (of, key) => `${of.path}/${segment(key)}`;

export const isNumber = type => type === 'integer' || type === 'number' || type === 'money';
export const canSort = field => field.type !== 'json' && field.type !== 'list';

/** "money, unique, optional": what was declared, in short. */
export function traits(field) {
  const made = [field.type === 'list' ? `list of ${field.element}` : field.type];
  for (const [flag, word] of [
    ['primary_key', 'key'],
    ['unique', 'unique'],
    ['indexed', 'indexed'],
    ['immutable', 'immutable'],
    ['optional', 'optional'],
    ['track_history', 'history'],
  ])
    if (field[flag]) made.push(word);
  if (!field.replicate) made.push('of this node');
  if (field.references) made.push(`refers to ${field.references}`);
  if (field.merge) made.push(`merged by ${field.merge}`);
  if (field.set) made.push(`set to ${field.set}`);
  if (field.set_on_update) made.push(`with each write ${field.set_on_update}`);
  return made;
}

/** A value in a table: short, and whole in its title. */
export function cell(field, value) {
  if (value === undefined) return h('span', { class: 'absent' }, '–');
  if (field.references) {
    const href = linkTo(field.references, value);
    const name = names.get(href);
    return h(
      'a',
      { href, class: name ? '' : 'mono', title: String(value) },
      name ?? short(field, value),
    );
  }
  switch (field.type) {
    case 'timestamp':
      return moment(value);
    case 'enum':
      return h('span', { class: 'tag' }, value);
    case 'bool':
      return h('span', { class: value ? 'yes' : 'no' }, value ? 'yes' : 'no');
    case 'bytes':
      return h(
        'span',
        { class: 'mono' },
        bytes(Math.floor((String(value).replace(/=+$/, '').length * 3) / 4)),
      );
    default:
      return h(
        'span',
        { class: field.type === 'string' ? 'text' : 'mono', title: whole(value) },
        short(field, value),
      );
  }
}

// What items are called that others refer to, by links to them; so that names stay while rows are asked for again.
const names = new Map();
const mostNames = 5000;

/** Asks what the items are called that these refer to, for `cell` to tell. */
export async function learnNames(of, items, signal) {
  if (names.size > mostNames) names.clear();
  for (const f of of.fields.filter(x => x.references)) {
    const target = await model(f.references);
    const name = target.fields.find(
      x => x.type === 'string' && !x.primary_key && !x.references,
    )?.name;
    const keys = [
      ...new Set(
        items
          .map(x => x[f.name])
          .filter(x => x !== undefined)
          .map(String),
      ),
    ];
    if (!name || keys.length === 0) continue;
    const all = new URLSearchParams({
      take: '1000',
      total: 'false',
      fields: `${target.key},${name}`,
    });
    all.set(target.key, `in(${keys.map(quoted).join(',')})`);
    const { data } = await ask(`${target.path}?${all}`, { signal });
    for (const x of data.data)
      if (x[name] !== undefined)
        names.set(linkTo(target.name, x[target.key]), short(target.field[name], x[name]));
  }
}

/** A value of a filter, taken as it is whatever it looks like. */
export const quoted = value => `"${value.replace(/[\\"]/g, x => `\\${x}`)}"`;

const whole = value =>
  typeof value === 'object' && !(value instanceof Digits) ? stringify(value) : String(value);

/** At most 60 characters. A uuid's beginning is the same for all that were made in one second, so its end counts. */
export function short(field, value) {
  const text =
    field.type === 'list' && Array.isArray(value) ? value.map(String).join(', ') : whole(value);
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(text)) return `${text.slice(0, 8)}…${text.slice(-6)}`;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
