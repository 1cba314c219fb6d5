// Reads what tests wrote down (test/http/recorder.hpp) and judges each exchange.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Description } from './judge.mjs';

// Headers as they were sent; lines of one name are one list.
function headersOf(text) {
  const made = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    made[name] = made[name] === undefined ? value : `${made[name]},${value}`;
  }
  return made;
}

export async function judgeExchanges(file) {
  const descriptions = new Map();
  const complaints = [];
  const seen = new Map();
  let count = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    const told = JSON.parse(line);
    if (told.api !== undefined) {
      descriptions.set(told.document, new Description(told.api));
      continue;
    }
    ++count;
    const bytes = text => Buffer.from(text, 'base64');
    const exchange = {
      method: told.method,
      target: told.target,
      headers: headersOf(bytes(told.headers).toString('latin1')),
      body: bytes(told.body),
      status: told.status,
      answerHeaders: told.answer_headers,
      answer: bytes(told.answer),
    };
    for (const each of descriptions.get(told.document).judge(exchange))
      complaints.push(`${told.method} ${told.target} ${told.status}: ${each}`);
    seen.set(told.status, (seen.get(told.status) ?? 0) + 1);
  }
  return { count, complaints, seen, apis: [...descriptions.values()].map(x => x.api) };
}
