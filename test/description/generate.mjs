// Makes clients of a description with three generators, below `folder`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createClient } from '@hey-api/openapi-ts';
import openapiTS, { astToString } from 'openapi-typescript';
import { generateApi } from 'swagger-typescript-api';

export async function generate(api, folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(api));
  writeFileSync(join(folder, 'types.ts'), astToString(await openapiTS(structuredClone(api))));
  await createClient({
    input: file,
    output: { path: join(folder, 'hey') },
    plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
    logs: { level: 'silent' },
  });
  await generateApi({
    input: file,
    output: resolve(folder),
    name: 'swagger.ts',
    silent: true,
    extractEnums: false,
  });
}
