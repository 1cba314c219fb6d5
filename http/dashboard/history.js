// What became of an item: its events, and a slider that shows it as it was behind each of them.
import { ask } from './api.js';
import { calmly, count, h, moment, number, show } from './dom.js';
import { stringify } from './exact.js';
import { toEntry } from './explain.js';
import { pathOf } from './models.js';
import { problem } from './shell.js';

const text = value => (value === undefined || value === null ? undefined : stringify(value));
const told = json =>
  json === undefined ? h('span', { class: 'absent' }, 'not set') : h('code', {}, json);

/** Shows it; gives back how to look again. */
export function history(into, of, key, signal) {
  const path = pathOf(of, key);
  const tracked = of.fields.filter(f => f.track_history);
  // Of what stays with this node another log tells.
  const isInLog = tracked.every(f => f.replicate);
  // What has no history can't be told of the past.
  const shown = `fields=${tracked.map(f => f.name).join(',')}`;
  let all = [];
  let at = 0;

  const slider = h('input', {
    type: 'range',
    min: 0,
    'aria-label': 'Behind which change',
    id: 'as-of',
  });
  const when = h('p', { class: 'about', 'aria-live': 'polite' });
  const table = h('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Then and now',
  });
  const list = h('ol', { class: 'events' });
  const more = h(
    'button',
    { class: 'button', type: 'button', hidden: true, onclick: () => load(all.at(-1)?.version) },
    'Later changes',
  );
  const trouble = h('div');
  show(
    into,
    h(
      'section',
      { class: 'card history' },
      h('h2', {}, 'History'),
      trouble,
      h('div', { class: 'field' }, h('label', { for: 'as-of' }, 'As it was'), slider, when),
      table,
      list,
      more,
    ),
  );

  slider.addEventListener('input', () => {
    at = Number(slider.value);
    look();
  });

  const look = calmly(60, async () => {
    const event = all[at];
    if (!event || signal.aborted) return;
    show(
      when,
      `Version ${event.version} of ${all.length}, index ${number(event.index)}, `,
      moment(event.time),
      event.by && `, by ${event.by}`,
    );
    for (const each of list.children)
      each.classList.toggle('here', Number(each.dataset.version) === event.version);
    const read = async query => {
      try {
        return (await ask(path + query, { signal })).data;
      } catch (why) {
        if (why.status === 404) return undefined;
        throw why;
      }
    };
    try {
      const [then, now] = await Promise.all([
        read(`?as_of=${event.index}&${shown}`),
        read(`?${shown}`),
      ]);
      if (all[at] === event) compare(then, now);
    } catch (why) {
      if (why.name !== 'AbortError') show(table, problem(why));
    }
  });

  function compare(then, now) {
    if (then === undefined)
      return show(table, h('p', {}, 'It was not there: this is its deletion.'));
    show(
      table,
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Field', 'Then', now ? 'Now' : 'Now (deleted)'].map(x => h('th', { scope: 'col' }, x)),
          ),
        ),
        h(
          'tbody',
          {},
          tracked.map(f => {
            const [a, b] = [text(then[f.name]), text(now?.[f.name])];
            return h(
              'tr',
              { class: a === b ? '' : 'differs', 'data-field': f.name },
              h('th', { scope: 'row' }, f.name),
              h('td', {}, told(a)),
              h('td', {}, told(b)),
            );
          }),
        ),
      ),
      tracked.length < of.fields.length &&
        h(
          'p',
          { class: 'about' },
          `${count(of.fields.length - tracked.length, 'field')} of it keep no history.`,
        ),
    );
  }

  const line = event =>
    h(
      'li',
      { 'data-version': event.version },
      h(
        'button',
        {
          class: 'link',
          type: 'button',
          onclick: () => {
            at = all.indexOf(event);
            slider.value = String(at);
            look();
          },
        },
        event.type,
      ),
      ' ',
      moment(event.time),
      event.by && ` by ${event.by}`,
      isInLog && [', ', toEntry(event.index, `entry ${event.index}`)],
      h(
        'ul',
        {},
        Object.entries(event.changes).map(([name, value]) =>
          h('li', {}, h('span', { class: 'name' }, name), ' ', told(text(value))),
        ),
      ),
    );

  async function load(after = 0) {
    try {
      const { data } = await ask(`${path}/history?take=200&after=${after}`, { signal });
      // Who looks at the past is left there.
      const isLast = at >= all.length - 1;
      if (after === 0) all = [];
      const known = all.at(-1)?.version ?? 0;
      all = [...all, ...data.events.filter(x => x.version > known)];
      if (isLast) at = all.length - 1;
      if (data.has_more && all.length < 1000) return load(all.at(-1).version);
      more.hidden = !data.has_more;
      slider.max = String(Math.max(0, all.length - 1));
      slider.value = String(at);
      slider.disabled = all.length < 2;
      show(list, all.map(line).reverse());
      show(trouble);
      look();
    } catch (why) {
      if (why.name !== 'AbortError' && why.status !== 401)
        show(trouble, h('p', { class: 'about' }, why.message));
    }
  }
  load();
  return calmly(1000, () => load(all.at(-1)?.version));
}
