import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { BatchReader } from './batch-reader.js';
import { Compaction, type CompactionStep, removeUnfinished } from './compaction.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey, numberOfKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { TABLES, type TableName } from './tables.js';
import { type BatchBytes, WriteBatch } from './write-batch.js';

/** All records, `table key: value`. */
function contents(environment: LmdbEnvironment): string[] {
  return TABLES.flatMap((name, table) => {
    const { bytes, end } = environment.read(table, undefined, 10_000_000);
    const record = new BatchReader(bytes, end);
    const found: string[] = [];
    while (record.next()) {
      found.push(`${name} ${numberOfKey(record.key)}: ${Buffer.from(record.value).toString()}`);
    }
    return found;
  });
}

/** Batches that leave many free pages: a thousand records, of which a few stay. */
async function fill(environment: LmdbEnvironment): Promise<void> {
  const put = new WriteBatch();
  for (let number = 0; number < 1000; number++) {
    put.put(
      'messages',
      numberKey(number),
      Buffer.from(`${number} `.repeat(number % 10 ? 100 : 2000)),
    );
    if (number % 100 === 0) put.put('retained', numberKey(number), Buffer.from('retained'));
  }
  await environment.write([put.take()]);
  const remove = new WriteBatch();
  remove.removeRange('messages', numberKey(20), numberKey(980));
  await environment.write([remove.take()]);
}

test('Compaction gives back what is free, and keeps every record', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  await fill(environment);
  const before = { space: environment.space(), contents: contents(environment) };
  const compaction = await Compaction.begin(environment);
  while (!(await compaction.copyNext()));
  await compaction.sync();
  await compaction.finish();
  await compaction.tidyUp();
  assert.deepEqual(contents(environment), before.contents);
  const { fileBytes, usedBytes } = environment.space();
  assert.ok(fileBytes < before.space.fileBytes / 5, `${fileBytes} of ${before.space.fileBytes}`);
  assert.ok(fileBytes - usedBytes < 100_000);
  assert.deepEqual((await readdir(environment.directory)).toSorted(), ['data.mdb', 'lock.mdb']);
  assert.equal((await stat(environment.file)).mode & 0o777, 0o600);
  await environment.close();
});

type Write = readonly [table: TableName, kind: 'put' | 'remove' | 'range', key: number];

/** What happens: a piece is copied (`undefined`), or a transaction is written. */
const steps = fc.array(
  fc.option(
    fc.array(
      fc.tuple(
        fc.constantFrom<TableName[]>('sessions', 'messages', 'retained'),
        fc.constantFrom('put', 'put', 'remove', 'range'),
        fc.nat({ max: 30 }),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    { nil: undefined },
  ),
  { minLength: 5, maxLength: 40 },
);

function batchOf(writes: readonly Write[], value: string): BatchBytes {
  const batch = new WriteBatch();
  for (const [table, kind, key] of writes) {
    if (kind === 'put') batch.put(table, numberKey(key), Buffer.from(value));
    else if (kind === 'remove') batch.remove(table, numberKey(key));
    else batch.removeRange(table, numberKey(key), numberKey(key + 5));
  }
  return batch.take();
}

/**
 * Goal: whatever is written while the copy grows, it is the same in the end.
 * Method: a model that is written to beside it, pieces of one record, transactions between them.
 */
test('Compaction ends with what was written, before and meanwhile', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      // Not durable: what is compared is not the disk.
      const open = async () => LmdbEnvironment.open(await freshFolder(t), { durable: false });
      const [environment, model] = [await open(), await open()];
      let count = 0;
      const write = async (writes: readonly Write[]) => {
        const value = `value ${count++}`;
        const batches = [batchOf(writes, value)];
        await environment.write(batches);
        await model.write([batchOf(writes, value)]);
        return batches;
      };
      for (let key = 0; key < 30; key += 2) {
        await write([
          ['sessions', 'put', key],
          ['messages', 'put', key],
          ['retained', 'put', key],
        ]);
      }
      const compaction = await Compaction.begin(environment, { pieceBytes: 1 });
      for (const writes of steps) {
        if (writes === undefined) await compaction.copyNext();
        else await compaction.wrote(await write(writes));
      }
      while (!(await compaction.copyNext()));
      await compaction.finish();
      await compaction.tidyUp();
      assert.deepEqual(contents(environment), contents(model));
      await write([['messages', 'put', 100]]);
      assert.deepEqual(contents(environment), contents(model));
      await Promise.all([environment.close(), model.close()]);
    }),
    { numRuns: 40 },
  );
});

test('Compaction that is given up leaves everything as it was', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  await fill(environment);
  const before = contents(environment);
  const compaction = await Compaction.begin(environment);
  await compaction.copyNext();
  await compaction.giveUp();
  assert.ok(compaction.isOver);
  assert.deepEqual(contents(environment), before);
  assert.deepEqual((await readdir(environment.directory)).toSorted(), ['data.mdb', 'lock.mdb']);
  await environment.close();
});

