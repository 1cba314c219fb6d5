// Whether the judge would notice: a small description, an exchange that fits, and drifts that don't.
import { Description } from './judge.mjs';

const text = { type: 'string' };
const problem = {
  type: 'object',
  properties: { status: { type: 'integer' } },
  required: ['status'],
  additionalProperties: false,
};
const api = {
  paths: {
    '/things/{id}': {
      get: {
        parameters: [{ name: 'take', in: 'query', schema: { type: 'integer', minimum: 1 } }],
        responses: {
          200: {
            headers: { ETag: { required: true, schema: text } },
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['id'],
                  additionalProperties: false,
                  properties: { id: text },
                },
              },
            },
          },
        },
      },
      patch: {
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { id: text } } } },
        },
        responses: {
          200: {},
          415: {
            content: {
              'application/problem+json': {
                schema: { $ref: '#/components/schemas/lithair.problem' },
              },
            },
          },
        },
      },
    },
  },
  components: { schemas: { 'lithair.problem': problem } },
};

const good = {
  method: 'GET',
  target: '/things/7?take=1',
  headers: {},
  body: Buffer.from(''),
  status: 200,
  answerHeaders: { etag: '"7"', 'content-type': 'application/json' },
  answer: Buffer.from('{"id":"7"}'),
};
const patch = {
  ...good,
  method: 'PATCH',
  target: '/things/7',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"id":"7"}'),
  answerHeaders: {},
  answer: Buffer.from(''),
};
const refusal = {
  ...patch,
  status: 415,
  answerHeaders: { 'content-type': 'application/problem+json' },
  answer: Buffer.from('{"status":415}'),
};

const drifts = {
  'an undeclared status': { ...good, status: 206 },
  'a missing header': { ...good, answerHeaders: { 'content-type': 'application/json' } },
  'an undeclared header': { ...good, answerHeaders: { ...good.answerHeaders, 'x-new': '1' } },
  'another media type': {
    ...good,
    answerHeaders: { ...good.answerHeaders, 'content-type': 'text/html' },
  },
  'a body that does not fit': { ...good, answer: Buffer.from('{"id":7}') },
  'a member that nobody declared': { ...good, answer: Buffer.from('{"id":"7","more":1}') },
  'an undeclared parameter': { ...good, target: '/things/7?skip=1' },
  'a parameter beyond its bounds': { ...good, target: '/things/7?take=0' },
  'an undeclared path': { ...good, target: '/others/7' },
  'an undeclared method': { ...good, method: 'PUT' },
  'an undeclared body of a request': { ...patch, body: Buffer.from('{"id":7}') },
  'a declared media type that is refused': refusal,
  'a wrong Allow': {
    ...good,
    method: 'PUT',
    status: 405,
    answerHeaders: { allow: 'GET, HEAD, OPTIONS' },
    answer: Buffer.from('{"status":405}'),
  },
};

// What the judge overlooks, or what it makes up.
export function planted() {
  const judge = new Description(api);
  const made = [...judge.judge(good), ...judge.judge(patch)].map(
    each => `what is good is refused: ${each}`,
  );
  for (const [name, drift] of Object.entries(drifts))
    if (judge.judge(drift).length === 0) made.push(`${name} is overlooked`);
  return made;
}
