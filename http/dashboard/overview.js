// The first page: how the cluster stands, in words, as a picture, and in numbers.
import { ask } from './api.js';
import * as actions from './actions.js';
import { Chart } from './chart.js';
import { ago, bytes, calmly, count, h, micros, number, show, span } from './dom.js';
import { state, watch } from './live.js';
import { ClusterMap } from './map.js';
import { lately } from './rates.js';
import { problem } from './shell.js';
import { findings, headline } from './words.js';

const each = text => x => (x === undefined ? '–' : `${number(Math.round(x * 10) / 10)}${text}`);
const percent = x => (x === undefined ? '–' : `${(100 * x).toFixed(x < 0.1 ? 1 : 0)}%`);

const charts = () => [
  new Chart(
    'Requests',
    [{ key: 'requests', name: 'a second' }],
    each(''),
    'Requests for data that this node answered',
  ),
  new Chart(
    'Writes and reads',
    [
      { key: 'writes', name: 'writes/s' },
      { key: 'reads', name: 'reads/s' },
    ],
    each(''),
    'What clients of this node asked of the cluster',
  ),
  new Chart(
    'Time to answer',
    [
      { key: 'p99', name: '99%' },
      { key: 'p50', name: 'half' },
    ],
    micros,
    'Within which so many requests were answered',
    true,
  ),
  new Chart(
    'Syncs of the disk',
    [{ key: 'syncs', name: 'a second' }],
    each(''),
    'Durable writes of the log',
  ),
  new Chart(
    'Time of a sync',
    [
      { key: 'sync99', name: '99%' },
      { key: 'commit99', name: 'committed, 99%' },
    ],
    micros,
    'Until what was written is on this disk, and on a majority',
    true,
  ),
  new Chart(
    'Batches',
    [{ key: 'batch', name: 'entries a write' }],
    each(''),
    'Entries that one write to the log holds',
  ),
  new Chart(
    'Turns of the loops',
    [{ key: 'turn99', name: '99%' }],
    micros,
    'What an event loop did between two looks at its sockets',
    true,
  ),
  new Chart(
    'Processor',
    [{ key: 'cpu', name: 'of one core' }],
    percent,
    'Processor time of the process',
  ),
  new Chart(
    'Held for clients',
    [
      { key: 'held', name: 'requests and answers' },
      { key: 'unsaved', name: 'to be saved' },
    ],
    bytes,
    'Bytes of memory',
  ),
];

function finding(x) {
  return h(
    'li',
    { class: `finding finding-${x.level}`, 'data-level': x.level },
    h('h2', {}, x.title),
    h('p', {}, x.text),
    x.todo && h('p', { class: 'todo' }, x.todo),
  );
}

function lead(status) {
  const voters = status.members.filter(x => x.voter);
  const there = voters.filter(x => x.connected).length;
  const parts = [
    status.leader_id === null
      ? 'nobody leads'
      : `node ${status.leader_id} leads in term ${number(status.term)}`,
    `${there} of ${count(voters.length, 'voter')} ${there === 1 ? 'is' : 'are'} there`,
    `${count(status.commit, 'entry', 'entries')} committed`,
  ];
  return `${parts.join(', ')}.`.replace(/^./, x => x.toUpperCase());
}

function facts(status, levels) {
  const rows = [
    ['Address', status.addr],
    ['Version', status.version],
    ['Up since', span(status.uptime_ms)],
    ['Applied', number(status.applied)],
    ['Log', `${number(status.first_index)} … ${number(status.last_index)}`],
    ['Under way', number(status.pending)],
    ['Connections', number(status.http.connections)],
    ['Streams', number(levels?.streams)],
    ['Data on disk', bytes(status.data_bytes)],
    ['Disk writes', status.journal ?? '–'],
    ['Longest turn', micros(levels?.turn_longest_us)],
    ['HTTPS until', status.tls?.not_after ?? 'no HTTPS'],
    ['Links', status.peer_tls ? `TLS until ${status.peer_tls.not_after}` : 'plain'],
    ['Cluster', status.cluster_id ?? '–'],
  ];
  return rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)));
}

function memberRow(x, status) {
  const unknown = x.last_contact_ms === null && x.id !== status.node_id;
  const there = x.connected
    ? unknown
      ? 'connected'
      : x.id === status.node_id
        ? 'this node'
        : ago(x.last_contact_ms)
    : 'not reached';
  return h(
    'tr',
    { 'data-node': x.id },
    h(
      'th',
      { scope: 'row' },
      x.id === status.node_id
        ? `Node ${x.id}`
        : h('a', { href: `${location.protocol}//${x.addr}/_admin` }, `Node ${x.id}`),
    ),
    h('td', {}, h('span', { class: `tag role-${x.role}` }, x.role)),
    h('td', { class: 'mono' }, x.addr),
    h('td', { class: 'amount' }, x.match_index > 0 ? number(x.match_index) : '–'),
    h('td', { class: 'amount' }, unknown ? '–' : number(x.lag_entries)),
    h('td', {}, there),
    h(
      'td',
      { class: 'row-actions' },
      x.voter &&
        x.id !== status.leader_id &&
        h('button', { class: 'button small', 'data-act': 'transfer' }, 'Let it lead'),
      !x.voter && h('button', { class: 'button small', 'data-act': 'promote' }, 'Let it vote'),
      status.members.length > 1 &&
        h('button', { class: 'button small', 'data-act': 'remove' }, 'Remove'),
    ),
  );
}

