// An input for each type of field. Values pass as JSON text, so that no digit is lost on the way.
import { ask } from './api.js';
import { h, show } from './dom.js';
import { parse, pretty, stringify } from './exact.js';
import { linkTo, model, traits } from './models.js';

const wholeNumber = /^[+-]?\d+$/;
const anyNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const base64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

let last = 0;

class Wrong extends Error {}

// From what was typed to JSON text; throws what is wrong with it.
function jsonOf(type, text) {
  const typed = text.trim();
  switch (type) {
    case 'bool':
      return typed;
    case 'integer':
      if (!wholeNumber.test(typed)) throw new Wrong('This is no whole number.');
      return BigInt(typed).toString();
    case 'number':
      if (!anyNumber.test(typed)) throw new Wrong('This is no number.');
      return typed;
    case 'money':
      if (!anyNumber.test(typed)) throw new Wrong('This is no amount; it looks like 12.50.');
      return JSON.stringify(typed);
    case 'timestamp':
      if (Number.isNaN(Date.parse(typed)))
        throw new Wrong('This is no moment; it looks like 2026-01-31T12:00:00Z.');
      return JSON.stringify(typed);
    case 'bytes':
      if (!base64.test(typed)) throw new Wrong('This is not base64.');
      return JSON.stringify(typed.replace(/\s/g, ''));
    case 'uuid':
      return JSON.stringify(typed);
    case 'json':
      parse(typed);
      return typed;
    default:
      return JSON.stringify(text);
  }
}

// Lists have an element a line, where that says all.
const fitsLines = list =>
  list.every(x => typeof x !== 'string' || (x !== '' && !/[\r\n]/.test(x) && x.trim() === x));

function typedOf(field, json) {
  if (json === undefined) return '';
  const value = parse(json);
  if (field.type === 'json') return pretty(json);
  if (field.type !== 'list') return String(value);
  return fitsLines(value) ? value.map(String).join('\n') : pretty(json);
}

function listJson(field, text) {
  if (text.trim().startsWith('[')) {
    const all = parse(text);
    if (!Array.isArray(all)) throw new Wrong('This is no list.');
    return stringify(all);
  }
  const lines = text
    .split('\n')
    .map(x => x.trim())
    .filter(x => x !== '');
  return `[${lines.map(x => jsonOf(field.element, x)).join(',')}]`;
}

function control(field, typed) {
  const values = field.values ?? field.validate?.one_of?.map(String);
  if (field.type === 'bool' || (values && field.type !== 'list')) {
    const all = field.type === 'bool' ? ['true', 'false'] : values;
    return h(
      'select',
      { value: typed },
      all.map(x => h('option', { value: x, selected: x === typed }, x)),
    );
  }
  const several =
    ['json', 'list', 'bytes'].includes(field.type) ||
    (field.type === 'string' &&
      (typed.includes('\n') ||
        typed.length > 80 ||
        !(field.validate?.max_length <= 200 || field.validate?.format)));
  if (several) {
    const lines = Math.min(12, Math.max(field.type === 'string' ? 1 : 3, typed.split('\n').length));
    return h('textarea', {
      rows: lines,
      class: field.type === 'string' ? '' : 'mono',
      spellcheck: field.type === 'string' ? null : 'false',
      value: typed,
    });
  }
  const mode = { integer: 'numeric', number: 'decimal', money: 'decimal' }[field.type];
  return h('input', {
    value: typed,
    inputmode: mode,
    class: field.type === 'string' ? '' : 'mono',
    autocomplete: 'off',
    spellcheck: field.type === 'string' ? null : 'false',
  });
}

