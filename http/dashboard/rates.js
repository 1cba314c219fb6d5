// From samples, which only count, to rates and percentiles of the time between two of them. Pure.

/** Of one second or so, by the samples before and after it; null: the node was started between. */
export function between(before, after) {
  const seconds = (after.at_us - before.at_us) / 1e6;
  if (!(seconds > 0) || after.status.uptime_ms < before.status.uptime_ms) return null;
  const rate = name => {
    const to = after.counters[name];
    return to === undefined ? undefined : (to - before.counters[name]) / seconds;
  };
  const part = name => difference(before.histograms[name], after.histograms[name]);
  const requests = part('request_us');
  const syncs = part('sync_us');
  const turns = part('turn_us');
  const commits = part('commit_us');
  return {
    requests: rate('requests'),
    refused: rate('refused'),
    failed: rate('failed'),
    writes: rate('writes'),
    reads: rate('reads'),
    bytesIn: rate('bytes_in'),
    bytesOut: rate('bytes_out'),
    cpu: rate('cpu_us') / 1e6,
    commits: (after.status.commit - before.status.commit) / seconds,
    p50: percentile(requests, 0.5),
    p99: percentile(requests, 0.99),
    commit99: percentile(commits, 0.99),
    syncs: syncs && total(syncs) / seconds,
    sync99: percentile(syncs, 0.99),
    batch: mean(part('batch_entries')),
    turn99: percentile(turns, 0.99),
    turnBusy: turns && Math.min(1, turns.sum / 1e6 / seconds),
    held: after.status.http.bodies_bytes + after.status.http.unsent_bytes,
    unsaved: after.levels.unsaved_bytes,
  };
}

/** What is usual of the last ten: one slow second is none of a slow disk. */
export function lately(rates) {
  const last = rates.slice(-10);
  const middle = name => {
    const all = last
      .map(x => x[name])
      .filter(x => x !== undefined)
      .sort((a, b) => a - b);
    return all[Math.floor(all.length / 2)];
  };
  return { sync99: middle('sync99'), failed: middle('failed') };
}

function difference(before, after) {
  if (!before || !after) return undefined;
  return {
    bounds: after.bounds,
    counts: after.counts.map((x, i) => x - before.counts[i]),
    sum: after.sum - before.sum,
  };
}

const total = of => of.counts.reduce((sum, x) => sum + x, 0);

function mean(of) {
  const n = of ? total(of) : 0;
  return n > 0 ? of.sum / n : undefined;
}

/** By its bucket, and within it as if all were spread evenly; undefined where there was nothing. */
export function percentile(of, q) {
  if (!of) return undefined;
  const all = total(of);
  if (all <= 0) return undefined;
  const wanted = q * all;
  let seen = 0;
  for (const [i, n] of of.counts.entries()) {
    if (n > 0 && seen + n >= wanted) {
      const low = i === 0 ? 0 : of.bounds[i - 1];
      // Beyond the last bound nothing is known but that.
      const high = i < of.bounds.length ? of.bounds[i] : low;
      return low + (high - low) * ((wanted - seen) / n);
    }
    seen += n;
  }
  return of.bounds.at(-1);
}
