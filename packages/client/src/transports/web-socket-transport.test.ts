import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { Recorder } from './recorder.testing.js';
import { type WebSocketLike, WebSocketTransport } from './web-socket-transport.js';

type Listener = (event: object) => void;

/** A WebSocket of a browser, that a test plays. */
class FakeWebSocket implements WebSocketLike {
  binaryType = 'blob';
  bufferedAmount = 0;
  closes = 0;
  /** Of `ws` alone. */
  terminate?: () => void;
  readonly sent: Uint8Array[] = [];
  readonly #listeners = new Map<string, Listener>();

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener as Listener);
  }

  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }

  close(): void {
    this.closes++;
  }

  emit(type: string, event: object = {}): void {
    this.#listeners.get(type)?.(event);
  }
}

function begin(): {
  socket: FakeWebSocket;
  recorder: Recorder;
  transport: WebSocketTransport;
} {
  const socket = new FakeWebSocket();
  const recorder = new Recorder();
  return { socket, recorder, transport: new WebSocketTransport(socket, recorder) };
}

test('WebSocketTransport asks for bytes and not for blobs', () => {
  assert.equal(begin().socket.binaryType, 'arraybuffer');
});

const ends = [
  { rule: 'no error for a normal end', code: 1000, error: undefined },
  { rule: 'no error for a server that goes away', code: 1001, error: undefined },
  { rule: 'no error for an end without a code', code: 1005, error: undefined },
  { rule: 'the code of any other end', code: 1006, error: 'it closed with code 1006' },
];
for (const { rule, code, error } of ends) {
  test(`WebSocketTransport tells ${rule}`, () => {
    const { socket, recorder } = begin();
    socket.emit('open');
    socket.emit('close', { code });
    assert.deepEqual(recorder.told, ['opened', 'closed']);
    assert.equal(recorder.error?.message, error);
  });
}

test('WebSocketTransport tells what went wrong as well as it knows', () => {
  const cause = new Error('the network is gone');
  const cases: readonly (readonly [opened: boolean, event: object, message: string])[] = [
    [false, {}, 'the WebSocket could not be opened'],
    [true, {}, 'the WebSocket failed'],
    [true, { error: cause }, 'the network is gone'],
  ];
  for (const [opened, event, message] of cases) {
    const { socket, recorder } = begin();
    if (opened) socket.emit('open');
    socket.emit('error', event);
    socket.emit('close', { code: 1006 });
    assert.equal(recorder.error?.message, message);
  }
});

test('WebSocketTransport refuses a text frame (MQTT-6.0.0-1)', async () => {
  const { socket, recorder } = begin();
  socket.emit('open');
  socket.emit('message', { data: 'text' });
  socket.emit('message', { data: new ArrayBuffer(1) });
  await recorder.hears('closed');
  assert.equal(recorder.error?.message, 'the server sent a text frame');
  assert.equal(socket.closes, 1);
});

test('WebSocketTransport tells its end at once when told to, though a browser waits', async () => {
  const { socket, recorder, transport } = begin();
  socket.emit('open');
  transport.close(true);
  await turn();
  socket.emit('close', { code: 1006 });
  assert.deepEqual(recorder.told, ['opened', 'closed']);
  assert.equal(recorder.error, undefined);
});

test('WebSocketTransport waits two seconds for the closing handshake, and no longer', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { socket, recorder, transport } = begin();
  const terminate = t.mock.fn();
  socket.terminate = terminate;
  socket.emit('open');
  transport.close(false);
  t.mock.timers.tick(1999);
  assert.deepEqual(recorder.told, ['opened']);
  t.mock.timers.tick(1);
  assert.deepEqual(recorder.told, ['opened', 'closed']);
  assert.equal(recorder.error, undefined);
  assert.deepEqual([socket.closes, terminate.mock.callCount()], [1, 1]);
});

test('WebSocketTransport leaves no timer behind a closing handshake', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { socket, recorder, transport } = begin();
  const terminate = t.mock.fn();
  socket.terminate = terminate;
  socket.emit('open');
  transport.close(false);
  socket.emit('close', { code: 1000 });
  t.mock.timers.tick(2000);
  assert.deepEqual(recorder.told, ['opened', 'closed']);
  assert.equal(terminate.mock.callCount(), 0);
});

test('WebSocketTransport looks for the buffer to become empty, once it is large', async () => {
  const { socket, recorder, transport } = begin();
  socket.emit('open');
  socket.bufferedAmount = 65_536;
  transport.write([Uint8Array.of(1)]);
  transport.write([Uint8Array.of(2)]);
  assert.equal(transport.pendingBytes, 65_536);
  socket.bufferedAmount = 0;
  await recorder.hears('drained');
  assert.deepEqual(recorder.told, ['opened', 'drained']);
});
