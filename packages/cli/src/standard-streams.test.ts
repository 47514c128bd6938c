import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { StandardStreams } from './standard-streams.js';

/** A stream that takes what it is told to take. */
class Sink extends Writable {
  readonly taken: string[] = [];
  failure: Error | undefined;

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.taken.push(chunk.toString());
    setImmediate(() => done(this.failure));
  }
}

function streamsOn(sink: Sink, lost: (error: Error) => void = assert.ifError) {
  let opened = 0;
  const open = () => {
    opened++;
    return sink as unknown as NodeJS.WriteStream;
  };
  return { streams: new StandardStreams(lost, { out: open, err: open }), opened: () => opened };
}

test('StandardStreams opens each stream once, when it is asked for', () => {
  const { streams, opened } = streamsOn(new Sink());
  assert.equal(opened(), 0);
  assert.equal(streams.out, streams.out);
  assert.equal(opened(), 1);
  assert.equal(streams.err, streams.err);
  assert.equal(opened(), 2);
});

test('StandardStreams.print() resolves when the text is taken', async () => {
  const sink = new Sink();
  await streamsOn(sink).streams.print('hello');
  assert.deepEqual(sink.taken, ['hello']);
});

test('StandardStreams.write() gives a promise only where the stream is full', async () => {
  const sink = new Sink({ highWaterMark: 4 });
  const { streams } = streamsOn(sink);
  assert.equal(streams.write(Buffer.from('abc')), undefined);
  await streams.write(Buffer.from('def'));
  assert.deepEqual(sink.taken, ['abc', 'def']);
});

test('StandardStreams tells the writer that nobody reads, and nobody else', async () => {
  const sink = new Sink({ highWaterMark: 1 });
  sink.failure = Object.assign(new Error('gone'), { code: 'EPIPE' });
  const { streams } = streamsOn(sink);
  await assert.rejects(streams.write(Buffer.from('abc')) ?? Promise.resolve(), /gone/);
  await assert.rejects(streams.write(Buffer.from('abc')) ?? Promise.resolve(), /gone/);
  await assert.rejects(streams.print('abc'));
});

test('StandardStreams tells what is lost of stdout, and nothing of stderr', async () => {
  for (const name of ['out', 'err'] as const) {
    const sink = new Sink();
    const lost: Error[] = [];
    const { streams } = streamsOn(sink, (error) => lost.push(error));
    sink.failure = Object.assign(new Error('full'), { code: 'ENOSPC' });
    streams[name].write('a');
    await new Promise((resolve) => {
      sink.on('close', resolve);
    });
    assert.deepEqual(lost, name === 'out' ? [sink.failure] : []);
  }
});
