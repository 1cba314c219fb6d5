// A chart of the last two minutes: one or two lines, drawn anew each second.
import { h, show, svg } from './dom.js';

const width = 320;
const height = 96;
const seconds = 120;

// Times are drawn by their magnitude, down to this: what is usual is to be seen beside what is rare.
const least = 10;

// 1, 2 or 5 of some power of ten: an axis that does not jump about.
function roundUp(x) {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 5, 10].find(step => step * power >= x) * power;
}

/** `lines`: {key, name} each, of what `draw` is given; `tell` makes text of a number. */
export class Chart {
  constructor(title, lines, tell, about, byMagnitude = false) {
    this.lines = lines;
    this.tell = tell;
    this.title = title;
    this.byMagnitude = byMagnitude;
    this.points = [];
    this.now = h('p', { class: 'chart-now' });
    this.top = h('span', { class: 'chart-top' });
    this.picture = svg('svg', {
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      class: 'chart-lines',
      onpointermove: event => this.point(event),
      onpointerleave: () => this.leave(),
    });
    this.node = h(
      'section',
      { class: 'card chart', title: about },
      h('h3', {}, title),
      this.now,
      h('div', { class: 'chart-box' }, this.picture, this.top),
    );
  }

  draw(points) {
    this.points = points;
    const end = points.at(-1)?.at ?? Date.now();
    const most = Math.max(0, ...points.flatMap(x => this.lines.map(line => x[line.key] ?? 0)));
    const top = roundUp(most);
    const x = at => width - ((end - at) / 1000 / seconds) * width;
    const part = value =>
      this.byMagnitude
        ? Math.log(Math.max(value, least) / least) / Math.log(Math.max(top, 2 * least) / least)
        : value / top;
    const y = value => height - 2 - part(value) * (height - 8);
    const paths = this.lines.map((line, i) => {
      const known = points.filter(
        p => p[line.key] !== undefined && end - p.at < (seconds + 2) * 1000,
      );
      if (known.length === 0) return undefined;
      const dots = known.map(p => `${x(p.at).toFixed(1)},${y(p[line.key]).toFixed(1)}`);
      const stroke = svg('path', {
        d: `M${dots.join('L')}`,
        class: `line line-${i}`,
        'vector-effect': 'non-scaling-stroke',
      });
      if (i > 0) return stroke;
      const area = `M${x(known[0].at).toFixed(1)},${height}L${dots.join('L')}L${x(known.at(-1).at).toFixed(1)},${height}Z`;
      return [svg('path', { d: area, class: 'area' }), stroke];
    });
    this.cursor = svg('path', { class: 'cursor', 'vector-effect': 'non-scaling-stroke' });
    show(
      this.picture,
      [1, 2, 3].map(i =>
        svg('path', {
          d: `M0,${(height * i) / 4}H${width}`,
          class: 'grid',
          'vector-effect': 'non-scaling-stroke',
        }),
      ),
      paths,
      this.cursor,
    );
    this.top.textContent = most > 0 ? this.tell(top) : '';
    if (this.at === undefined) this.say(points.at(-1));
    const last = points.at(-1);
    const told = this.lines.map(line => `${line.name} ${this.tell(last?.[line.key])}`).join(', ');
    this.picture.setAttribute(
      'aria-label',
      `${this.title}: ${told}; at most ${this.tell(most)} in two minutes`,
    );
  }

  say(point) {
    show(
      this.now,
      this.lines.map((line, i) =>
        h(
          'span',
          { class: `value value-${i}` },
          h('b', {}, this.tell(point?.[line.key])),
          ` ${line.name}`,
        ),
      ),
    );
  }

  // What was there under the pointer.
  point(event) {
    const box = this.picture.getBoundingClientRect();
    const end = this.points.at(-1)?.at;
    if (end === undefined) return;
    this.at = end - (1 - (event.clientX - box.left) / box.width) * seconds * 1000;
    const nearest = this.points.reduce((best, each) =>
      Math.abs(each.at - this.at) < Math.abs(best.at - this.at) ? each : best,
    );
    const x = width - ((end - nearest.at) / 1000 / seconds) * width;
    this.cursor.setAttribute('d', `M${x},0V${height}`);
    this.say(nearest);
  }

  leave() {
    this.at = undefined;
    this.cursor?.setAttribute('d', '');
    this.say(this.points.at(-1));
  }
}
