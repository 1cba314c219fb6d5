// The members as a picture: the leader above, those that follow it below, and what passes between.
import { ago, count, h, show, svg } from './dom.js';

const box = { width: 196, height: 86, gap: 18, rise: 62 };

const levelOf = (member, found) =>
  found.find(x => x.node === member.id && x.level !== 'note')?.level ??
  (member.connected ? 'good' : 'warn');

function lagOf(member, own) {
  if (!member.connected) return 'not reached';
  if (member.last_contact_ms === null)
    return member.id === own ? 'this node' : 'only the leader knows its lag';
  if (member.lag_entries === 0) return 'has everything';
  return `${count(member.lag_entries, 'entry', 'entries')} behind`;
}

function card(member, at, status, found) {
  const own = member.id === status.node_id;
  const lines = [
    svg('text', { x: 16, y: 28, class: 'map-name' }, `Node ${member.id}`),
    svg(
      'text',
      { x: box.width - 14, y: 28, class: `map-role role-${member.role}`, 'text-anchor': 'end' },
      member.connected || own ? member.role : 'gone',
    ),
    svg('text', { x: 16, y: 49, class: 'map-addr' }, member.addr),
    svg(
      'text',
      { x: 16, y: 69, class: 'map-lag' },
      member.role === 'leader' ? `term ${status.term}` : lagOf(member, status.node_id),
    ),
    own &&
      svg(
        'text',
        { x: box.width - 14, y: 69, class: 'map-own', 'text-anchor': 'end' },
        'you are here',
      ),
  ];
  return svg(
    'g',
    {
      transform: `translate(${at.x} ${at.y})`,
      class: `map-node map-${levelOf(member, found)}`,
      'data-node': member.id,
    },
    svg('rect', { width: box.width, height: box.height, rx: 12, class: 'map-box' }),
    svg('rect', { x: 0, y: 14, width: 4, height: box.height - 28, rx: 2, class: 'map-edge' }),
    lines,
  );
}

function link(from, to, member) {
  const [x1, y1, x2, y2] = [
    from.x + box.width / 2,
    from.y + box.height,
    to.x + box.width / 2,
    to.y,
  ];
  const bend = (y2 - y1) / 2;
  const way = to.beside
    ? `M${from.x + 18},${y1}V${to.y + box.height / 2 - 12}Q${from.x + 18},${to.y + box.height / 2} ${from.x + 30},${to.y + box.height / 2}H${to.x}`
    : `M${x1},${y1}C${x1},${y1 + bend} ${x2},${y2 - bend} ${x2},${y2}`;
  const kind = !member.connected ? 'off' : member.lag_entries > 1000 ? 'slow' : 'on';
  // What is heard with each heartbeat needs no words.
  const label =
    member.connected && member.last_contact_ms >= 200 && `heard ${ago(member.last_contact_ms)}`;
  return [
    svg('path', { d: way, class: `map-link map-link-${kind}` }),
    label && svg('text', { x: x2, y: y2 - 10, class: 'map-heard', 'text-anchor': 'middle' }, label),
  ];
}

/** Draws itself as wide as its place is. */
export class ClusterMap {
  constructor() {
    this.picture = svg('svg', { class: 'map', role: 'img' });
    this.node = h('div', { class: 'map-place' }, this.picture);
    this.watcher = new ResizeObserver(() => this.last && this.draw(...this.last));
    this.watcher.observe(this.node);
  }

  draw(status, found, busy) {
    this.last = [status, found, busy];
    const width = Math.max(this.node.clientWidth, box.width + 8);
    const leader = status.members.find(x => x.id === status.leader_id);
    const others = status.members.filter(x => x !== leader);
    const most = Math.max(1, Math.floor((width + box.gap) / (box.width + box.gap)));
    const inRow = Math.min(others.length, most) || 1;
    const rows = Math.ceil(others.length / inRow);
    const top = { x: (width - box.width) / 2, y: 4 };
    // One below the other they hang on a line beside them, for they are no chain.
    const beside = inRow === 1 && others.length > 1;
    const rise = beside ? 30 : box.rise;
    if (beside) top.x = Math.max(0, (width - box.width - 44) / 2);
    const places = others.map((_, i) => {
      if (beside) return { x: top.x + 44, y: top.y + (i + 1) * (box.height + rise), beside };
      const row = Math.floor(i / inRow);
      const n = Math.min(inRow, others.length - row * inRow);
      const all = n * box.width + (n - 1) * box.gap;
      return {
        x: (width - all) / 2 + (i % inRow) * (box.width + box.gap),
        y: top.y + (row + 1) * (box.height + box.rise),
      };
    });
    const height = top.y + box.height + rows * (box.height + rise) + 8;
    this.picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.picture.setAttribute('width', width);
    this.picture.setAttribute('height', height);
    this.picture.setAttribute('class', `map${busy ? ' map-busy' : ''}`);
    const told = status.members.map(
      x => `node ${x.id} at ${x.addr}: ${x.role}, ${lagOf(x, status.node_id)}`,
    );
    this.picture.setAttribute(
      'aria-label',
      leader ? told.join('; ') : `Nobody leads; ${told.join('; ')}`,
    );
    const nobody = () =>
      svg(
        'g',
        { transform: `translate(${top.x} ${top.y})`, class: 'map-nobody' },
        svg('rect', { width: box.width, height: box.height, rx: 12 }),
        svg(
          'text',
          { x: box.width / 2, y: box.height / 2 + 5, 'text-anchor': 'middle' },
          'nobody leads',
        ),
      );
    show(
      this.picture,
      leader && others.map((each, i) => link(top, places[i], each)),
      leader ? card(leader, top, status, found) : nobody(),
      others.map((each, i) => card(each, places[i], status, found)),
    );
  }

  end() {
    this.watcher.disconnect();
  }
}
