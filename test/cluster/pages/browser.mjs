// As much of a browser as the pages of the examples ask for: elements by their ids, text, clicks. What they fetch is
// fetched, from real nodes.
import {readFileSync} from "node:fs";
import {webcrypto} from "node:crypto";

globalThis.crypto ??= webcrypto;

class Element {
  constructor(name) {
    Object.assign(this, {name, children: [], own: "", value: "", hidden: false, attributes: {}});
  }
  get textContent() { return this.own + this.children.map(x => x.textContent).join(" "); }
  set textContent(text) {
    this.children = [];
    this.own = String(text);
  }
  append(...more) { this.children.push(...more.map(x => x instanceof Element ? x : text_of(x))); }
  replaceChildren(...those) {
    this.textContent = "";
    this.append(...those);
  }
  setAttribute(name, text) { this.attributes[name] = String(text); }
  /// All below it, itself among them.
  all() { return [this, ...this.children.flatMap(x => x.all())]; }
}
function text_of(text) {
  const made = new Element("#text");
  made.own = String(text);
  return made;
}

/// Follows a stream as browsers do, until it is closed or ends.
globalThis.EventSource ??= class {
  constructor(url) {
    this.told = {};
    this.control = new AbortController();
    this.run(url).catch(() => {});
  }
  addEventListener(type, listener) { this.told[type] = listener; }
  close() { this.control.abort(); }
  async run(url) {
    const answer = await fetch(url, {signal: this.control.signal});
    let text = "";
    for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
      const events = (text += part).split("\n\n");
      text = events.pop();
      for (const each of events) {
        const field = name => each.match(new RegExp(`^${name}: (.*)$`, "m"))?.[1];
        if (field("data")) this.told[field("event")]?.({data: field("data")});
      }
    }
  }
};

/// Opens a page at a node: what it shows and how to use it.
export function open(file, node, entered = {}) {
  const html = readFileSync(file, "utf8");
  const elements = new Map();
  for (const [tag, id] of html.matchAll(/<[^>]*\bid="([^"]*)"[^>]*>/g)) {
    const made = new Element(tag.match(/^<(\w+)/)[1]);
    made.hidden = /\bhidden\b/.test(tag);
    made.value = tag.match(/\bvalue="([^"]*)"/)?.[1] ?? "";
    elements.set(id, made);
  }
  const document = {
    getElementById: id => elements.get(id) ?? null,
    createElement: name => new Element(name),
    createElementNS: (_, name) => new Element(name),
  };
  elements.get("node").value = node;
  for (const [id, value] of Object.entries(entered)) elements.get(id).value = value;
  const script = html.match(/<script>([^]*)<\/script>/)[1];
  new Function("document", script)(document);
  const page = {
    at: id => elements.get(id),
    shows: id => elements.get(id).textContent,
    click(text, within) {
      const found = [...(within ? [elements.get(within)] : elements.values())].flatMap(x => x.all())
        .find(x => x.onclick && x.textContent === text);
      if (!found) throw new Error(`there is no button '${text}'`);
      return found.onclick({preventDefault() {}});
    },
  };
  return page;
}

/// Waits until it holds; at most 60 s.
export async function until(what, holds) {
  for (const end = Date.now() + 60_000; !holds();) {
    if (Date.now() > end) throw new Error("waited in vain: " + what);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
