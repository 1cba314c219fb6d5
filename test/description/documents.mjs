// What two validators say about a description.
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';

export async function complaintsAbout(api) {
  const made = [];
  const { valid, errors } = await new Validator().validate(structuredClone(api));
  if (!valid) made.push(`openapi-schema-validator: ${JSON.stringify(errors).slice(0, 500)}`);
  const config = await createConfig({ extends: ['recommended'] });
  const found = await lintFromString({
    source: JSON.stringify(api),
    absoluteRef: '/openapi.json',
    config,
  });
  for (const each of found)
    made.push(`redocly: ${each.ruleId}: ${each.message} ${each.location[0]?.pointer ?? ''}`);
  return made;
}
