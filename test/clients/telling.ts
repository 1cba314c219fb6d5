// How a story tells run.py what it does; see story.py.
import { createInterface } from 'node:readline';

export const told = JSON.parse(process.argv[2]!) as { nodes: string[]; writers: number };

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export function tell(word: 'ack' | 'report' | 'do', what: unknown): void {
  process.stdout.write(`${word} ${JSON.stringify(what)}\n`);
}
/** Has something done, and tells what came of it. */
export async function order<T = null>(what: string, more: object = {}): Promise<T> {
  tell('do', { what, ...more });
  return JSON.parse((await lines.next()).value as string) as T;
}
/** Until run.py wants it to end. */
export async function stopped(): Promise<void> {
  while (!(await lines.next()).done);
}
