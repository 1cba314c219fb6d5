// What is wrong, in words, and what to do. Pure: from a status, and rates, to findings.
import { bytes, count, micros, number, span } from './dom.js';

const day = 86400e3;

export const majorityOf = voters => Math.floor(voters / 2) + 1;

export const nameOf = member => `Node ${member.id}`;

/** {level: bad|warn|note, title, text, todo, node} each; the worst first. */
export function findings(status, rates = undefined, earlier = undefined, now = Date.now()) {
  const found = [];
  const add = (level, node, title, text, todo) => found.push({ level, node, title, text, todo });
  const own = status.node_id;
  service(status, own, add);
  members(status, earlier, add);
  data(status, own, add);
  room(status, rates, own, add);
  for (const [what, shown, flags] of [
    ['for clients', status.tls, '--tls-cert and --tls-key'],
    ['for other nodes', status.peer_tls, '--peer-tls-cert and --peer-tls-key'],
  ])
    if (shown) certificate(what, shown, flags, own, now, add);
  const order = ['bad', 'warn', 'note'];
  return found.sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

// Whether it serves at all.
function service(status, own, add) {
  const voters = status.members.filter(x => x.voter);
  const here = voters.filter(x => x.connected);
  const needed = majorityOf(voters.length);
  if (status.leader_id === null && here.length < needed) {
    const gone = voters.filter(x => !x.connected).map(x => `node ${x.id} (${x.addr})`);
    add(
      'bad',
      own,
      'No majority can be reached from here',
      `${here.length} of ${count(voters.length, 'voter')} answer, and ${needed} are needed. ` +
        'Until then writes and default reads are refused; nothing is lost.',
      `Start ${gone.join(' and ')}, or mend the network between. If they never come back, restore a backup.`,
    );
  } else if (status.leader_id === null) {
    add(
      'bad',
      own,
      'Nobody leads',
      'An election is under way; this usually takes less than a second.',
      'If it lasts, look at the links between the nodes: each must reach a majority of the others.',
    );
  }
  if (!status.ready)
    add(
      status.leader_id === null ? 'warn' : 'bad',
      own,
      'This node does not serve reads',
      sentence(status.not_ready ?? 'It does not say why.'),
      'Clients are better sent to another node until /readyz answers 200 here.',
    );
  if (status.trouble)
    add(
      'bad',
      own,
      'Something failed on this node',
      sentence(status.trouble),
      'The log of the node tells the moment and the cause. See that another voter is well before you restart this one.',
    );
  if (status.elections > 20 && status.uptime_ms < 3600e3)
    add(
      'warn',
      own,
      'Many elections',
      `This node has seen ${number(status.elections)} in ${span(status.uptime_ms)}.`,
      'Leaders change when heartbeats come late: look at the load of the machines, and the network.',
    );
}

// Who is silent, or falls behind.
function members(status, earlier, add) {
  const voters = status.members.filter(x => x.voter);
  const here = voters.filter(x => x.connected).length;
  const needed = majorityOf(voters.length);
  for (const each of status.members) {
    if (each.id === status.node_id) continue;
    if (!each.connected)
      add(
        each.voter && here < needed ? 'bad' : 'warn',
        each.id,
        `${nameOf(each)} can't be reached from here`,
        each.voter
          ? here >= needed
            ? `The service goes on with ${here} of ${count(voters.length, 'voter')}` +
              (here === needed ? '; no further one may fail.' : '.')
            : 'It is one of those that a majority needs.'
          : 'It does not vote: the service does not depend on it.',
        `See whether its process runs at ${each.addr}, and whether ${each.peer_addr} can be reached from here. ` +
          'It catches up by itself when it is back. If it is gone for good, remove it.',
      );
    else if (each.last_contact_ms > 2000)
      add(
        'warn',
        each.id,
        `${nameOf(each)} is silent`,
        `It was last heard ${span(each.last_contact_ms)} ago.`,
        'Its process may be stopped, or its disk stuck: look at the machine.',
      );
    else lag(each, earlier, add);
    if (each.role === 'learner')
      add(
        'note',
        each.id,
        `${nameOf(each)} learns`,
        'It is sent everything and does not vote yet.',
        'It votes by itself once it has caught up; or promote it.',
      );
  }
  if (voters.length === 1 && status.members.length === 1)
    add(
      'note',
      status.node_id,
      'A cluster of one',
      'No other node has a copy of the data.',
      'Take backups, or add two more nodes: with three voters any one may fail.',
    );
  else if (voters.length % 2 === 0)
    add(
      'note',
      undefined,
      `${number(voters.length)} voters`,
      `They can lose ${voters.length - needed}, as ${voters.length - 1} could.`,
      'An odd number is as safe with less.',
    );
}

function lag(member, earlier, add) {
  const before = earlier?.members.find(x => x.id === member.id);
  const behind = member.lag_entries;
  if (behind < 1000) return;
  const grows = before !== undefined && behind > before.lag_entries * 1.1;
  add(
    'warn',
    member.id,
    `${nameOf(member)} is behind${grows ? ', and falls further' : ''}`,
    `It lacks ${count(behind, 'entry', 'entries')}.`,
    grows
      ? 'Its disk or network is slower than what is written: look at syncs there, or write less.'
      : 'It catches up; until then it counts little for a majority.',
  );
}

// What is damaged or differs.
function data(status, own, add) {
  if (status.state_divergence)
    add(
      'bad',
      own,
      'States differ',
      `At index ${number(status.state_divergence.index)} this node's state was another one than that of node ` +
        `${status.state_divergence.node}. One of the two is wrong.`,
      'Find which by comparing both with a third. Remove the wrong one from the cluster, empty its data directory, and add it again.',
    );
  for (const each of status.set_aside)
    add(
      'warn',
      own,
      'Something is set aside',
      `${each.path} (${bytes(each.bytes)}): ${sentence(each.reason)}`,
      'It is not used, and may be the last copy of something. Remove it once a backup is known to be whole.',
    );
}

// What may fill up or slow down.
function room(status, rates, own, add) {
  const levels = status.levels;
  for (const [what, used, all] of [
    ['The log', levels?.log_used_bytes, levels?.log_map_bytes],
    ['The state', levels?.state_used_bytes, levels?.state_map_bytes],
  ])
    if (all > 0 && used / all > 0.75)
      add(
        used / all > 0.9 ? 'bad' : 'warn',
        own,
        `${what} is ${Math.round((100 * used) / all)}% full`,
        `${bytes(used)} of ${bytes(all)} are in use. When it is full writes are refused, deletions not.`,
        'Delete what is not needed, or restart all nodes, one after the other, with a larger --map-size.',
      );
  const { http } = status;
  for (const [what, used, all, flag] of [
    ['Connections', http.connections, http.max_connections, '--max-connections'],
    ['Requests under way', http.bodies_bytes, http.max_bodies, '--max-bodies'],
    ['Answers not taken', http.unsent_bytes, http.max_unsent, '--max-unsent'],
  ])
    if (used > 0.9 * all)
      add(
        'warn',
        own,
        `${what} are near their limit`,
        `${Math.round((100 * used) / all)}% of ${flag} are used; beyond it requests are refused with 503.`,
        `Look for clients that are slow or too many, or raise ${flag}.`,
      );
  if (rates?.sync99 > 100e3)
    add(
      'warn',
      own,
      'The disk is slow',
      `One sync in a hundred takes ${micros(rates.sync99)} or longer.`,
      'Each write waits for one. Look at what else uses the disk, or its health.',
    );
  if (rates?.failed > 0)
    add(
      'warn',
      own,
      'Requests fail',
      `${number(rates.failed)} a second are answered with a 5xx.`,
      'What is said above mostly tells why; else the log does.',
    );
}

function certificate(what, shown, flags, own, now, add) {
  const left = new Date(shown.not_after).getTime() - now;
  if (left < 14 * day)
    add(
      left < 2 * day ? 'bad' : 'warn',
      own,
      `The certificate ${what} ${left < 0 ? 'has ended' : `ends in ${span(left)}`}`,
      `${shown.subject}, until ${shown.not_after}.`,
      `Replace the files of ${flags} and send the process SIGHUP; with --secure it renews itself, so look at its log.`,
    );
  if (shown.trouble)
    add(
      'warn',
      own,
      `The certificate ${what} could not be replaced`,
      sentence(shown.trouble),
      'The old one is in use until the files are right and the process is sent SIGHUP.',
    );
}

/** The worst of them as one line. */
export function headline(found) {
  const worst = found[0]?.level;
  if (worst === 'bad') return { level: 'bad', text: 'Something is wrong.' };
  if (worst === 'warn') return { level: 'warn', text: 'It serves, and needs a look.' };
  return { level: 'good', text: 'All is well.' };
}

/** With a capital in front and a full stop. */
export function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
