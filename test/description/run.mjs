// run.mjs LITHAIR_NODE EXCHANGES...
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { complaintsAbout } from './documents.mjs';
import { judgeExchanges } from './exchanges.mjs';
import { generate } from './generate.mjs';
import { planted } from './planted.mjs';

const [binary, ...recordings] = process.argv.slice(2);
let failed = 0;

function report(what, complaints) {
  console.log(`${complaints.length === 0 ? 'good' : 'BAD '}  ${what}`);
  for (const each of complaints.slice(0, 20)) console.log(`        ${each}`);
  if (complaints.length > 20) console.log(`        and ${complaints.length - 20} more`);
  failed += complaints.length;
}

// Ports that were free a moment ago, for HTTP and for peers.
async function freePort() {
  const taken = createServer();
  await new Promise(done => taken.listen(0, '127.0.0.1', done));
  const { port } = taken.address();
  await new Promise(done => taken.close(done));
  return port;
}

async function withNode(what) {
  const folder = mkdtempSync(join(tmpdir(), 'lithair-description-'));
  const port = await freePort();
  const node = spawn(
    binary,
    [
      '--node-id',
      '1',
      '--init',
      '--models',
      'everything.toml',
      '--data-dir',
      join(folder, 'data'),
      '--addr',
      `127.0.0.1:${port}`,
      '--peer-addr',
      `127.0.0.1:${await freePort()}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let words = '';
  node.stderr.on('data', some => (words += some));
  const ended = new Promise(done => node.on('exit', done));
  const base = `http://127.0.0.1:${port}`;
  try {
    for (let left = 600; ; --left) {
      const answer = await fetch(`${base}/readyz`).catch(() => undefined);
      if (answer?.ok) break;
      if (left === 0 || node.exitCode !== null)
        throw new Error(`the node does not serve: ${words}`);
      await new Promise(done => setTimeout(done, 50));
    }
    await what(base);
  } finally {
    node.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

function isTyped() {
  try {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '--project', 'clients'], {
      encoding: 'utf8',
    });
    return [];
  } catch (why) {
    return why.stdout.split('\n').filter(line => line !== '');
  }
}

report('planted drifts are found', planted());

const apis = [];
for (const file of recordings) {
  if (!existsSync(file)) {
    report(`there is no ${file}`, ['it was not recorded']);
    continue;
  }
  const judged = await judgeExchanges(file);
  apis.push(...judged.apis);
  const statuses = [...judged.seen]
    .sort()
    .map(([status, n]) => `${status}: ${n}`)
    .join(', ');
  report(`${judged.count} exchanges of ${file.split('/').at(-1)} (${statuses})`, judged.complaints);
  if (judged.count === 0) report('nothing was recorded', ['no exchange']);
}

await withNode(async base => {
  const api = await (await fetch(`${base}/openapi.json`)).json();
  for (const [i, each] of [api, ...apis].entries())
    report(
      `description ${i + 1} of ${apis.length + 1}, read by two validators`,
      await complaintsAbout(each),
    );
  await generate(api, 'clients/made');
  report('clients of three generators, type-checked', isTyped());
  if (failed > 0) return;
  for (const name of ['fetch', 'hey', 'swagger']) {
    const { story } = await import(`./clients/built/${name}.js`);
    report(
      `the client of ${name} drives a node`,
      await story(base).then(
        () => [],
        why => [String(why?.stack ?? why)],
      ),
    );
  }
});
process.exit(failed > 0 ? 1 : 0);
