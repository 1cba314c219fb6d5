// Holds exchanges to what a description says: every answer, and every request that was taken.
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

// What every answer may have, whatever it is.
const usualHeaders = new Set([
  'date',
  'content-length',
  'content-type',
  'connection',
  'transfer-encoding',
]);

const pointer = parts =>
  parts.map(x => encodeURIComponent(x.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
const essence = type => type.split(';')[0].trim().toLowerCase();

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export class Description {
  constructor(api) {
    this.api = api;
    this.ajv = new Ajv2020.default({ strict: false, allErrors: false });
    addFormats.default(this.ajv);
    this.ajv.addSchema({ ...api, $id: 'api' });
    this.validators = new Map();
    // Fixed segments count more than parameters.
    this.templates = Object.keys(api.paths)
      .map(path => ({ path, parts: path.split('/').slice(1) }))
      .sort((a, b) => (a.path.match(/{/g) ?? []).length - (b.path.match(/{/g) ?? []).length);
  }

  // The description's own word behind a $ref, with the place where it stands.
  resolve(parts) {
    let value = this.api;
    for (const each of parts) value = value?.[each];
    if (value?.$ref === undefined) return { value, parts };
    return this.resolve(
      value.$ref
        .slice(2)
        .split('/')
        .map(x => x.replaceAll('~1', '/').replaceAll('~0', '~')),
    );
  }

  // Why the value does not fit the schema at this place; empty when it does.
  misfit(parts, value) {
    const key = parts.join('\n');
    if (!this.validators.has(key))
      this.validators.set(key, this.ajv.compile({ $ref: `api#/${pointer(parts)}` }));
    const validate = this.validators.get(key);
    return validate(value) ? '' : this.ajv.errorsText(validate.errors);
  }

  find(path) {
    const segments = path.split('/').slice(1).map(decoded);
    if (segments.includes(undefined)) return undefined;
    const fits = ({ parts }) =>
      parts.length === segments.length &&
      parts.every(
        (each, i) => each === segments[i] || (each.startsWith('{') && segments[i] !== ''),
      );
    return this.templates.find(fits)?.path;
  }

  // All complaints about one exchange.
  judge({ method, target, headers, body, status, answerHeaders, answer }) {
    // In absolute form (RFC 9112 3.2.2) it is the same resource.
    const [path, query = ''] = target.replace(/^https?:\/\/[^/?]*/, '').split('?', 2);
    const at = this.find(path);
    const wrong = [];
    const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
    if (method === 'OPTIONS')
      return status === 204 && answerHeaders.allow ? [] : [`OPTIONS answers ${status}`];
    const item = at === undefined ? {} : this.api.paths[at];
    const operation = item[verb];
    if (operation === undefined)
      return this.judgeRefusal(at, item, status, answerHeaders, answer, method);

    const place = ['paths', at, verb];
    const said = this.resolve([...place, 'responses', String(status)]);
    if (said.value === undefined) return [`the status ${status} is not declared`];
    wrong.push(...this.judgeHeaders(said, answerHeaders));
    if (method !== 'HEAD') wrong.push(...this.judgeAnswer(said, answerHeaders, answer, query));
    if (status < 400) wrong.push(...this.judgeRequest(place, operation, query, headers, body));
    if (status === 415 && this.takesMedia(operation, headers) && !headers['content-encoding'])
      wrong.push('a media type is refused that is declared');
    return wrong;
  }

  // What is at no path, or not with this method.
  judgeRefusal(at, item, status, answerHeaders, answer, method) {
    if (status < 400) return ['it is answered, and not declared'];
    const wrong = [];
    if (at !== undefined && status === 405) {
      const allowed = Object.keys(item)
        .filter(x => x !== 'parameters')
        .map(x => x.toUpperCase());
      if (allowed.includes('GET')) allowed.push('HEAD');
      const told = (answerHeaders.allow ?? '').split(', ').filter(x => x !== 'OPTIONS');
      if (allowed.sort().join() !== told.sort().join())
        wrong.push(`Allow is ${told}, declared are ${allowed}`);
    }
    if (method !== 'HEAD' && answer.length > 0) {
      const misfit = this.misfit(
        ['components', 'schemas', 'lithair.problem'],
        JSON.parse(answer.toString()),
      );
      if (misfit) wrong.push(misfit);
    }
    return wrong;
  }

  judgeHeaders(said, answerHeaders) {
    const declared = said.value.headers ?? {};
    const wrong = [];
    for (const name of Object.keys(declared)) {
      const value = answerHeaders[name.toLowerCase()];
      const header = this.resolve([...said.parts, 'headers', name]);
      if (value === undefined && header.value.required)
        wrong.push(`the header ${name} is not there`);
      if (value === undefined) continue;
      const isNumber = header.value.schema.type === 'integer';
      const misfit = this.misfit([...header.parts, 'schema'], isNumber ? Number(value) : value);
      if (misfit) wrong.push(`the header ${name} is ${value}: ${misfit}`);
    }
    const known = new Set(Object.keys(declared).map(x => x.toLowerCase()));
    for (const name of Object.keys(answerHeaders))
      if (!known.has(name) && !usualHeaders.has(name))
        wrong.push(`the header ${name} is not declared`);
    return wrong;
  }

  judgeAnswer(said, answerHeaders, answer, query) {
    if (said.value.content === undefined)
      return answer.length === 0 ? [] : ['a body is there, and not declared'];
    const type = essence(answerHeaders['content-type'] ?? '');
    if (said.value.content[type] === undefined) return [`the media type ${type} is not declared`];
    if (!type.endsWith('json')) return [];
    // Of some items it tells the keys alone, as the header says (RFC 7240).
    if (answerHeaders['preference-applied'] === 'return=minimal') return [];
    let place = [...said.parts, 'content', type, 'schema'];
    const parameters = new URLSearchParams(query);
    // An answer with some fields only is another one, which may be had by asking for it.
    if (
      said.value.content[type].schema.anyOf &&
      !parameters.has('fields') &&
      !parameters.has('as_of')
    )
      place = [...place, 'anyOf', '0'];
    const misfit = this.misfit(place, JSON.parse(answer.toString()));
    return misfit ? [`${misfit}: ${answer.toString().slice(0, 300)}`] : [];
  }

  takesMedia(operation, headers) {
    const type = essence(headers['content-type'] ?? '');
    return Object.keys(operation.requestBody?.content ?? {}).includes(type);
  }

  // What was taken must be what the description says is taken.
  judgeRequest(place, operation, query, headers, body) {
    const wrong = [];
    const declared = operation.parameters ?? [];
    const parameters = new URLSearchParams(query);
    for (const [name, text] of parameters) {
      const i = declared.findIndex(x => x.in === 'query' && x.name === name);
      if (i >= 0)
        wrong.push(
          ...this.judgeText([...place, 'parameters', String(i), 'schema'], declared[i], text),
        );
      else if (!operation['x-other-parameters'])
        wrong.push(`the parameter ${name} is taken, and not declared`);
    }
    declared.forEach((each, i) => {
      const text = headers[each.name.toLowerCase()];
      if (each.in === 'header' && text !== undefined)
        wrong.push(...this.judgeText([...place, 'parameters', String(i), 'schema'], each, text));
    });
    if (operation.requestBody === undefined) return wrong;
    let type = essence(headers['content-type'] ?? '');
    // The one thing that only words say: any type with this suffix is JSON.
    if (!this.takesMedia(operation, headers) && type.endsWith('+json')) type = 'application/json';
    if (operation.requestBody.content[type] === undefined)
      return [...wrong, `the media type ${type} is taken, and not declared`];
    if (!type.endsWith('json')) return wrong;
    const misfit = this.misfit(
      [...place, 'requestBody', 'content', type, 'schema'],
      JSON.parse(body.toString()),
    );
    if (misfit)
      wrong.push(
        `a body is taken that is declared to be wrong: ${misfit}: ${body.toString().slice(0, 300)}`,
      );
    return wrong;
  }

  judgeText(place, parameter, text) {
    const { type } = parameter.schema;
    const value = type === 'integer' ? Number(text) : type === 'boolean' ? text === 'true' : text;
    const misfit = this.misfit(place, value);
    return misfit
      ? [`${parameter.name}=${text} is taken, and declared to be wrong: ${misfit}`]
      : [];
  }
}