// What is offered beside the input.
function helpers(field, input, set) {
  const put = text => {
    input.value = text;
    set();
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  if (field.type === 'timestamp')
    return [
      h(
        'button',
        { type: 'button', class: 'button small', onclick: () => put(new Date().toISOString()) },
        'Now',
      ),
    ];
  if (field.type === 'bytes') {
    const file = h('input', {
      type: 'file',
      'aria-label': `${field.name} from a file`,
      onchange: async () => {
        const [chosen] = file.files;
        if (!chosen) return;
        const url = await new Promise(done => {
          const reader = new FileReader();
          reader.onload = () => done(reader.result);
          reader.readAsDataURL(chosen);
        });
        put(url.slice(url.indexOf(',') + 1));
      },
    });
    return [file];
  }
  if (field.references) {
    const open = h('a', { class: 'button small', href: '#' }, 'Open');
    const choices = h('datalist', { id: `choices-${++last}` });
    input.setAttribute('list', choices.id);
    const tell = () => {
      open.hidden = input.value.trim() === '' || input.disabled;
      open.href = linkTo(field.references, input.value.trim());
    };
    input.addEventListener('input', tell);
    input.addEventListener('focus', () => offer(field, choices), { once: true });
    tell();
    return [open, choices];
  }
  return [];
}

// Some items that may be referred to, each with the first text that it has.
async function offer(field, into) {
  try {
    const target = await model(field.references);
    const { data } = await ask(`${target.path}?take=50&total=false`);
    const name = target.fields.find(x => x.type === 'string' && !x.primary_key)?.name;
    show(
      into,
      data.data.map(x =>
        h('option', {
          value: String(x[target.key]),
          label: name && x[name] ? String(x[name]) : undefined,
        }),
      ),
    );
  } catch {
    // Then the key has to be typed.
  }
}

function placeholder(field) {
  if (field.default !== undefined)
    return `default: ${typeof field.default === 'string' ? field.default : stringify(field.default)}`;
  return field.primary_key && field.type === 'uuid' ? 'made by the node' : 'not set';
}

/**
 * One field of a form. `json`: what it holds, as text; undefined: nothing. `change()` tells what
 * is to be sent: undefined: nothing, 'null': be gone, else JSON. It throws what is wrong.
 */
export function formField(field, json, creating) {
  const stamped = field.set || field.set_on_update;
  const fixed = !creating && (field.immutable || field.primary_key);
  const merges = !creating && field.merge !== undefined;
  const begin = merges ? '' : typedOf(field, json);
  const input = control(field, begin);
  const id = `field-${field.name}`;
  const error = h('p', { class: 'error', id: `${id}-error`, hidden: true });
  const note = h('span', { class: 'traits' }, traits(field).join(', '));
  let isSet = merges ? false : json !== undefined || (creating && field.required);
  input.id = id;
  input.name = field.name;
  input.setAttribute('aria-describedby', `${id}-error`);
  input.disabled = Boolean(stamped || fixed);
  if (field.required && creating) input.required = true;
  const isSelect = input.tagName === 'SELECT';
  const canUnset = !input.disabled && (field.optional || merges || (creating && !field.required));
  // Of a choice, nothing is one more.
  if (isSelect && (canUnset || json === undefined))
    input.prepend(h('option', { value: '' }, placeholder(field)));
  if (isSelect && json === undefined) input.value = '';
  const toggle =
    canUnset &&
    !isSelect &&
    h('button', {
      type: 'button',
      class: 'button small',
      onclick: () => {
        isSet = !isSet;
        input.value = isSet ? begin : '';
        tell();
        if (isSet) input.focus();
        own.node.dispatchEvent(new Event('input', { bubbles: true }));
      },
    });
  const set = () => {
    isSet = true;
    tell();
  };
  function tell() {
    if (!isSelect) input.placeholder = isSet || merges ? '' : placeholder(field);
    input.classList.toggle('unset', !isSet);
    if (!toggle) return;
    toggle.textContent = isSet ? 'Unset' : merges ? 'Merge' : 'Set';
    toggle.setAttribute(
      'aria-label',
      `${isSet ? 'Unset' : merges ? 'Merge into' : 'Set'} ${field.name}`,
    );
  }
  input.addEventListener('input', () => {
    // An empty text may be meant; an empty number is none.
    const mayBeEmpty = !isSelect && !creating && (field.type === 'string' || field.type === 'list');
    isSet = input.value !== '' || mayBeEmpty || !canUnset;
    tell();
  });
  tell();
  if (stamped) input.placeholder = 'set by the node';
  const own = {
    field,
    input,
    begin: json,
    change() {
      own.complain('');
      if (input.disabled) return undefined;
      if (!isSet) return creating || merges || json === undefined ? undefined : 'null';
      if (!merges && !creating && input.value === begin && json !== undefined) return undefined;
      if (input.value === '' && field.type !== 'string' && field.type !== 'list')
        throw own.complain('Something is missing here.');
      try {
        return field.type === 'list'
          ? listJson(field, input.value)
          : jsonOf(field.type === 'enum' ? 'string' : field.type, input.value);
      } catch (why) {
        throw own.complain(why.message);
      }
    },
    /** Whether there is something to be saved, right or wrong. */
    isChanged() {
      if (input.disabled) return false;
      if (creating || merges) return isSet;
      return isSet !== (json !== undefined) || (isSet && input.value !== begin);
    },
    complain(text) {
      error.textContent = text;
      error.hidden = text === '';
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
      return new Wrong(`${field.name}: ${text}`);
    },
  };
  own.node = h(
    'div',
    { class: 'field', 'data-field': field.name },
    h('div', { class: 'field-head' }, h('label', { for: id }, field.name), note),
    merges &&
      h(
        'p',
        { class: 'about' },
        `It holds ${json ?? 'nothing'}. What you give is merged into it: ${field.merge}.`,
      ),
    h('div', { class: 'field-row' }, input, helpers(field, input, set), toggle),
    error,
  );
  return own;
}