/** Shows the page; gives back how to leave it. */
export function overview(into) {
  const title = h('h1', { tabindex: -1 }, 'Asking the node …');
  const line = h('p', { class: 'lead' });
  const list = h('ul', { class: 'findings' });
  const rows = h('tbody');
  const numbers = h('dl', { class: 'facts' });
  const picture = new ClusterMap();
  const all = charts();
  let status;
  let drawn = '';

  const act = event => {
    const what = event.target.dataset?.act;
    if (!what || !status) return;
    const id = Number(event.target.closest('tr')?.dataset.node);
    const member = status.members.find(x => x.id === id);
    if (what === 'transfer') actions.transfer(status, id || undefined);
    if (what === 'promote') actions.promoteMember(status, member);
    if (what === 'remove') actions.removeMember(status, member);
    if (what === 'add') actions.addMember(status);
    if (what === 'checkpoint') actions.checkpoint(status);
    if (what === 'backup') actions.backup();
  };
  const button = (what, text) => h('button', { class: 'button', 'data-act': what }, text);
  const members = h(
    'section',
    { class: 'card' },
    h(
      'div',
      { class: 'card-head' },
      h('h2', {}, 'Members'),
      h(
        'div',
        { class: 'buttons' },
        button('add', 'Add a member …'),
        button('transfer', 'Hand leadership over …'),
      ),
    ),
    h('p', { class: 'about' }),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Members' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Node', 'Role', 'Address', 'Holds', 'Lacks', 'Heard', ''].map(x =>
              h(
                'th',
                { scope: 'col', class: x === 'Holds' || x === 'Lacks' ? 'amount' : '' },
                x || h('span', { class: 'unseen' }, 'Actions'),
              ),
            ),
          ),
        ),
        rows,
      ),
    ),
  );
  const refused = h('div', { class: 'refused' });
  const tools = h(
    'div',
    { class: 'buttons', hidden: true },
    button('checkpoint', 'Checkpoint …'),
    button('backup', 'Backup …'),
  );
  const operators = h(
    'div',
    { class: 'overview', hidden: true },
    members,
    h('h2', { class: 'section' }, 'The last two minutes of this node'),
    h(
      'div',
      { class: 'charts' },
      all.map(x => x.node),
    ),
    h('section', { class: 'card' }, h('h2', {}, 'This node'), numbers),
  );
  const content = h(
    'div',
    { class: 'overview', onclick: act },
    h('div', { class: 'head' }, h('div', {}, title, line), tools),
    refused,
    list,
    h('section', { class: 'card map-card', 'aria-label': 'The cluster' }, picture.node),
    operators,
  );
  show(into, content);

  const members_of = s =>
    s.members
      .map(x =>
        [
          x.id,
          x.role,
          x.addr,
          x.voter,
          x.connected,
          x.match_index,
          x.lag_entries,
          x.last_contact_ms,
        ].join(),
      )
      .join(';') +
    s.leader_id +
    s.node_id;
  const draw = live => {
    if (live.sample === undefined) {
      if (live.refused) watchless();
      return;
    }
    ({ status } = live.sample);
    operators.hidden = tools.hidden = false;
    show(refused);
    const rates = live.rates.at(-1);
    const found =
      live.lostAt === undefined ? findings(status, lately(live.rates), live.earlier) : [];
    const told =
      live.lostAt === undefined
        ? headline(found)
        : { level: 'bad', text: 'This node does not answer.' };
    if (title.textContent !== told.text) title.textContent = told.text;
    title.className = `headline headline-${told.level}`;
    line.textContent =
      live.lostAt === undefined
        ? lead(status)
        : `What it said ${span(Date.now() - live.lostAt)} ago is shown below.`;
    content.classList.toggle('stale', live.lostAt !== undefined);
    const key = JSON.stringify(found);
    if (list.dataset.key !== key) {
      list.dataset.key = key;
      show(list, found.map(finding));
    }
    picture.draw(status, found, rates?.commits > 0 && live.lostAt === undefined);
    const now = members_of(status);
    // A button that is about to be pressed stays where it is.
    if (now !== drawn && !rows.contains(document.activeElement))
      show(
        rows,
        status.members.map(x => memberRow(x, status)),
      );
    else if (now !== drawn) refresh(rows, status);
    drawn = now;
    members.querySelector('.about').textContent =
      status.leader_id === status.node_id
        ? ''
        : 'What each holds and lacks only the leader knows: open its page by its name.';
    show(numbers, facts(status, live.sample.levels));
    for (const x of all) x.draw(live.rates);
  };
  // Who may not see the stream may see the node's status.
  const watchless = calmly(2000, async () => {
    if (!content.isConnected || state.sample !== undefined) return;
    if (!refused.firstChild && state.refused) show(refused, problem(state.refused));
    try {
      const { data } = await ask('/status');
      status = data;
      const found = findings(data);
      const told = headline(found);
      title.textContent = told.text;
      title.className = `headline headline-${told.level}`;
      show(list, found.map(finding));
      line.textContent = `${lead(data)} Charts and buttons are for an admin's token.`;
      picture.draw(data, found, false);
    } catch (why) {
      show(into, problem(why));
    }
  });
  const stop = watch(draw);
  return () => (stop(), picture.end());
}

function refresh(rows, status) {
  const there = [...rows.children];
  for (const x of status.members) {
    const fresh = memberRow(x, status);
    const old = there.find(row => row.dataset.node === fresh.dataset.node);
    if (!old) rows.append(fresh);
    else if (!old.contains(document.activeElement)) old.replaceWith(fresh);
  }
  for (const row of there)
    if (!status.members.some(x => String(x.id) === row.dataset.node)) row.remove();
}
