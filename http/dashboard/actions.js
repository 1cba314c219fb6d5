// What operators do to the cluster. Each says first what will happen, and what it risks.
import { ask, hasToken, raw } from './api.js';
import { dialog, labelled, notice } from './dialog.js';
import { bytes, count, h, number } from './dom.js';
import { majorityOf } from './words.js';

const post = (path, body) =>
  ask(path, { method: 'POST', body: body === undefined ? undefined : JSON.stringify(body) });

// A change of members, which the node may refuse unless it is forced.
async function change({ title, about, content = [], label, danger, begin, done }) {
  const force = h('input', { type: 'checkbox' });
  const forced = h(
    'div',
    { class: 'field check', hidden: true },
    labelled(
      'Do it all the same',
      force,
      'The change may then never be complete, and until it is no write is confirmed. It can be given up as long as it is not committed.',
    ),
  );
  const said = await dialog({
    title,
    about,
    label,
    danger,
    content: [...content, forced],
    act: () => begin(force.checked ? '?force=true' : ''),
    refused: why => {
      if (why.status === 409) forced.hidden = false;
      if (why.status === 504)
        return h(
          'p',
          {},
          'Nobody knows yet whether it takes effect: look at the members, and ask again.',
        );
      if (why.status !== 409) return undefined;
      return h(
        'p',
        {},
        'Is another change under way that can’t end? ',
        h('button', { class: 'link', type: 'button', onclick: giveUp }, 'Give that up'),
        '.',
      );
    },
  });
  if (said === undefined) return;
  notice(said.data?.risk ? `${done} ${said.data.risk}` : done, said.data?.risk ? 'warn' : 'good');
}

async function giveUp() {
  try {
    await post('/cluster/members/abort');
    notice('The change that was under way is given up.');
  } catch (why) {
    notice(why.message, 'bad');
  }
}

export function addMember(status) {
  const next = Math.max(0, ...status.members.map(x => x.id)) + 1;
  const id = h('input', { value: String(next), inputmode: 'numeric', required: true });
  const addr = h('input', { placeholder: 'HOST:PORT', required: true, autocomplete: 'off' });
  const peer = h('input', { inputmode: 'numeric', placeholder: 'the port of clients plus 1000' });
  const promote = h('input', { type: 'checkbox', checked: true });
  return change({
    title: 'Add a member',
    about: [
      'The simplest way is to start the new node with --join, which asks for this by itself:',
      h(
        'pre',
        {},
        `lithair_node --node-id ${next} --join ${status.addr} --models FILE --data-dir DIR`,
      ),
      'Else start it with the others as --cluster and without --init, and add it here. It is sent everything ' +
        'and counts for no majority until it has caught up.',
    ],
    content: [
      labelled('Node id', id),
      labelled('Address for clients', addr),
      labelled('Port for other nodes', peer),
      h('div', { class: 'field check' }, labelled('It is to vote once it has caught up', promote)),
    ],
    label: 'Add it',
    begin: force => {
      const body = { id: Number(id.value), addr: addr.value.trim(), promote: promote.checked };
      if (!Number.isSafeInteger(body.id) || body.id < 1)
        throw new Error('The node id is a number from 1 on.');
      if (peer.value.trim()) body.peer_port = Number(peer.value);
      return post(`/cluster/members${force}`, body);
    },
    done: `Node ${id.value} is a member now.`,
  });
}

// How many may fail, before and after.
function tolerance(status, after) {
  const before = status.members.filter(x => x.voter).length;
  const told = n =>
    `${count(n, 'voter')}, of which ${n === majorityOf(n) ? 'none' : number(n - majorityOf(n))} may fail`;
  return `Now there are ${told(before)}; then ${told(after)}.`;
}

export function removeMember(status, member) {
  const voters = status.members.filter(x => x.voter).length;
  return change({
    title: `Remove node ${member.id}?`,
    about: [
      `Node ${member.id} (${member.addr}) is a member no more, and refuses to serve.`,
      member.voter ? tolerance(status, voters - 1) : 'It does not vote, so no majority changes.',
      ...(member.role === 'leader'
        ? ['It leads: another one is elected, and writes wait for a moment.']
        : []),
      'Leave it running until this is answered: until then the others may count on it. To take it in again later, empty its data directory first.',
    ],
    label: `Remove node ${member.id}`,
    danger: true,
    begin: force => ask(`/cluster/members/${member.id}${force}`, { method: 'DELETE' }),
    done: `Node ${member.id} is removed.`,
  });
}

export function promoteMember(status, member) {
  return change({
    title: `Let node ${member.id} vote?`,
    about: [
      tolerance(status, status.members.filter(x => x.voter).length + 1),
      'While it is behind, a majority may have to wait for it.',
    ],
    label: `Let node ${member.id} vote`,
    begin: force => post(`/cluster/members/${member.id}/promote${force}`),
    done: `Node ${member.id} votes.`,
  });
}

export async function transfer(status, to) {
  const others = status.members.filter(x => x.voter && x.id !== status.leader_id);
  const choice = h(
    'select',
    {},
    h('option', { value: '' }, 'whoever is furthest'),
    others.map(x =>
      h('option', { value: x.id, selected: x.id === to }, `node ${x.id} (${x.addr})`),
    ),
  );
  if (to !== undefined) choice.value = String(to);
  const said = await dialog({
    title: 'Hand leadership over',
    about: [
      `Node ${status.leader_id ?? '–'} leads. It sends the other one what that lacks and lets it be elected. ` +
        'Writes wait meanwhile, mostly for a few milliseconds; nothing that was acknowledged is lost.',
      'If the other one can’t be reached, leadership stays where it is.',
    ],
    content: [labelled('To', choice)],
    label: 'Hand over',
    act: () => post('/cluster/transfer', choice.value ? { to: Number(choice.value) } : {}),
  });
  if (said) notice('Leadership was handed over.');
}

export async function checkpoint(status) {
  const said = await dialog({
    title: 'Make a checkpoint now?',
    about: [
      `Everything that node ${status.node_id} has applied is written to its state, synced, and the log before it may be let go.`,
      'It risks nothing, and loads the disk for a moment. Nodes make checkpoints by themselves, too.',
    ],
    label: 'Make a checkpoint',
    act: () => post('/_admin/snapshot'),
  });
  if (said)
    notice(`A checkpoint of index ${number(said.data.index)} is made (${bytes(said.data.bytes)}).`);
}

export async function backup() {
  const said = await dialog({
    title: 'Download a backup?',
    about: [
      'It is one file with all that is replicated, as of one index: hidden fields, access tokens’ digests and history, too. Keep it as well as the data themselves.',
      'What a node keeps for itself (fields and models without replicate) is not in it. lithair_node --restore makes a new cluster of it.',
    ],
    label: 'Download',
    act: download,
  });
  if (said) notice('The backup is on its way.');
}

async function download() {
  // Without a token the browser writes it to the disk itself, however large it is.
  if (!hasToken()) {
    await raw('/_admin/backup', { method: 'HEAD' });
    save('/_admin/backup', '');
    return true;
  }
  const answer = await raw('/_admin/backup');
  const name = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await answer.blob());
  save(url, name ?? 'lithair.backup');
  setTimeout(() => URL.revokeObjectURL(url), 60e3);
  return true;
}

function save(href, name) {
  const link = h('a', { href, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}
