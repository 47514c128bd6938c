/**
 * Damages stores, one after the other, and judges each: LMDB may end the process. Started by
 * damage-run.ts, with a folder, the first seed, how many, and of how many one is also given to the
 * real command.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../random.js';
import { damageAtRandom } from './damages.js';
import { judgeCommand } from './judge-command.js';
import { judgeStore, type Verdict } from './judge-store.js';
import { makeKnownStore, writeFiles } from './known-store.js';

const [parent = '', first = '', count = '', every = ''] = process.argv.slice(2);
const folder = await mkdtemp(join(parent, 'judge-'));
const known = await makeKnownStore(folder);
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const files = new Map([...known.files].map(([name, bytes]) => [name, Buffer.from(bytes)]));
  const what = damageAtRandom(files, new Random(seed));
  console.log(JSON.stringify({ seed, what }));
  const isForCommand = seed % Number(every) === 0;
  const judges = isForCommand ? [judgeStore, judgeCommand] : [judgeStore];
  const verdicts: Verdict[] = [];
  for (const judge of judges) {
    const dir = join(folder, 'damaged');
    writeFiles(dir, files);
    verdicts.push(await judge(dir, files, known));
    await rm(dir, { recursive: true });
  }
  const [opened, started = opened] = verdicts;
  const agree = opened?.outcome === started?.outcome;
  const verdict = agree || started?.outcome === 'wrong' ? started : { ...opened, outcome: 'wrong' };
  console.log(JSON.stringify({ seed, what, ...verdict, byCommand: isForCommand }));
}
await rm(folder, { recursive: true });
