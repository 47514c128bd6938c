import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Bounds, Battlefield } from './battlefield.js';
import {
  connect,
  DISCONNECT,
  firstBytes,
  frame,
  PINGREQ,
  PINGRESP,
  publish,
  subscribe,
  text,
} from './packets.js';
import { RawPeer } from './raw-peer.js';
import { openWebSocket, webSocketFrame } from './web-socket.js';

/**
 * Goal: what other brokers and clients have fallen to does nothing to this one.
 * Method: one row for each CVE, its input as its advisory describes it, against the real command.
 * After each the broker serves the canary as before. SECURITY.md says what the input was.
 */

const BOUNDS: Bounds = { growthMiB: 64, delayMs: 5000 };
const MIB = 1024 * 1024;

let field: Battlefield;
before(async () => {
  field = await Battlefield.begin({ connectTimeout: 2 });
});
after(async () => {
  await field[Symbol.asyncDispose]();
});

/** Sends bytes as the first of a connection, so often. The broker closes each. */
async function refusedFirst(bytes: Uint8Array, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    const peer = await RawPeer.open(field.ports.tcp, bytes);
    await peer.closed;
  }
}

/** Sends bytes of a client whose CONNECT was accepted. The broker closes the connection. */
async function refused(...all: readonly Uint8Array[]): Promise<void> {
  for (const bytes of all) {
    const peer = await field.client('attacker');
    await peer.send(bytes);
    await peer.closed;
  }
}

/** Sends bytes of a client whose CONNECT was accepted, and asks for a sign of life behind them. */
async function taken(...all: readonly Uint8Array[]): Promise<void> {
  const peer = await field.client('attacker');
  for (const bytes of all) await peer.send(bytes);
  await peer.send(PINGREQ);
  // It may have subscribed to what others publish meanwhile.
  while (!peer.isClosed && !firstBytes(peer.received).includes(PINGRESP)) {
    await peer.until(peer.received.length + 1);
  }
  assert.equal(peer.isClosed, false);
  peer.close();
}

const HEAD = Buffer.concat([text('MQTT'), Buffer.of(4)]);
const HEAD_5 = Buffer.concat([text('MQTT'), Buffer.of(5)]);
const KEEP_ALIVE = Buffer.of(0, 60);
const userProperty = Buffer.concat([Buffer.of(0x26), text('k'), text('v')]);

