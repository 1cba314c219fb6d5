#include <string_view>

#include "http/openapi.hpp"

namespace lithair::http {

std::string_view api_html() {
  return R"html(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  :root { color-scheme: light dark }
  code, pre { font: 14px/1.4 ui-monospace, monospace; }
  pre { overflow: auto; padding: .75rem; background: #8881; border-radius: .5rem; }
  summary { cursor: pointer; padding: .25rem 0; }
  .verb { display: inline-block; width: 4.5rem; font-weight: 600; text-transform: uppercase; }
</style>
<h1>API</h1>
<p>The same as <a href="/openapi.json">openapi.json</a>, for people. What it all means: <a href="/docs">the documentation</a>.</p>
<main>Loading ...</main>
<script>
  const make = (name, text, ...children) => {
    const node = document.createElement(name);
    node.textContent = text;
    node.append(...children);
    return node;
  };
  const resolve = (api, x) => x && x.$ref ? x.$ref.split("/").slice(1).reduce((at, name) => at[name], api) : x;
  const show = (api, label, content) => {
    const [type, media] = Object.entries(content || {})[0] || [];
    if (!type) return [];
    const schema = resolve(api, media.schema);
    return [make("p", `${label} (${type})`), make("pre", JSON.stringify(schema, null, 2))];
  };
  const operation = (api, path, verb, op) => {
    const head = make("summary", "");
    const label = make("span", verb);
    label.className = "verb";
    head.append(label, make("code", path), ` ${op.summary}`);
    const parts = [head];
    const parameters = (op.parameters || []).map(p => resolve(api, p)).map(p => `${p.name}: ${p.description}`);
    if (parameters.length) parts.push(make("pre", parameters.join("\n")));
    if (op.requestBody) parts.push(...show(api, "Body", resolve(api, op.requestBody).content));
    for (const [status, answer] of Object.entries(op.responses))
      if (status !== "default") parts.push(...show(api, `Answer ${status}`, resolve(api, answer).content));
    return make("details", "", ...parts);
  };
  fetch("/openapi.json").then(r => r.json()).then(api => {
    const main = document.querySelector("main");
    main.textContent = "";
    const groups = {};
    for (const [path, item] of Object.entries(api.paths))
      for (const verb of ["get", "post", "put", "patch", "delete"])
        if (item[verb]) (groups[item[verb].tags[0]] ||= []).push(operation(api, path, verb, item[verb]));
    for (const [tag, list] of Object.entries(groups)) main.append(make("h2", tag), ...list);
  }).catch(e => { document.querySelector("main").textContent = `Cannot load the description: ${e}`; });
</script>
</html>
)html";
}

}  // namespace lithair::http
