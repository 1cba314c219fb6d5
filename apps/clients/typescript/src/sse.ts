// Server-Sent Events (WHATWG HTML §9.2.6), as far as nodes send them.

export interface Message {
  /** Behind which to go on; said once a block, whether it has data or not. */
  id?: string;
  event: string;
  /** None: a comment, or a place alone. */
  data?: string;
}

/** Takes text as it comes, and gives whole blocks. */
export class MessageReader {
  private rest = '';
  private block: Message = { event: 'message' };

  *read(text: string): Generator<Message> {
    this.rest += text;
    let begin = 0;
    for (let end = this.rest.indexOf('\n'); end >= 0; end = this.rest.indexOf('\n', begin)) {
      const line = this.rest.slice(begin, this.rest[end - 1] === '\r' ? end - 1 : end);
      begin = end + 1;
      if (line !== '') {
        this.take(line);
        continue;
      }
      const whole = this.block;
      this.block = { event: 'message' };
      if (whole.id !== undefined || whole.data !== undefined) yield whole;
    }
    this.rest = this.rest.slice(begin);
  }

  private take(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'id') this.block.id = value;
    else if (name === 'event') this.block.event = value;
    else if (name === 'data')
      this.block.data = this.block.data === undefined ? value : `${this.block.data}\n${value}`;
  }
}

/** The pieces of a body; throws when none comes for `silence` ms, or when it breaks off. */
export async function* textOfBody(
  body: ReadableStream<Uint8Array>,
  silence: number,
  close: () => void,
): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const timer = setTimeout(close, silence);
    let some;
    try {
      some = await reader.read();
    } finally {
      clearTimeout(timer);
    }
    if (some.done) return;
    yield decoder.decode(some.value, { stream: true });
  }
}
