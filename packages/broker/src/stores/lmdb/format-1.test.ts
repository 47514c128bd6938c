import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '../../model/message.js';
import { storeOfFormat1 } from './format-1.testing.js';
import { FORMAT } from './format.js';
import { freshFolder } from './fresh-folder.testing.js';
import { numberKey } from './keys.js';
import { LmdbEnvironment } from './lmdb-environment.js';
import { LmdbStore } from './lmdb-store.js';
import { MemoryEngine } from './memory-engine.testing.js';

function shown({ topic, payload, qos, retain, publisher }: Message): string {
  const flag = retain ? ' retained' : '';
  return `${topic}=${Buffer.from(payload).toString()} @ ${qos}${flag} by '${publisher}'`;
}

test('LmdbStore.open() takes over a directory of format 1', async (t) => {
  const folder = await freshFolder(t);
  const environment = LmdbEnvironment.open(folder);
  await environment.write([storeOfFormat1()]);
  await environment.close();
  for (const opening of ['first', 'second']) {
    await using store = await LmdbStore.open(folder);
    const { sessions, retained, wills, time } = await store.load();
    const [reader, zweiter] = sessions;
    assert.deepEqual([reader?.clientId, zweiter?.clientId], ['reader', 'zweiter'], opening);
    assert.deepEqual([reader?.owner, zweiter?.owner], [undefined, undefined]);
    assert.deepEqual([reader?.nextSequence, zweiter?.nextSequence], [5, 1]);
    assert.deepEqual([reader?.leftAtMs, zweiter?.leftAtMs], [undefined, undefined]);
    assert.deepEqual([reader?.replays, zweiter?.replays], [[], []]);
    assert.deepEqual(Object.fromEntries(reader?.subscriptions ?? []), {
      'room/+': 2,
      '$share/g/#': 0,
    });
    assert.deepEqual(zweiter?.received, [7, 65_535]);
    assert.deepEqual(zweiter.deliveries, []);
    assert.deepEqual(
      reader?.deliveries.map(
        ({ sequence, released }) => `${sequence}${released ? ' released' : ''}`,
      ),
      ['0', '1 released', '3', '4'],
    );
    assert.deepEqual(
      [...(await store.read('reader', 0, 10, 1000))].map(({ sequence, qos, message }) => {
        return `${sequence} @ ${qos} ${shown(message)}`;
      }),
      [
        "0 @ 1 room/1=both @ 1 by 'sensor'",
        "3 @ 2 room/4=open @ 2 by 'sensor'",
        "4 @ 1 room/5=retained @ 1 retained by 'sensor'",
      ],
    );
    assert.deepEqual(
      retained.map(({ message, change }) => `${shown(message)} ${change}`),
      ["room/5=retained @ 1 retained by 'sensor' 1", "é/🐦=vogel @ 0 retained by '' 2"],
    );
    assert.deepEqual([wills, time], [[], undefined]);
  }
});

test('LmdbStore.over() makes format 1 to format 3, which an older version refuses', async () => {
  const engine = new MemoryEngine();
  await engine.write([storeOfFormat1()]);
  await LmdbStore.over(engine);
  assert.deepEqual(engine.tables.get('meta')?.get(FORMAT.toString('hex')), numberKey(3));
});
