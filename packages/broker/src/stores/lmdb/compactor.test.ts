import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { COMPACTION_RULES, Compactor, type CompactorOptions } from './compactor.js';
import type { EngineEvent } from './engine-events.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { TABLE_CODES } from './tables.js';
import { WriteBatch } from './write-batch.js';

const RULES = { ...COMPACTION_RULES, freeBytesMin: 1_000_000 };
const MESSAGES = TABLE_CODES.messages;

/** A compactor of an environment with 500 messages of 10,000 bytes, and what it tells. */
async function start(t: TestContext, options: Partial<CompactorOptions> = {}) {
  const environment = LmdbEnvironment.open(await freshFolder(t), { durable: false });
  const clock = new ManualClock({ turns: 'by themselves' });
  const events: EngineEvent[] = [];
  let busy: Promise<unknown> = Promise.resolve();
  let wake = () => {};
  const exclusive = <T>(task: () => Promise<T>): Promise<T> => {
    const done = busy.then(task);
    busy = done.catch(() => {});
    return done;
  };
  const tell = (event: EngineEvent) => {
    events.push(event);
    wake();
  };
  const compactor = new Compactor({
    environment,
    exclusive,
    clock,
    rules: RULES,
    tell,
    ...options,
  });
  t.after(async () => {
    await exclusive(() => compactor.close());
    await environment.close();
  });
  const write = (batch: WriteBatch) => exclusive(() => compactor.write([batch.take()]));
  await write(puts(500));
  return {
    environment,
    clock,
    exclusive,
    compactor,
    write,
    /** Types of all events that are not about space. */
    told: () => events.map(({ type }) => type).filter((type) => type !== 'space'),
    /** The first event of this type, past or to come. */
    event: async <Type extends EngineEvent['type']>(type: Type) => {
      for (;;) {
        const found = events.find((event) => event.type === type);
        if (found !== undefined) return found as Extract<EngineEvent, { type: Type }>;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    /** Time passes in steps of two seconds, and all that is due then is done. */
    pass: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += RULES.lookMs) {
        clock.advance(RULES.lookMs);
        await exclusive(async () => {});
      }
    },
  };
}

function puts(count: number): WriteBatch {
  const batch = new WriteBatch();
  for (let number = 0; number < count; number++) {
    batch.put('messages', numberKey(number), new Uint8Array(10_000));
  }
  return batch;
}

/** All messages from this one on. */
function removes(from: number): WriteBatch {
  const batch = new WriteBatch();
  batch.removeRange('messages', numberKey(from), numberKey(1_000_000));
  return batch;
}

test('Compactor compacts what has been mostly free for a while, by itself', async (t) => {
  const { environment, write, pass, event, told } = await start(t);
  await pass(60_000);
  assert.deepEqual(told(), []);
  await write(removes(10));
  await pass(RULES.patienceMs);
  assert.deepEqual(told(), []);
  await pass(RULES.lookMs);
  const { beforeBytes, afterBytes } = await event('compaction-ended');
  assert.ok(beforeBytes > 5_000_000 && afterBytes < 500_000, `${beforeBytes} ${afterBytes}`);
  assert.deepEqual(told(), ['compaction-began', 'compaction-ended']);
  assert.equal(environment.count(MESSAGES), 10);
  await pass(60_000);
  assert.equal(told().length, 2);
});

const unworthy: readonly (readonly [name: string, from: number])[] = [
  ['too little of the file is free', 260],
  ['too few bytes are free', 420],
];
for (const [name, from] of unworthy) {
  test(`Compactor does nothing while ${name}`, async (t) => {
    const { write, pass, told } = await start(t);
    await write(removes(from));
    await pass(60_000);
    assert.deepEqual(told(), []);
  });
}

test('Compactor does nothing if what was free is needed again', async (t) => {
  const { write, pass, told } = await start(t);
  for (let round = 0; round < 5; round++) {
    await write(removes(10));
    await write(puts(1)); // LMDB uses pages again in the transaction after the next
    await pass(RULES.patienceMs - RULES.lookMs);
    await write(puts(500));
    await pass(RULES.lookMs);
  }
  assert.deepEqual(told(), []);
});

test('Compactor looks no more when nothing is written and nothing is free', async (t) => {
  const { clock, pass, write } = await start(t);
  await pass(RULES.lookMs);
  assert.equal(clock.timers, 0);
  await write(puts(1));
  assert.equal(clock.timers, 1);
});

test('Compactor compacts what the process before has left free', async (t) => {
  const { environment, compactor, clock, pass, event } = await start(t);
  await environment.write([removes(10).take()]); // not by this compactor
  await pass(RULES.lookMs);
  clock.advance(0);
  compactor.start();
  await pass(RULES.patienceMs + RULES.lookMs);
  await event('compaction-ended');
});

test('Compactor says once that there is no room, and begins when there is', async (t) => {
  let room = 1000;
  const { write, pass, event, told } = await start(t, { room: async () => room });
  await write(removes(10));
  await pass(3 * RULES.retryMs);
  const { neededBytes, availableBytes } = await event('compaction-postponed');
  assert.ok(neededBytes > 30_000_000);
  assert.equal(availableBytes, 1000);
  assert.deepEqual(told(), ['compaction-postponed']);
  room = neededBytes;
  await pass(RULES.retryMs);
  await event('compaction-ended');
});

test('Compactor takes the copy away when a write fails, and writes again', async (t) => {
  const { environment, clock, write, pass, event, told } = await start(t);
  await write(removes(100));
  await pass(RULES.patienceMs);
  clock.advance(RULES.lookMs);
  await event('compaction-began');
  const { write: original } = environment;
  environment.write = async () => {
    environment.write = original;
    throw new Error('no space left on device');
  };
  const last = new WriteBatch();
  last.put('retained', numberKey(1), Buffer.from('kept'));
  await write(last);
  assert.equal((await event('compaction-failed')).message, 'no space left on device');
  assert.equal(environment.count(TABLE_CODES.retained), 1);
  assert.ok(!existsSync(join(environment.directory, 'compacting')));
  await pass(RULES.retryMs - RULES.lookMs);
  assert.deepEqual(told(), ['compaction-began', 'compaction-failed']);
  await pass(2 * RULES.lookMs);
  await event('compaction-ended');
  assert.equal(environment.count(MESSAGES), 100);
});

test('Compactor fails a write that fails without a copy', async (t) => {
  const { environment, write, told } = await start(t);
  environment.write = async () => {
    throw new Error('I/O error');
  };
  await assert.rejects(write(puts(1)), /I\/O error/);
  assert.deepEqual(told(), []);
});

test('Compactor lets nothing be compacted while somebody reads', async (t) => {
  const { compactor, clock, exclusive, write, pass, event, told } = await start(t);
  await write(removes(100));
  await pass(RULES.patienceMs);
  clock.advance(RULES.lookMs);
  await event('compaction-began');
  await exclusive(() => compactor.hold());
  await pass(60_000);
  assert.deepEqual(told(), ['compaction-began']);
  compactor.release();
  await pass(2 * RULES.lookMs);
  await event('compaction-ended');
});

test('Compactor ends in the middle when it is closed', async (t) => {
  const { environment, compactor, clock, exclusive, write, pass, event } = await start(t);
  await write(removes(100));
  await pass(RULES.patienceMs);
  clock.advance(RULES.lookMs);
  await event('compaction-began');
  await exclusive(() => compactor.close());
  assert.ok(!existsSync(join(environment.directory, 'compacting')));
  assert.equal(clock.timers, 0);
  assert.equal(environment.count(MESSAGES), 100);
});
