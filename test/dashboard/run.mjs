// run.mjs LITHAIR_NODE: each case is a sentence that is true of the dashboard; they share the nodes that they begin with.
import { cases as ofCluster } from './cluster_cases.mjs';
import { cases as ofExplained } from './explain_cases.mjs';
import { cases as ofItems } from './item_cases.mjs';
import { cases as ofTokens } from './token_cases.mjs';
import { cases as ofWords } from './word_cases.mjs';

const [binary, repository] = process.argv.slice(2);
const only = process.env.LITHAIR_CASES ? new RegExp(process.env.LITHAIR_CASES) : /./;
let failed = 0;
let run = 0;

for (const group of [ofWords, ofItems, ofExplained, ofCluster, ofTokens]) {
  const all = group.all.filter(([name]) => only.test(name));
  if (all.length === 0) continue;
  const site = await group.begin?.({ binary, repository });
  try {
    for (const [name, what] of all) {
      ++run;
      const began = Date.now();
      try {
        await what(site);
        console.log(`good  ${name} (${Date.now() - began} ms)`);
      } catch (why) {
        ++failed;
        console.log(
          `BAD   ${name}\n${String(why?.stack ?? why)
            .split('\n')
            .slice(0, 24)
            .join('\n')
            .replace(/^/gm, '        ')}`,
        );
      }
    }
  } finally {
    await group.end?.(site);
  }
}
if (run === 0) {
  console.log('BAD   no case was run');
  ++failed;
}
process.exit(failed > 0 ? 1 : 0);