test('Compaction does not take the place of a file that holds something else', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  await fill(environment);
  const compaction = await Compaction.begin(environment);
  while (!(await compaction.copyNext()));
  const unseen = new WriteBatch();
  unseen.put('received', numberKey(1), new Uint8Array(0));
  await environment.write([unseen.take()]);
  await assert.rejects(compaction.finish(), {
    message: 'The copy has 0 records of table received instead of 1',
  });
  await compaction.giveUp();
  assert.ok(contents(environment).includes('received 1: '));
  await environment.close();
});

test('Compaction that cannot put the copy in its place goes on with the original', async (t) => {
  const environment = LmdbEnvironment.open(await freshFolder(t));
  await fill(environment);
  const before = contents(environment);
  const compaction = await Compaction.begin(environment, {
    onStep: (step) => {
      if (step === 'closed') throw new Error('the disk has gone');
    },
  });
  while (!(await compaction.copyNext()));
  await assert.rejects(compaction.finish(), /the disk has gone/);
  await compaction.giveUp();
  await environment.write([batchOf([['messages', 'put', 2000]], 'new')]);
  assert.deepEqual(contents(environment).toSorted(), [...before, 'messages 2000: new'].toSorted());
  await environment.close();
});

test('removeUnfinished() takes away what a compaction has left, and nothing else', async (t) => {
  const folder = await freshFolder(t);
  await removeUnfinished(folder);
  await mkdir(join(folder, 'compacting'));
  await writeFile(join(folder, 'compacting', 'data.mdb'), 'half');
  await writeFile(join(folder, 'data.mdb'), 'whole');
  await removeUnfinished(folder);
  assert.deepEqual(await readdir(folder), ['data.mdb']);
});

/** Every step, in its order, and how often it comes. */
const STEPS: readonly (readonly [step: CompactionStep, times: number])[] = [
  ['begun', 1],
  ['copied', 3],
  ['synced', 1],
  ['closed', 1],
  ['renamed', 1],
  ['name-synced', 1],
  ['reopened', 1],
  ['ended', 1],
];

/** Compacts while it writes and says what it has committed; ends itself at one step. */
const PROGRAM = `
  import { writeSync } from 'node:fs';
  const [directory, last, times] = process.argv.slice(1);
  const environment = LmdbEnvironment.open(directory);
  let left = Number(times);
  const compaction = await Compaction.begin(environment, {
    pieceBytes: 10_000,
    onStep: (step) => {
      if (step === last && --left === 0) process.kill(process.pid, 'SIGKILL');
    },
  });
  const write = async (number) => {
    const batch = new WriteBatch();
    batch.put('messages', numberKey(number), Buffer.from('new'));
    const batches = [batch.take()];
    await environment.write(batches);
    writeSync(1, number + '\\n');
    if (!compaction.isOver) await compaction.wrote(batches);
  };
  let number = 5000;
  while (!(await compaction.copyNext())) await write(number++);
  await compaction.finish();
  await write(number);
  await compaction.tidyUp();
  process.kill(process.pid, 'SIGKILL');`;

/**
 * Goal: a process that ends at any step of a compaction leaves a store with all it has committed.
 * Method: a process of its own, which kills itself at that step; then the directory is opened.
 */
for (const [step, times] of STEPS) {
  test(`Compaction leaves a whole store if the process ends when it has ${step}`, async (t) => {
    const directory = await freshFolder(t);
    const first = LmdbEnvironment.open(directory);
    await fill(first);
    const before = contents(first);
    await first.close();
    const from = (name: string) => pathToFileURL(join(import.meta.dirname, name)).href;
    const imports = [
      `import { LmdbEnvironment } from '${from('lmdb-environment.js')}';`,
      `import { Compaction } from '${from('compaction.js')}';`,
      `import { WriteBatch } from '${from('write-batch.js')}';`,
      `import { numberKey } from '${from('keys.js')}';`,
    ];
    const code = [...imports, PROGRAM].join('\n');
    const args = ['--input-type=module', '--eval', code, '--', directory, step, String(times)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
    assert.equal(child.signalCode, 'SIGKILL');

    const committed = said.split('\n').filter((line) => line !== '');
    if (step !== 'begun') assert.ok(committed.length > 1);
    await removeUnfinished(directory);
    const again = LmdbEnvironment.open(directory);
    const wanted = [...before, ...committed.map((number) => `messages ${number}: new`)];
    assert.deepEqual(contents(again).toSorted(), wanted.toSorted());
    const isSmall = (await stat(again.file)).size < 600_000;
    assert.equal(isSmall, STEPS.findIndex(([name]) => name === step) > 3, 'which of the files');
    assert.ok(!existsSync(join(directory, 'compacting')));
    await again.close();
  });
}
