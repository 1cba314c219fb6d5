// For Node alone: a `fetch` that knows TLS files, which the global one can't be told.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { Fetch } from './options.js';

/** In PEM. */
export interface TlsOptions {
  /** The authority of the nodes' certificates. */
  ca?: string | Buffer;
  /** The client's own certificate and key, where nodes ask for one. */
  cert?: string | Buffer;
  key?: string | Buffer;
}

export function nodeFetch(tls: TlsOptions = {}): Fetch {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({ keepAlive: true, ...tls });
  return (input, init) =>
    new Promise((done, fail) => {
      const { protocol } = new URL(input);
      const ask = protocol === 'https:' ? httpsRequest : httpRequest;
      const headers = { ...(init.headers as Record<string, string>) };
      const body = init.body as string | ArrayBuffer | undefined;
      const sent = body instanceof ArrayBuffer ? Buffer.from(body) : body;
      const out = ask(
        input,
        {
          method: init.method,
          headers,
          agent: protocol === 'https:' ? secure : plain,
          signal: init.signal ?? undefined,
        },
        answer => {
          const seen = new Headers();
          for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2)
            seen.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!);
          const status = answer.statusCode!;
          const empty = status === 204 || status === 304;
          if (empty) answer.resume();
          const stream = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
          done(new Response(stream, { status, headers: seen }));
        },
      );
      out.on('error', fail);
      out.end(sent);
    });
}