const rows: readonly [cve: string, attack: () => Promise<void>][] = [
  [
    'CVE-2017-7651',
    async () => {
      const start = frame(0x10, HEAD, Buffer.of(0xc6), KEEP_ALIVE, text('c'), text('w'));
      const body = Buffer.concat([Buffer.of(0x10, 0xff, 0xff, 0x7f), start.subarray(2)]);
      const peers = await Promise.all(
        Array.from({ length: 200 }, () => RawPeer.open(field.ports.tcp, body)),
      );
      for (const peer of peers) await peer.send(Buffer.alloc(64 * 1024));
      await Promise.all(peers.map(({ closed }) => closed));
    },
  ],
  ['CVE-2017-7653', () => refused(frame(0x30, text(Buffer.of(0x61, 0xc3, 0x28)), 'x'))],
  [
    'CVE-2017-7654',
    () => refusedFirst(frame(0x10, HEAD, Buffer.of(0xff), KEEP_ALIVE, text('x'.repeat(9999))), 500),
  ],
  ['CVE-2018-12543', () => taken(publish('$other/topic', 'x'), publish('$', 'x'))],
  ['CVE-2019-11779', () => taken(subscribe(1, ['/'.repeat(65_400)]))],
  ['CVE-2021-28166', () => refused(Buffer.of(0x20, 2, 0, 0), Buffer.of(0x20, 3, 0, 0, 0))],
  ['CVE-2021-34432', () => refused(frame(0x30, text(''), 'x'), frame(0x30, text('')))],
  [
    'CVE-2021-34431',
    () =>
      refusedFirst(
        frame(0x10, HEAD_5, Buffer.of(2), KEEP_ALIVE, Buffer.of(5, 0x11, 0, 0, 0, 1), text('c')),
        300,
      ),
  ],
  [
    'CVE-2021-41039',
    () => {
      const properties = Buffer.concat(Array.from({ length: 20_000 }, () => userProperty));
      const length = Buffer.of(
        0x80 | (properties.length & 127),
        0x80 | ((properties.length >> 7) & 127),
        properties.length >> 14,
      );
      return refusedFirst(
        frame(0x10, HEAD_5, Buffer.of(2), KEEP_ALIVE, length, properties, text('c')),
        20,
      );
    },
  ],
  ['CVE-2023-0809', () => refusedFirst(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1), 200)],
  [
    'CVE-2023-28366',
    async () => {
      const again = publish('q', Buffer.alloc(1000), { qos: 2, packetId: 7 });
      const block = Buffer.concat(Array.from({ length: 1000 }, () => again));
      await taken(...Array.from({ length: 100 }, () => block));
    },
  ],
  [
    'CVE-2023-3592',
    () =>
      refusedFirst(
        frame(
          0x10,
          Buffer.concat([HEAD_5, Buffer.of(0x06), KEEP_ALIVE, Buffer.of(0), text('c')]),
          Buffer.concat([Buffer.of(5, 0x21, 0, 1, 0x24, 1), text('w'), text('x'.repeat(9999))]),
        ),
        300,
      ),
  ],
  [
    'CVE-2023-5632',
    async () => {
      const before = await field.magpie.processorMs();
      const beganMs = performance.now();
      const peers = await Promise.all(
        Array.from({ length: 200 }, () => RawPeer.open(field.ports.tcp)),
      );
      await Promise.all(peers.map(({ closed }) => closed)); // connectTimeout
      const busyMs = (await field.magpie.processorMs()) - before;
      assert.ok(busyMs < (performance.now() - beganMs) * 0.5, `${busyMs} ms of processor time`);
    },
  ],
  [
    'CVE-2024-8376',
    async () => {
      const unsubscribe = frame(0xa2, Buffer.of(0, 9), text('a'));
      const steps = [connect('seq'), DISCONNECT, subscribe(1, ['a'], 1), unsubscribe];
      steps.push(publish('a', 'x', { qos: 1, packetId: 1 }), publish('a', '', { retain: true }));
      for (let order = 0; order < 6 ** 3; order++) {
        const picks = [order % 6, Math.floor(order / 6) % 6, Math.floor(order / 36)];
        const bytes = Buffer.concat(picks.map((pick) => steps[pick] ?? Buffer.of()));
        const peer = await RawPeer.open(field.ports.tcp, Buffer.concat([connect('seq'), bytes]));
        peer.close();
      }
    },
  ],
  [
    'CVE-2019-5432',
    () =>
      refused(
        frame(0x82, Buffer.of(0, 1), text('a', 9)),
        frame(0x82, Buffer.of(0, 1), text('a')),
        frame(0x82, Buffer.of(0)),
        frame(0x82),
        frame(0x82, Buffer.of(0, 1), text('')),
      ),
  ],
  [
    'CVE-2016-10523',
    () => refused(frame(0x30, text('abc', 65_535)), frame(0x32, text('a')), frame(0x30)),
  ],
  [
    'CVE-2017-10910',
    () => taken(Buffer.concat(Array.from({ length: 100_000 }, () => publish('a')))),
  ],
  [
    'CVE-2020-13410',
    async () => {
      await refused(publish('a/#'), publish('+'));
      const will = [text('#'), text('x')];
      await refusedFirst(frame(0x10, HEAD, Buffer.of(6), KEEP_ALIVE, text('c'), ...will));
    },
  ],
  [
    'CVE-2018-11615',
    async () => {
      const filters = ['(a*)*$', '([a-zA-Z]*)*/#', '^(.*)*$', '\\', '[', '*'];
      await refused(subscribe(1, ['(a+)+$']));
      await taken(subscribe(1, filters), publish(`${'a'.repeat(60_000)}!`));
    },
  ],
  [
    'CVE-2019-0222',
    () => refused(Buffer.of(0x30, 0xff, 0xff, 0xff, 0xff), Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)),
  ],
  [
    'CVE-2025-66168',
    () => refused(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01, 0, 1, 0x61, 0xc0, 0)),
  ],
  [
    'CVE-2026-40046',
    () => refused(Buffer.of(0x30, 0x85, 0x80, 0x80, 0x80, 0x10, 0, 1, 0x61, 0x62, 0x63)),
  ],
  [
    'CVE-2026-21888',
    () =>
      refusedFirst(frame(0x10, HEAD_5, Buffer.of(2), KEEP_ALIVE, Buffer.alloc(5, 0xff), text('c'))),
  ],
  ['CVE-2021-33175', () => lyingLengths(0x10)],
  ['CVE-2021-33176', () => lyingLengths(0x82)],
  ['CVE-2021-22116', () => refusedFirst(Buffer.from('AMQP\u0003\u0001\u0000\u0000'))],
  [
    'CVE-2023-33659',
    () => refused(frame(0x82, Buffer.of(0, 1), text('a'), Buffer.of(0), text('b', 0xffff))),
  ],
  ['CVE-2023-33660', () => refused(frame(0x82, Buffer.of(0, 1), text('x'.repeat(10), 11)))],
  [
    'CVE-2023-34488',
    () => refusedFirst(frame(0x10, HEAD, Buffer.of(0xc2), KEEP_ALIVE, text('c'), text('u', 2)), 20),
  ],
  ['CVE-2017-2893', () => refused(frame(0x82, Buffer.of(0, 1)), frame(0xa2, Buffer.of(0, 1)))],
  [
    'CVE-2024-42644',
    async () => {
      const all = ([1, 2] as const).map((qos) =>
        publish('r', 'x', { qos, packetId: 3, retain: true }),
      );
      await taken(
        subscribe(1, ['r', '#', '$share/g/r'], 2),
        ...all,
        publish('r', '', { retain: true }),
      );
    },
  ],
  [
    'CVE-2024-37890',
    async () => {
      const headers = Object.fromEntries(Array.from({ length: 2100 }, (_, n) => [`X${n}`, '']));
      const peer = await openWebSocket(field.ports.ws, headers, false);
      peer.close();
    },
  ],
  [
    'CVE-2021-32640',
    async () => {
      const value = `mqtt${' '.repeat(14_000)}x`;
      const peer = await openWebSocket(field.ports.ws, { 'Sec-WebSocket-Protocol': value }, false);
      peer.close();
    },
  ],
  [
    'CVE-2016-10542',
    async () => {
      const peer = await openWebSocket(field.ports.ws);
      await peer.send(webSocketFrame(0x82, connect('ws')));
      await peer.send(Buffer.of(0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4));
      for (let sent = 0; sent < 64 * MIB && !peer.isClosed; sent += MIB) {
        await peer.send(Buffer.alloc(MIB));
      }
      await peer.closed;
    },
  ],
];

/** Every string of a packet says that it is as long as a string can be. */
async function lyingLengths(firstByte: number): Promise<void> {
  const body =
    firstByte === 0x10
      ? Buffer.concat([HEAD, Buffer.of(0xc6), KEEP_ALIVE, text('c', 65_535)])
      : Buffer.concat([Buffer.of(0, 1), text('a', 65_535)]);
  for (let times = 0; times < 200; times++) {
    if (firstByte === 0x10) await refusedFirst(frame(firstByte, body));
    else await refused(frame(firstByte, body));
  }
}

for (const [cve, attack] of rows) {
  test(`${cve} does nothing to the broker`, async (t) => {
    await field.attack(t, BOUNDS, attack);
  });
}
