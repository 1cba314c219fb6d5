// Searches the site of the documentation, with its own script: node search.mjs FOLDER
import {readFileSync} from "node:fs";
import {pathToFileURL} from "node:url";

const folder = process.argv[2];
const {default: index} = await import(pathToFileURL(folder + "/search.mjs"));
const nothing = {addEventListener() {}};
const search = new Function("document", readFileSync(folder + "/site.js", "utf8") + "\nreturn search;")(
  {getElementById: () => nothing, querySelectorAll: () => [], ...nothing});

function expect(asked, page) {
  const found = search(index, asked).map(([name]) => name);
  if (!found.slice(0, 5).includes(page)) throw new Error(`'${asked}' finds ${found}, and not ${page}`);
}
expect("idempotency-key", "http");
expect("primary_key", "models");
expect("election time", "settings");
expect("--rate-limit", "settings");
expect("quota_exceeded", "errors");
expect("merge", "models");
if (search(index, "xyzzy").length !== 0 || search(index, "").length !== 0) throw new Error("it finds what is not there");
