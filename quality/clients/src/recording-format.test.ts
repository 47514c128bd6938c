// needs: paho-python
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBroker } from './broker.testing.js';
import { Program, REPOSITORY, runProgram } from './program.testing.js';

const MAGPIE = join(REPOSITORY, 'packages/cli/bin/magpie.js');

/**
 * Goal: docs/recording-format.md is enough to read a recording. Method: the reader that stands in
 * it is run on one.
 */
test('docs/recording-format.md: its reader reads what magpie record has written', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-format-'));
  t.after(() => rm(folder, { recursive: true }));
  const page = await readFile(join(REPOSITORY, 'docs/recording-format.md'), 'utf8');
  const [, reader = ''] = /^```python\n(.*?)^```$/ms.exec(page) ?? [];
  const program = join(folder, 'reader.py');
  await writeFile(program, reader);

  const at = await startBroker(t);
  const text = 'temperature 21.5 '.repeat(50);
  await at.broker.publish({ topic: 'größe/°C', payload: text, qos: 1, retain: true });
  const path = join(folder, 'a.rec');
  const url = `mqtt://127.0.0.1:${at.tcpPort}`;
  const args = ['record', path, '-L', url, '-t', '#', '-C', '4'];
  const recorder = Program.start(t, process.execPath, [MAGPIE, ...args]);
  while (at.broker.counters.messagesSent < 1) await new Promise(setImmediate);
  for (const qos of [0, 1, 2] as const) {
    await at.broker.publish({ topic: 'a', payload: Buffer.alloc(300), qos });
  }
  await recorder.succeeds();
  const read = await runProgram(t, '/usr/bin/python3', [program, path]);
  assert.deepEqual(
    read.map((line) => line.replace(/^\d{16} /, '')),
    [
      'größe/°C qos=1 retain=1 850',
      'a qos=0 retain=0 300',
      'a qos=1 retain=0 300',
      'a qos=2 retain=0 300',
    ],
  );
});
