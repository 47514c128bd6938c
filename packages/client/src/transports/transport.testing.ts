/** The contract of Transport. Each implementation calls it; a new rule is added here only. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { Recorder } from './recorder.testing.js';
import type { OpenTransport, Transport, TransportOptions } from './transport.js';

/** A server that a test plays. It ends with the test. */
export interface TestServer {
  readonly url: URL;
  /** The server's end of the connection that came next. */
  accept(): Promise<Duplex>;
}

export interface TransportCase {
  readonly name: string;
  readonly open: OpenTransport;
  readonly options?: TransportOptions;
  /** Whether it can stop reading. */
  readonly pausable: boolean;
  listen(t: TestContext): Promise<TestServer>;
  /** A server that nobody listens at. */
  readonly nobody: URL;
}

export const NO_OPTIONS: TransportOptions = { tls: {}, headers: {} };
/** More than a socket and the system take at once. */
const MUCH = 8 * 1024 * 1024;

interface Ends {
  readonly transport: Transport;
  readonly recorder: Recorder;
  readonly server: Duplex;
}

export function testTransport(subject: TransportCase): void {
  const { name, open, options = NO_OPTIONS } = subject;

  /** Begins to connect; whatever happens, it ends with the test. */
  function begin(t: TestContext, url: URL): { transport: Transport; recorder: Recorder } {
    const recorder = new Recorder();
    const transport = open(url, recorder, options);
    t.after(() => transport.close(true));
    return { transport, recorder };
  }

  async function connected(t: TestContext): Promise<Ends> {
    const { url, accept } = await subject.listen(t);
    const { transport, recorder } = begin(t, url);
    const server = await accept();
    server.on('error', () => {}); // some tests break the connection
    t.after(() => server.destroy());
    await recorder.hears('opened');
    return { transport, recorder, server };
  }

  function rule(what: string, act: (t: TestContext, ends: Ends) => Promise<void>): void {
    test(`${name} ${what}`, async (t) => act(t, await connected(t)));
  }

  rule('sends parts in order', async (_t, { transport, server }) => {
    transport.write([Uint8Array.of(1, 2), Uint8Array.of(3)]);
    transport.write([Uint8Array.of(4)]);
    assert.deepEqual(await read(server, 4), [1, 2, 3, 4]);
  });

  rule('gives what the server sends, in order', async (_t, { recorder, server }) => {
    server.write(Uint8Array.of(1, 2));
    server.write(Uint8Array.of(3));
    await recorder.until(() => recorder.bytes.length === 3);
    assert.deepEqual(recorder.bytes, [1, 2, 3]);
  });

  rule('has no use for bytes when nothing is pending', async (_t, { transport, server }) => {
    const bytes = new Uint8Array(1);
    for (let round = 0; round < 5; ) {
      if (transport.pendingBytes > 0) {
        await turn();
        continue;
      }
      bytes[0] = ++round;
      transport.write([bytes]);
    }
    assert.deepEqual(await read(server, 5), [1, 2, 3, 4, 5]);
  });

  rule('sends what was written before it closes', async (_t, { transport, recorder, server }) => {
    transport.write([new Uint8Array(MUCH), Uint8Array.of(7)]);
    transport.close(false);
    const last = (await read(server, MUCH + 1)).at(-1);
    assert.equal(last, 7);
    server.end();
    await recorder.hears('closed');
    recorder.assertEnded();
    assert.equal(recorder.error, undefined);
  });

  rule('just ends when it is told to', async (_t, { transport, recorder }) => {
    transport.write([new Uint8Array(MUCH)]); // the server does not read
    transport.close(true);
    await recorder.hears('closed');
    recorder.assertEnded();
  });

  rule('tells its end once, however often it is closed', async (_t, { transport, recorder }) => {
    transport.close(false);
    transport.close(true);
    transport.close(true);
    await recorder.hears('closed');
    await turn();
    recorder.assertEnded();
  });

  rule('tells no error when the server ends it', async (_t, { recorder, server }) => {
    server.end();
    server.resume();
    await recorder.hears('closed');
    recorder.assertEnded();
    assert.equal(recorder.error, undefined);
  });

  rule('tells its end when the connection breaks', async (_t, { recorder, server }) => {
    server.destroy();
    await recorder.hears('closed');
    recorder.assertEnded();
  });

  rule('counts bytes that wait, and tells when they have left', async (_t, ends) => {
    const { transport, recorder, server } = ends;
    while (transport.pendingBytes < MUCH) {
      transport.write([new Uint8Array(MUCH)]);
      await turn();
    }
    recorder.told.length = 0;
    server.resume();
    await recorder.hears('drained');
    assert.equal(transport.pendingBytes, 0);
  });

  if (subject.pausable) {
    rule('does not read while it is paused', async (_t, { transport, recorder, server }) => {
      transport.pause();
      const taken = server.write(new Uint8Array(MUCH));
      assert.equal(taken, false);
      const drained = once(server, 'drain');
      for (let count = 0; count < 20; count++) await turn();
      assert.ok(recorder.bytes.length < MUCH);
      transport.resume();
      await drained;
      await recorder.until(() => recorder.bytes.length === MUCH);
    });

    rule('ends while it is paused', async (_t, { transport, recorder, server }) => {
      transport.pause();
      server.resume();
      transport.close(false);
      await recorder.hears('closed');
      recorder.assertEnded();
    });
  }

  test(`${name} tells an error where nobody listens`, async (t) => {
    const { recorder } = begin(t, subject.nobody);
    await recorder.hears('closed');
    assert.deepEqual(recorder.told, ['closed']);
    assert.ok(recorder.error instanceof Error);
  });

  test(`${name} can be closed before it has opened`, async (t) => {
    const { url } = await subject.listen(t);
    const { transport, recorder } = begin(t, url);
    transport.close(true);
    await recorder.hears('closed');
    await turn();
    assert.deepEqual(recorder.told, ['closed']);
  });
}

/** The next `length` bytes. */
async function read(stream: Duplex, length: number): Promise<number[]> {
  const bytes: number[] = [];
  while (bytes.length < length) {
    const chunk = stream.read() as Uint8Array | null;
    if (chunk === null) await once(stream, 'readable');
    else for (const byte of chunk) bytes.push(byte);
  }
  return bytes;
}
