// Elements, and how numbers and times are told. Text only ever gets in as text.

/** An element: h('a', {href, class, onclick}, ...children). Children are nodes, text, or nothing. */
export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** The same of SVG. */
export function svg(name, properties = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), properties, children);
}

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'value') node.value = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(3).filter(x => x !== undefined && x !== null && x !== false));
  return node;
}

/** Puts these in the place of all that is there, unless it is told so already. */
export function show(into, ...children) {
  into.replaceChildren(
    ...children.flat(3).filter(x => x !== undefined && x !== null && x !== false),
  );
  return into;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 12,345; of what is small and broken one or two digits more. */
export function number(x) {
  if (x === undefined || x === null || Number.isNaN(x)) return '–';
  if (Number.isInteger(x) || Math.abs(x) >= 100) return whole.format(x);
  return Math.abs(x) >= 10 ? x.toFixed(1) : x.toFixed(2);
}

/** 340 µs, 1.2 ms, 2.5 s. */
export function micros(x) {
  if (x === undefined || x === null || Number.isNaN(x)) return '–';
  if (x < 1000) return `${Math.round(x)} µs`;
  if (x < 1e6) return `${(x / 1e3).toFixed(x < 1e4 ? 1 : 0)} ms`;
  return `${(x / 1e6).toFixed(1)} s`;
}

/** 12 ms, 3.4 s, 5 min, 2 h, 3 d: how long something lasts. */
export function span(ms) {
  if (ms === undefined || ms === null) return '–';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60e3) return `${(ms / 1e3).toFixed(ms < 1e4 ? 1 : 0)} s`;
  if (ms < 3600e3) return `${Math.floor(ms / 60e3)} min`;
  if (ms < 48 * 3600e3) return `${Math.floor(ms / 3600e3)} h`;
  return `${Math.floor(ms / 86400e3)} d`;
}

/** Since when something was heard: what is within a heartbeat or two is now. */
export const ago = ms => (ms < 200 ? 'now' : `${span(ms)} ago`);

/** 1.2 MiB. */
export function bytes(x) {
  if (x === undefined || x === null || Number.isNaN(x)) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (x >= 1024 && at < units.length - 1) (x /= 1024), at++;
  return `${at === 0 || x >= 100 ? Math.round(x) : x.toFixed(1)} ${units[at]}`;
}

/** "1 entry", "2 entries". */
export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** A moment as people of this place tell it; the exact text is its title. */
export function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return h('span', {}, String(text));
  const near = Math.abs(Date.now() - at) < 12 * 3600e3;
  const told = near
    ? at.toLocaleTimeString()
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return h('time', { datetime: text, title: text }, told);
}

/** Runs at most once in so many milliseconds, and once more for what came between. */
export function calmly(ms, work) {
  let timer;
  let last = 0;
  return () => {
    if (timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        last = Date.now();
        work();
      },
      Math.max(0, last + ms - Date.now()),
    );
  };
}
