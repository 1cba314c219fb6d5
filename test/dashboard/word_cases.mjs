// What the pages say, and how they count, without a browser: their pure parts, as they are served.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

async function load(repository) {
  const from = join(repository, 'http', 'dashboard');
  mkdirSync('pure', { recursive: true });
  writeFileSync('pure/package.json', '{"type":"module"}');
  for (const each of readdirSync(from))
    if (each.endsWith('.js')) copyFileSync(join(from, each), join('pure', each));
  const own = name => import(`./pure/${name}.js`);
  return { words: await own('words'), rates: await own('rates'), exact: await own('exact') };
}

const member = (id, more = {}) => ({
  id,
  addr: `10.0.0.${id}:8080`,
  peer_addr: `10.0.0.${id}:9080`,
  role: id === 1 ? 'leader' : 'follower',
  voter: true,
  connected: true,
  match_index: 10,
  lag_entries: 0,
  lag_ms: 0,
  last_contact_ms: 3,
  ...more,
});
const status = (more = {}) => ({
  node_id: 1,
  leader_id: 1,
  ready: true,
  not_ready: null,
  trouble: null,
  set_aside: [],
  state_divergence: null,
  elections: 1,
  uptime_ms: 1e6,
  tls: null,
  peer_tls: null,
  members: [member(1), member(2), member(3)],
  http: {
    connections: 1,
    max_connections: 100,
    bodies_bytes: 0,
    max_bodies: 100,
    unsent_bytes: 0,
    max_unsent: 100,
  },
  levels: { log_used_bytes: 1, log_map_bytes: 100, state_used_bytes: 1, state_map_bytes: 100 },
  ...more,
});
const titles = found => found.map(x => `${x.level}: ${x.title}`);

export const cases = {
  begin: ({ repository }) => load(repository),
  all: [
    [
      'a cluster that is well gives nothing to say',
      ({ words }) => {
        assert.deepEqual(words.findings(status()), []);
        assert.equal(words.headline([]).level, 'good');
      },
    ],
    [
      'each thing that is wrong is told, with what to do, the worst first',
      ({ words }) => {
        const soon = new Date(Date.now() + 3.5 * 86400e3).toISOString();
        const cases = [
          [
            { members: [member(1), member(2, { connected: false }), member(3)] },
            "warn: Node 2 can't be reached from here",
          ],
          [
            {
              leader_id: null,
              ready: false,
              not_ready: 'no leader',
              members: [
                member(1),
                member(2, { connected: false }),
                member(3, { connected: false }),
              ],
            },
            'bad: No majority can be reached from here',
          ],
          [{ leader_id: null }, 'bad: Nobody leads'],
          [{ trouble: 'the disk is full' }, 'bad: Something failed on this node'],
          [{ ready: false, not_ready: 'removed' }, 'bad: This node does not serve reads'],
          [{ state_divergence: { index: 7, node: 2 } }, 'bad: States differ'],
          [
            { set_aside: [{ path: '/x', reason: 'damaged', bytes: 3 }] },
            'warn: Something is set aside',
          ],
          [{ levels: { log_used_bytes: 80, log_map_bytes: 100 } }, 'warn: The log is 80% full'],
          [
            { levels: { state_used_bytes: 95, state_map_bytes: 100 } },
            'bad: The state is 95% full',
          ],
          [
            { tls: { subject: 'CN=x', not_after: soon, trouble: null } },
            'warn: The certificate for clients ends in 3 d',
          ],
          [
            { peer_tls: { subject: 'CN=x', not_after: '2020-01-01T00:00:00Z', trouble: null } },
            'bad: The certificate for other nodes has ended',
          ],
          [
            { members: [member(1), member(2, { lag_entries: 5000 }), member(3)] },
            'warn: Node 2 is behind',
          ],
          [
            { members: [member(1), member(2, { last_contact_ms: 9000 }), member(3)] },
            'warn: Node 2 is silent',
          ],
          [
            {
              members: [
                member(1),
                member(2),
                member(3),
                member(4, { role: 'learner', voter: false }),
              ],
            },
            'note: Node 4 learns',
          ],
          [{ members: [member(1)] }, 'note: A cluster of one'],
        ];
        for (const [more, expected] of cases) {
          const found = words.findings(status(more));
          assert.ok(titles(found).includes(expected), `${expected} is not among ${titles(found)}`);
          for (const each of found) assert.ok(each.text && each.todo, each.title);
          const order = found.map(x => ['bad', 'warn', 'note'].indexOf(x.level));
          assert.deepEqual(order, [...order].sort());
        }
      },
    ],
    [
      'who falls further behind is told apart from who catches up',
      ({ words }) => {
        const at = lag =>
          status({ members: [member(1), member(2, { lag_entries: lag }), member(3)] });
        assert.match(titles(words.findings(at(5000), undefined, at(2000)))[0], /falls further/);
        assert.doesNotMatch(
          titles(words.findings(at(2000), undefined, at(5000)))[0],
          /falls further/,
        );
      },
    ],
    [
      'percentiles lie within their buckets, and of nothing there is none',
      ({ rates }) => {
        const of = { bounds: [100, 200], counts: [50, 50, 0], sum: 0 };
        assert.equal(rates.percentile(of, 0.5), 100);
        assert.equal(rates.percentile(of, 0.75), 150);
        assert.equal(rates.percentile({ ...of, counts: [0, 0, 5] }, 0.99), 200);
        assert.equal(rates.percentile({ ...of, counts: [0, 0, 0] }, 0.5), undefined);
      },
    ],
    [
      'one slow second makes no slow disk, and ten do',
      ({ rates, words }) => {
        const of = times =>
          titles(words.findings(status(), rates.lately(times.map(sync99 => ({ sync99 })))));
        assert.deepEqual(of([100, 100, 5e6, 100]), []);
        assert.deepEqual(of(Array(10).fill(2e5)), ['warn: The disk is slow']);
        assert.deepEqual(of([]), []);
      },
    ],
    [
      'rates are by the time between two samples, and none goes over a restart',
      ({ rates }) => {
        const sample = (at, up, n) => ({
          at_us: at,
          status: { ...status(), uptime_ms: up, commit: n },
          levels: {},
          counters: { requests: n, cpu_us: 0 },
          histograms: { request_us: { bounds: [100], counts: [n, 0], sum: n } },
        });
        assert.equal(rates.between(sample(0, 5, 10), sample(2e6, 6, 30)).requests, 10);
        assert.equal(rates.between(sample(0, 5, 10), sample(2e6, 1, 3)), null);
      },
    ],
    [
      'JSON goes through without a loss',
      ({ exact }) => {
        for (const text of [
          '9007199254740993',
          '1.10',
          '1e400',
          '{"b":1,"2":2,"1":-0}',
          '[1.0,[],{}]',
          '"\\u0000\\n"',
          '{"__proto__":1}',
          'null',
        ])
          assert.equal(exact.stringify(exact.parse(text)), text);
        assert.equal(exact.stringify(exact.parse(' [ 1 , "a b" ] ')), '[ 1 , "a b" ]');
        for (const text of ['', '{', '01', '[1,]', '{"a":}', '"\n"', 'nul', '1 2'])
          assert.throws(() => exact.parse(text), SyntaxError, text);
        assert.equal(
          exact.pretty('{"a":[1,{}],"b":"x,y"}'),
          '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "x,y"\n}',
        );
      },
    ],
  ],
};
