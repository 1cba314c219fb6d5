// Asking the node. The token is kept in this tab alone, and shown in a header.
import { parse } from './exact.js';

const place = 'lithair.token';
let token = sessionStorage.getItem(place) ?? '';

export const hasToken = () => token !== '';

/** Keeps it until the tab is closed; empty: forgets it. Throws when it can't be one. */
export function setToken(text) {
  const shown = text.trim();
  if (!/^[\x21-\x7e]*$/.test(shown)) throw new Error('A token has no blanks, and only ASCII.');
  token = shown;
  if (token) sessionStorage.setItem(place, token);
  else sessionStorage.removeItem(place);
  dispatchEvent(new Event('token'));
}

/** The node refused: its own words, and the status. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The node answered ${status}.`);
    this.status = status;
    this.code = problem.error ?? '';
    this.fields = problem.errors ?? [];
  }
  /** Whether another token may help. */
  get wantsToken() {
    return this.status === 401 || (this.status === 403 && this.code !== 'insecure');
  }
}

/** The node did not answer. */
export class Silent extends Error {
  constructor() {
    super('The node does not answer.');
  }
}

/** The answer, if it is no refusal. `body` is JSON text. */
export async function raw(path, { method = 'GET', body, headers = {}, signal } = {}) {
  const all = { ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (body !== undefined) all['Content-Type'] ??= 'application/json';
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: all, signal, cache: 'no-store' });
  } catch (why) {
    if (why.name === 'AbortError') throw why;
    throw new Silent();
  }
  if (answer.ok) return answer;
  let problem = {};
  try {
    problem = await answer.json();
  } catch {
    // Something on the way answered, in words of its own.
  }
  throw new Refused(answer.status, problem);
}

/** What was answered: {data, etag, applied}. Nothing of 204. */
export async function ask(path, options) {
  const answer = await raw(path, options);
  const text = await answer.text().catch(() => {
    throw new Silent();
  });
  return {
    data: text === '' ? undefined : parse(text),
    etag: answer.headers.get('ETag'),
    applied: answer.headers.get('X-Applied-Index'),
  };
}

const longest = 16 << 20;

/** The events of a stream: {event, data, id}. EventSource would show no token. */
export async function* events(path, options) {
  const answer = await raw(path, options);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      if (text.length > longest) throw new Silent();
      const blocks = text.split('\n\n');
      text = blocks.pop();
      for (const each of blocks) yield event(each);
    }
  } catch (why) {
    if (why instanceof TypeError) throw new Silent();
    throw why;
  } finally {
    reader.cancel().catch(() => {});
  }
}

function event(block) {
  const made = { event: '', data: '', id: undefined };
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (line.startsWith('data')) made.data += value;
    else if (line.startsWith('event')) made.event = value;
    else if (line.startsWith('id')) made.id = value;
  }
  return made;
}

/** Waits, unless it is told to stop. */
export function pause(ms, signal) {
  return new Promise(done => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}
