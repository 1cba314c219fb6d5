// generate.mjs DESCRIPTION: writes src/types.ts and src/models.ts of the description of a node.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const api = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const note = '// Made by apps/clients/generate; to be made again when the models change.\n';

// Names that are free: none of the client's own, nor one of two models that would be called alike.
function free(made, taken, endings = ['']) {
  while (endings.some(each => taken.has(made + each))) made += '_';
  for (const each of endings) taken.add(made + each);
  return made;
}
const members = new Set(['api', 'collection', 'constructor', 'forgetIndex', 'index', 'known']);
for (const each of ['pass', 'projections', 'transaction', 'transport']) members.add(each);
const camel = name => name.replace(/-+(.)?/g, (_, letter) => (letter ?? '').toUpperCase());

const types = new Set(['Client', 'Exclude', 'NonNullable', 'Omit', 'Query', 'Record', 'Schemas']);
for (const file of readdirSync('src'))
  for (const [, name] of readFileSync(`src/${file}`, 'utf8').matchAll(/^export \w+ (\w+)/gm))
    types.add(name);
// Those of a model begin with its name, and end so.
function type(name, endings) {
  const made = name.replace(/(?:^|[-_]+)(.)/g, (_, letter) => letter.toUpperCase());
  return free(made, types, endings);
}

// In the order of their names, so that those which are alike are told apart the same each time.
const collections = api.tags
  .filter(tag => tag['x-collection'] !== undefined)
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(({ name, 'x-collection': facts }) => ({
    name,
    of: type(name, ['', 'Model']),
    member: free(camel(name), members),
    facts: { name, path: facts.path, key: facts.key, local: facts.local },
  }));
if (collections.length === 0) {
  console.error(
    'generate: the description tells of no collection; is it that of a node with models?',
  );
  process.exit(1);
}
const tables = new Set();
const projections = Object.entries(api.paths)
  .filter(([path]) => path.startsWith('/api/projections/'))
  .map(([path, { get }]) => {
    const name = path.split('/').at(-1);
    // What a program's own projection tells only the program knows.
    const row = get.operationId in api.components.schemas ? type(`${name}_row`, ['']) : undefined;
    return { name, row, member: free(camel(name), tables) };
  });

const words = [];
const say = (...lines) => words.push(...lines);
say(
  note + "import { LithairClient, Projection } from './client.js';",
  "import type { Filter } from './model.js';",
  "import type { ClientOptions } from './options.js';",
  "import type { components, operations, paths } from './types.js';",
  '',
  "type Schemas = components['schemas'];",
  'type Query<Name extends keyof operations> = operations[Name] extends {',
  '  parameters: { query?: infer Q };',
  '}',
  '  ? NonNullable<Q>',
  '  : never;',
  '',
);
for (const { name, of } of collections)
  say(
    `export type ${of} = Schemas['${name}'];`,
    `export interface ${of}Model {`,
    `  item: ${of};`,
    ...['selected', 'create', 'replace', 'patch'].map(
      each => `  ${each}: Schemas['${name}.${each}'];`,
    ),
    `  key: Schemas['${name}.found']['id'];`,
    `  where: { [Field in Exclude<keyof Query<'${name}.count'>, 'consistency'>]?: Filter };`,
    `  list: Omit<Query<'${name}.list'>, keyof Query<'${name}.count'> | 'fields' | 'explain'>;`,
    '}',
    '',
  );
for (const { name, row } of projections.filter(each => each.row))
  say(`export type ${row} = Schemas['projections.${name}']['data'][number];`);
say(
  '',
  'const facts = [',
  ...collections.map(({ facts }) => `  ${JSON.stringify(facts)},`),
  '];',
  '',
  'export class Client extends LithairClient<paths> {',
  ...collections.map(
    ({ name, of, member }) => `  readonly ${member} = this.collection<${of}Model>('${name}');`,
  ),
  '  readonly projections = {',
  ...projections.map(({ name, row, member }) => {
    const made = `new Projection<${row ?? 'Record<string, unknown>'}>(this.transport, '${name}')`;
    return `    ${member}: ${made},`;
  }),
  '  };',
  '',
  '  constructor(options: ClientOptions) {',
  '    super(options, facts);',
  '  }',
  '}',
);
writeFileSync('src/models.ts', words.join('\n') + '\n');
writeFileSync('src/types.ts', note + astToString(await openapiTS(api)));
