// generate.mjs DESCRIPTION: writes src/types.ts and src/models.ts of the description of a node.
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const api = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const note = '// Made by apps/clients/generate; to be made again when the models change.\n';

// What the client itself calls so.
const taken = new Set([
  'api',
  'collection',
  'constructor',
  'forgetIndex',
  'index',
  'transaction',
  'transport',
]);
function member(name) {
  const made = name.replace(/-+(.)?/g, (_, letter) => (letter ?? '').toUpperCase());
  return taken.has(made) ? `${made}_` : made;
}
function type(name) {
  return name.replace(/(?:^|[-_]+)(.)/g, (_, letter) => letter.toUpperCase());
}

const collections = api.tags
  .filter(tag => tag['x-collection'] !== undefined)
  .map(tag => ({ name: tag.name, ...tag['x-collection'] }));
if (collections.length === 0) {
  console.error(
    'generate: the description tells of no collection; is it that of a node with models?',
  );
  process.exit(1);
}
const projections = Object.entries(api.paths)
  .filter(([path]) => path.startsWith('/api/projections/'))
  .map(([path, { get }]) => ({
    name: path.split('/').at(-1),
    // What a program's own projection tells only the program knows.
    typed: get.operationId in api.components.schemas,
  }));

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
for (const { name } of collections)
  say(
    `export type ${type(name)} = Schemas['${name}'];`,
    `export interface ${type(name)}Model {`,
    `  item: ${type(name)};`,
    ...['selected', 'create', 'replace', 'patch'].map(
      each => `  ${each}: Schemas['${name}.${each}'];`,
    ),
    `  key: Schemas['${name}.found']['id'];`,
    `  where: { [Field in Exclude<keyof Query<'${name}.count'>, 'consistency'>]?: Filter };`,
    `  list: Omit<Query<'${name}.list'>, keyof Query<'${name}.count'> | 'fields' | 'explain'>;`,
    '}',
    '',
  );
for (const { name, typed } of projections.filter(each => each.typed))
  say(`export type ${type(name)}Row = Schemas['projections.${name}']['data'][number];`);
say(
  '',
  'const facts = [',
  ...collections.map(
    ({ name, path, key, local }) => `  ${JSON.stringify({ name, path, key, local })},`,
  ),
  '];',
  '',
  'export class Client extends LithairClient<paths> {',
  ...collections.map(
    ({ name }) => `  readonly ${member(name)} = this.collection<${type(name)}Model>('${name}');`,
  ),
  '  readonly projections = {',
  ...projections.map(({ name, typed }) => {
    const row = typed ? `${type(name)}Row` : 'Record<string, unknown>';
    return `    ${member(name)}: new Projection<${row}>(this.transport, '${name}'),`;
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
