// JSON that loses nothing: integers have 64 bits here, amounts have digits, and what a json field
// holds keeps the order of its members. What JavaScript's numbers can't hold stays as it is written.

/** A number as it was written. */
export class Digits {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
  toJSON() {
    return this.text;
  }
}

// Objects and lists, each with the text that it was made of.
const sources = new WeakMap();

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  blanks() {
    while (' \t\n\r'.includes(this.text[this.at]) && this.at < this.text.length) this.at++;
  }

  fail() {
    throw new SyntaxError(`This is not JSON: something is wrong at character ${this.at + 1}.`);
  }

  take(mark) {
    this.blanks();
    if (this.text[this.at] !== mark) this.fail();
    this.at++;
  }

  // Whether this comes next, which is taken then.
  comes(mark) {
    this.blanks();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  value(depth = 0) {
    this.blanks();
    const begin = this.at;
    const first = this.text[begin];
    if (depth > 200) this.fail();
    if (first === '{' || first === '[') {
      const made = first === '{' ? this.members(depth) : this.elements(depth);
      sources.set(made, this.text.slice(begin, this.at));
      return made;
    }
    if (first === '"') return this.string();
    return this.word();
  }

  members(depth) {
    const made = {};
    this.take('{');
    if (this.comes('}')) return made;
    do {
      this.blanks();
      const name = this.string();
      this.take(':');
      const value = this.value(depth + 1);
      Object.defineProperty(made, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } while (this.comes(','));
    this.take('}');
    return made;
  }

  elements(depth) {
    const made = [];
    this.take('[');
    if (this.comes(']')) return made;
    do made.push(this.value(depth + 1));
    while (this.comes(','));
    this.take(']');
    return made;
  }

  string() {
    const pattern = /"(?:[^"\\]|\\.)*"/sy;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) this.fail();
    const made = JSON.parse(found[0]);
    this.at = pattern.lastIndex;
    return made;
  }

  word() {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) this.fail();
    this.at = pattern.lastIndex;
    const text = found[0];
    const simple = JSON.parse(text);
    return typeof simple !== 'number' || String(simple) === text ? simple : new Digits(text);
  }
}

/** Throws SyntaxError, whose message says where. */
export function parse(text) {
  const reader = new Reader(text);
  const made = reader.value();
  reader.blanks();
  if (reader.at < text.length) reader.fail();
  return made;
}

/** What `parse` made, as it was written; anything else as JSON. */
export function stringify(value) {
  if (value instanceof Digits) return value.text;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const source = sources.get(value);
  if (source !== undefined) return source;
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
  const members = Object.entries(value).filter(([, x]) => x !== undefined);
  return `{${members.map(([name, x]) => `${JSON.stringify(name)}:${stringify(x)}`).join(',')}}`;
}

/** Text of a JSON value for people, with lines and blanks. */
export function pretty(text) {
  let out = '';
  let depth = 0;
  const line = () => `\n${'  '.repeat(depth)}`;
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gs) ?? [];
  for (const [i, token] of tokens.entries()) {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    const before = tokens[i - 1];
    if (closes) {
      depth--;
      if (before !== '{' && before !== '[') out += line();
    } else if (before === '{' || before === '[') {
      out += line();
    }
    out += token;
    if (opens) depth++;
    if (token === ',') out += line();
    if (token === ':') out += ' ';
  }
  return out;
}
