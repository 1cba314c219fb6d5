// What the node tells of itself each second: its last words, and a few minutes of rates. When it goes
// it is asked again and again.
import { events, pause, Silent } from './api.js';
import { between } from './rates.js';
import { seen } from './stream.js';

const kept = 150; // seconds that charts show
const patience = 5000; // so long a node that lives is never silent

export const state = {
  sample: undefined, // the last one
  earlier: undefined, // the status of some ten seconds before
  rates: [], // {at, ...} each, oldest first
  lostAt: undefined, // since when it does not answer
  refused: undefined, // why it tells nothing
};
const past = [];

/** Calls whenever there is something new; gives back how to stop that. */
export function watch(what) {
  const listen = () => what(state);
  addEventListener('live', listen);
  listen();
  return () => removeEventListener('live', listen);
}

const tell = () => dispatchEvent(new Event('live'));

function take(sample) {
  const before = state.sample;
  // What is about room stands beside what is about the rest.
  sample.status.levels = sample.levels;
  state.sample = sample;
  state.lostAt = undefined;
  state.refused = undefined;
  past.push(sample.status);
  state.earlier = past.length > 10 ? past.shift() : past[0];
  const rates = before && between(before, sample);
  if (rates) {
    state.rates.push({ at: sample.at_us / 1000, ...rates });
    if (state.rates.length > kept) state.rates.shift();
  }
  tell();
}

// One stream until it ends; a node that is stopped does not even end it.
async function follow(stop) {
  const control = new AbortController();
  const end = () => control.abort();
  stop.addEventListener('abort', end);
  let timer = setTimeout(end, patience);
  try {
    for await (const each of events('/_admin/live', { signal: control.signal })) {
      clearTimeout(timer);
      timer = setTimeout(end, patience);
      if (each.event === 'sample') take(JSON.parse(each.data));
    }
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', end);
  }
}

/** Begins, and goes on as long as the page is there. */
export async function begin() {
  let stop = new AbortController();
  document.addEventListener('visibilitychange', () => document.hidden && stop.abort());
  addEventListener('token', () => {
    // What another token was shown is not for this one.
    Object.assign(state, { sample: undefined, earlier: undefined, rates: [], refused: undefined });
    past.length = 0;
    stop.abort();
    tell();
  });
  for (;;) {
    await seen();
    stop = new AbortController();
    let why = new Silent();
    try {
      await follow(stop.signal);
    } catch (thrown) {
      if (thrown.name !== 'AbortError') why = thrown;
    }
    if (stop.signal.aborted) continue;
    if (why instanceof Silent) state.lostAt ??= Date.now();
    else state.refused = why;
    tell();
    // Who is refused may show another token.
    await pause(why.wantsToken ? 5000 : 1000, stop.signal);
  }
}
