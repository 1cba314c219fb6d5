// Real nodes on loopback, with ports and directories of their own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const most = 6;

function listening(port) {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(port, '127.0.0.1', () => done(server));
  });
}

// Below those that other tests and clients are given; all of them were free a moment ago.
async function freePorts() {
  for (let left = 100; left > 0; --left) {
    const first = 4000 + 10 * Math.floor(Math.random() * 190);
    const all = [];
    for (let i = 0; i < most; ++i) all.push(first + i, first + 2000 + i);
    const held = await Promise.allSettled(all.map(listening));
    const good = held.every(x => x.status === 'fulfilled');
    await Promise.all(held.filter(x => x.value).map(x => new Promise(done => x.value.close(done))));
    if (good) return first;
  }
  throw new Error('there are no free ports');
}

/** Some nodes of one cluster; ids begin with 1. */
export class Cluster {
  constructor(binary, models, first) {
    this.binary = binary;
    this.models = models;
    this.first = first;
    this.folder = mkdtempSync(join(tmpdir(), 'lithair-dashboard-'));
    this.nodes = new Map();
  }

  static async start(binary, models, { count = 3, flags = [] } = {}) {
    const made = new Cluster(binary, models, await freePorts());
    try {
      made.size = count;
      for (let id = 1; id <= count; ++id)
        made.launch(id, [...(id === 1 ? ['--init'] : []), ...flags]);
      for (let id = 1; id <= count; ++id) await made.ready(id);
    } catch (why) {
      await made.end();
      throw why;
    }
    return made;
  }

  addr(id) {
    return `127.0.0.1:${this.first + id - 1}`;
  }
  url(id) {
    return `http://${this.addr(id)}`;
  }
  page(id) {
    return `${this.url(id)}/_admin`;
  }
  file(name, text) {
    const path = join(this.folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** `others`: the ids that it is told of; by default the first ones. */
  launch(id, flags = [], others = Array.from({ length: this.size }, (_, i) => i + 1)) {
    const cluster = others
      .filter(x => x !== id)
      .map(x => `${x}=${this.addr(x)}/${this.peer(x)}`)
      .join(',');
    const node = spawn(
      this.binary,
      [
        '--node-id',
        String(id),
        '--addr',
        this.addr(id),
        '--peer-addr',
        `127.0.0.1:${this.peer(id)}`,
        ...(cluster ? ['--cluster', cluster] : []),
        // Who leads is what a case says, also where a machine stands still for a while.
        '--election-timeout',
        '1s-2s',
        '--models',
        this.models,
        '--data-dir',
        join(this.folder, `n${id}`),
        ...flags,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const one = { node, words: '', ended: new Promise(done => node.on('exit', done)) };
    node.stderr.on('data', some => (one.words = (one.words + some).slice(-20000)));
    this.nodes.set(id, one);
  }
  peer(id) {
    return this.first + 2000 + id - 1;
  }

  // Readiness itself is what is waited for; a node that ended never is.
  async ready(id, path = '/readyz', headers = {}) {
    for (let left = 2400; ; --left) {
      const answer = await fetch(this.url(id) + path, { headers }).catch(() => undefined);
      if (answer?.ok) return answer;
      const { node, words } = this.nodes.get(id);
      if (left === 0 || node.exitCode !== null)
        throw new Error(`node ${id} does not serve: ${words}`);
      await new Promise(done => setTimeout(done, 50));
    }
  }

  /** Who leads, once somebody does. */
  async leader() {
    for (let left = 1200; left > 0; --left) {
      for (const id of this.nodes.keys()) {
        const answer = await fetch(`${this.url(id)}/raft/leader`).catch(() => undefined);
        const { leader_id: leader } = answer?.ok ? await answer.json() : {};
        if (this.nodes.has(leader)) return leader;
      }
      await new Promise(done => setTimeout(done, 50));
    }
    throw new Error('nobody leads');
  }

  async ask(id, path, { method = 'GET', body, headers = {} } = {}) {
    const answer = await fetch(this.url(id) + path, {
      method,
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text ? JSON.parse(text) : undefined;
  }

  signal(id, name) {
    this.nodes.get(id).node.kill(name);
  }
  async kill(id) {
    const one = this.nodes.get(id);
    one.node.kill('SIGKILL');
    await one.ended;
    this.nodes.delete(id);
  }

  async end() {
    for (const id of [...this.nodes.keys()]) await this.kill(id);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
