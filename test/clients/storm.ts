// Many writers and a follower, whatever becomes of nodes and wires; run.py judges what they report.
import { Client } from 'lithair-client';
import { stopped, tell, told } from './telling.js';

const shop = new Client({ nodes: told.nodes, deadline: 60_000, patience: 3_000 });
const counters = ['left', 'right'];
const made: string[] = [];
const refused: string[] = [];
const sums = Object.fromEntries(counters.map(each => [each, { value: 0, total: 0 }]));
let acknowledged = 0;
let stop = false;

async function write(writer: number): Promise<void> {
  for (let n = 0; !stop; ++n) {
    const name = `${writer}-${n}`;
    const counter = counters[n % 2]!;
    const sum = sums[counter]!;
    if (n % 5 === 0) {
      await shop.marks.create({ name });
      made.push(name);
    } else if (n % 5 === 1) {
      // Nothing but the key keeps this from counting twice.
      await shop.counters.patch(counter, { total: 1 });
      sum.total += 1;
    } else if (n % 5 === 2) {
      await shop.counters.update(counter, ({ value }) => ({ value: value + 1 }));
      sum.value += 1;
    } else if (n % 5 === 3) {
      const names = [`${name}a`, `${name}b`];
      await shop.marks.createMany(names.map(each => ({ name: each })));
      made.push(...names);
    } else {
      await shop
        .transaction()
        .create(shop.marks, { name })
        .patch(shop.counters, counter, { total: 1 })
        .commit();
      made.push(name);
      sum.total += 1;
    }
    tell('ack', ++acknowledged);
  }
}

async function follow(events: [string, string][]): Promise<void> {
  for await (const change of shop.marks.follow({ after: 0 })) {
    if (change.type !== 'create') throw new Error(`a ${change.type} of a mark`);
    events.push([change.id, change.item.name]);
    if (change.item.name === 'the last') return;
  }
}

const guarded = (what: Promise<void>): Promise<void> =>
  what.catch((why: unknown) => void refused.push(String(why)));

for (const id of counters) await shop.counters.create({ id });
const events: [string, string][] = [];
const following = guarded(follow(events));
const writing = Array.from({ length: told.writers }, (_, i) => guarded(write(i)));
await stopped();
stop = true;
await Promise.all(writing);
await shop.marks.create({ name: 'the last' });
made.push('the last');
await following;
tell('report', { marks: made, counters: sums, events, refused });
process.exit(0);
