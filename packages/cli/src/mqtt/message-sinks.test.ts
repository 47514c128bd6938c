import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { freshFolder } from '../fresh-folder.testing.js';
import { Ending } from './ending.js';
import { allSinks, fileSink, lineSink, type MessageSink } from './message-sinks.js';
import { arrival } from './message.testing.js';
import { OutputFile } from './output-file.js';

const LINES = {
  line: ({ message }: ReturnType<typeof arrival>) =>
    message.payload.length === 0 ? undefined : message.payload,
  newline: true,
};

test('lineSink() writes lines, nothing of what has none, and waits for who reads', async () => {
  const written: string[] = [];
  const wait = Promise.resolve();
  const sink = lineSink(LINES, (bytes) => {
    written.push(Buffer.from(bytes).toString());
    return wait;
  });
  assert.equal(sink.take(arrival({ text: 'a' })), wait);
  assert.equal(sink.take(arrival({ text: '' })), undefined);
  assert.deepEqual(written, ['a\n']);
});

test('fileSink() makes only QoS 1 and 2 wait until they are written', async (t) => {
  const path = join(await freshFolder(t), 'out');
  await using file = await OutputFile.open(path, { append: false, overwrite: false });
  const ending = new Ending(new AbortController().signal, undefined);
  const sink = fileSink({ ...LINES, newline: false }, file, ending);
  assert.equal(sink.take(arrival({ text: 'a' })), undefined);
  await sink.take(arrival({ text: 'b', qos: 1 }));
  assert.equal(await readFile(path, 'utf8'), 'ab');
  void sink.take(arrival({ text: 'c' }));
  await sink.finish?.();
  assert.equal(await readFile(path, 'utf8'), 'abc');
});

test('fileSink() ends it all when a message of QoS 0 cannot be written', async () => {
  await using file = await OutputFile.open('/dev/full', { append: false, overwrite: false });
  const ending = new Ending(new AbortController().signal, undefined);
  assert.equal(fileSink(LINES, file, ending).take(arrival()), undefined);
  await assert.rejects(ending.reached, /the disk is full/);
});

test('allSinks() tells all of them, and ends all though one fails', async () => {
  const told: string[] = [];
  const made = (name: string, wait: Promise<void> | undefined, error?: Error): MessageSink => ({
    take: () => {
      told.push(`${name} take`);
      return wait;
    },
    begin: () => void told.push(`${name} begin`),
    finish: async () => {
      told.push(`${name} finish`);
      if (error !== undefined) throw error;
    },
  });
  const wait = Promise.resolve();
  const sinks = allSinks([made('a', wait, new Error('full')), made('b', undefined)]);
  sinks.begin?.();
  assert.equal(sinks.take(arrival()), wait);
  await assert.rejects(sinks.finish!(), /full/);
  assert.deepEqual(told, ['a begin', 'b begin', 'a take', 'b take', 'a finish', 'b finish']);
  assert.ok(allSinks([made('a', wait), made('b', wait)]).take(arrival()) instanceof Promise);
});
