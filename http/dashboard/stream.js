// The changes of a model, followed for as long as somebody looks. A browser has six connections to a node, for all
// its tabs together: what is hidden holds none.
import { events, pause, Refused } from './api.js';

/** Ends once the page can be seen. */
export function seen() {
  if (!document.hidden) return Promise.resolve();
  return new Promise(done => {
    const look = () => {
      if (document.hidden) return;
      document.removeEventListener('visibilitychange', look);
      done();
    };
    document.addEventListener('visibilitychange', look);
  });
}

/** A signal that stops with the other one, and when the page is hidden. */
export function whileSeen(signal) {
  const control = new AbortController();
  const stop = () => control.abort();
  const look = () => document.hidden && stop();
  document.addEventListener('visibilitychange', look);
  signal.addEventListener('abort', stop);
  control.signal.addEventListener('abort', () => {
    document.removeEventListener('visibilitychange', look);
    signal.removeEventListener('abort', stop);
  });
  if (signal.aborted || document.hidden) stop();
  return control;
}

/**
 * Calls `take` with each event behind the id `after`, and `told` with whether it follows. When too
 * much was missed `missed` is called. Ends when it may not, or is told to stop.
 */
export async function follow(of, after, signal, { take, told = () => {}, missed = () => {} }) {
  let last = after;
  while (!signal.aborted) {
    await seen();
    const control = whileSeen(signal);
    try {
      const headers = last ? { 'Last-Event-ID': last } : {};
      for await (const each of events(`${of.path}/stream`, { headers, signal: control.signal })) {
        told(true);
        last = each.id ?? last;
        if (each.event) take(each);
      }
    } catch (why) {
      const isRefused = why instanceof Refused && why.status < 500;
      if (isRefused && why.status !== 410) return told(false);
      if (isRefused) {
        last = undefined;
        missed();
      }
    } finally {
      control.abort();
    }
    told(false);
    if (!document.hidden) await pause(1000, signal);
  }
}
