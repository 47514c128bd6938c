import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { after, before, test } from 'node:test';
import { connect as dialTls } from 'node:tls';
import { Battlefield, USUAL_BOUNDS } from './battlefield.js';
import {
  connect,
  DISCONNECT,
  frame,
  PINGREQ,
  publish,
  remainingLength,
  subscribe,
  text,
} from './packets.js';
import { pause } from './pause.js';
import { RawPeer } from './raw-peer.js';
import { openWebSocket, webSocketFrame } from './web-socket.js';

/**
 * Goal: who attacks the broker harms himself, and the others hardly notice.
 * Method: the real command with limits for a small machine, a canary on it that sings all the time,
 * and one attack after the other; each has bounds on the memory of the process and on the delay of
 * the canary.
 */

const MIB = 1024 * 1024;
const LIMITS = {
  connectTimeout: 2,
  tlsHandshakeTimeout: 2,
  queuedBytesMax: 8 * MIB,
  retainedMessagesMax: 20_000,
  retainedBytesMax: 32 * MIB,
};

let field: Battlefield;
before(async () => {
  field = await Battlefield.begin(LIMITS);
});
after(async () => {
  await field[Symbol.asyncDispose]();
});

/** So many at one time, until all are done. */
async function many(count: number, atOnce: number, one: (n: number) => Promise<void>) {
  let next = 0;
  const runner = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}

for (const qos of [0, 1] as const) {
  test(`Attack: a slow consumer while a publisher goes at full speed, QoS ${qos}`, async (t) => {
    await field.attack(t, USUAL_BOUNDS, async () => {
      const consumer = await field.client(`slow-${qos}`);
      await consumer.send(subscribe(1, ['flood'], qos));
      await consumer.until(5);
      consumer.socket.pause();
      const publisher = await field.client(`fast-${qos}`);
      const chunk = Buffer.concat(
        Array.from({ length: 64 }, (_, n) => {
          return publish('flood', Buffer.alloc(8192), { qos, packetId: qos === 0 ? 0 : n + 1 });
        }),
      );
      for (let sent = 0; sent < 256 * MIB; sent += chunk.length) await publisher.send(chunk);
      await publisher.send(PINGREQ);
      if (qos === 0) await publisher.until(2);
      publisher.close();
      consumer.close();
      await Promise.all([publisher.closed, consumer.closed]);
    });
  });
}

test('Attack: CONNECT byte by byte, on many connections', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const bytes = connect('x'.repeat(1000));
    const beganMs = performance.now();
    await many(300, 300, async () => {
      const peer = await RawPeer.open(field.ports.tcp);
      for (let at = 0; !peer.isClosed; at++) {
        await peer.send(bytes.subarray(at, at + 1));
        await Promise.race([peer.closed, pause(50)]);
      }
    });
    const seconds = (performance.now() - beganMs) / 1000;
    assert.ok(seconds < 15, `the last one was closed after ${seconds} s`);
  });
});

test('Attack: thousands of connections that say nothing', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peers: RawPeer[] = [];
    await many(3000, 100, async () => {
      peers.push(await RawPeer.open(field.ports.tcp));
    });
    assert.ok((await field.metric('magpie_connections')) > 100);
    await Promise.all(peers.map(({ closed }) => closed));
  });
});

test('Attack: topics of 65,535 bytes, and of as many levels', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const listener = await field.client('listener');
    await listener.send(subscribe(1, ['a/+'], 0));
    const peer = await field.client('long');
    for (let n = 0; n < 1000; n++) {
      await peer.send(publish(`a/${String(n).padEnd(65_533, 'x')}`));
    }
    await peer.send(PINGREQ);
    assert.equal(await peer.until(2), true);
    for (const topic of ['/'.repeat(65_535), 'a/'.repeat(32_767)]) {
      const deep = await field.client('deep');
      await deep.send(publish(topic));
      await deep.closed;
      const filter = await field.client('deep');
      await filter.send(subscribe(1, [topic]));
      assert.equal(await filter.until(5), true);
      assert.equal(filter.take()[4], 0x80);
      filter.close();
    }
    peer.close();
    listener.close();
  });
});

test('Attack: 100,000 filters of one client', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peer = await field.client('filters');
    let refused = 0;
    for (let block = 0; block < 100; block++) {
      const filters = Array.from({ length: 1000 }, (_, n) => `f/${block}/${n}/+/x`);
      await peer.send(subscribe(block + 1, filters));
      await peer.until(2 + 2 + 1 + 1000);
      refused += peer.take().filter((byte) => byte === 0x80).length;
    }
    assert.ok(refused >= 90_000);
    assert.ok((await field.metric('magpie_subscriptions')) <= 10_001);
    peer.close();
  });
});

test('Attack: filters of + in every place against topics that all of them match', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peer = await field.client('plus');
    const levels = 13;
    const filters = Array.from({ length: 2 ** levels }, (_, bits) => {
      return Array.from({ length: levels }, (_, at) => ((bits >> at) & 1 ? '+' : 'a')).join('/');
    });
    for (let at = 0; at < filters.length; at += 1024) {
      await peer.send(subscribe(1, filters.slice(at, at + 1024)));
    }
    const other = await field.client('other');
    for (let n = 0; n < 200; n++) await other.send(publish('a/'.repeat(levels - 1).concat('a')));
    await other.send(PINGREQ);
    assert.equal(await other.until(2), true);
    peer.close();
    other.close();
  });
});

test('Attack: + on every level against a deep tree of retained messages', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const writer = await field.client('tree');
    const topics = Array.from({ length: 2 ** 12 }, (_, bits) => {
      return Array.from({ length: 12 }, (_, at) => ((bits >> at) & 1 ? 'l' : 'r')).join('/');
    });
    await writer.send(Buffer.concat(topics.map((topic) => publish(topic, 'x', { retain: true }))));
    const reader = await field.client('reader');
    for (let n = 0; n < 20; n++) {
      await reader.send(subscribe(n + 1, [`${'+/'.repeat(12)}#`, '+/'.repeat(127).concat('+')]));
    }
    await reader.send(PINGREQ);
    await reader.until(20 * 4096);
    await writer.send(Buffer.concat(topics.map((topic) => publish(topic, '', { retain: true }))));
    reader.close();
    writer.close();
  });
});

test('Attack: a huge length is declared and its bytes dribble', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const tooLarge = await field.client('huge');
    await tooLarge.send(Buffer.concat([Buffer.of(0x30), remainingLength(268_435_455)]));
    await tooLarge.closed; // at once: it waits for no byte of them
    const peers: RawPeer[] = [];
    await many(500, 50, async (n) => {
      const peer = await field.client(`dribble-${n}`);
      await peer.send(Buffer.concat([Buffer.of(0x30), remainingLength(4 * MIB - 5), text('t')]));
      for (let step = 0; step < 16; step++) await peer.send(Buffer.alloc(1024));
      peers.push(peer);
    });
    for (const peer of peers) peer.close();
  });
});

test('Attack: 65,535 messages of QoS 2 and never a PUBREL', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peer = await field.client('qos2');
    for (let round = 0; round < 3; round++) {
      for (let from = 1; from <= 65_535; from += 4096) {
        const ids = Array.from({ length: Math.min(4096, 65_536 - from) }, (_, n) => from + n);
        const packets = ids.map((packetId) => publish('q', 'x', { qos: 2, packetId }));
        await peer.send(Buffer.concat(packets));
      }
    }
    assert.equal(await peer.until(3 * 65_535 * 4), true);
    peer.close();
  });
});

test('Attack: a flood of retained topics', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peer = await field.client('retainer');
    const payload = Buffer.alloc(1024);
    for (let block = 0; block < 100; block++) {
      const packets = Array.from({ length: 1000 }, (_, n) => {
        return publish(`r/${block}/${n}`, payload, { retain: true });
      });
      await peer.send(Buffer.concat(packets));
    }
    await peer.send(PINGREQ);
    await peer.until(2);
    assert.ok((await field.metric('magpie_retained_messages')) <= LIMITS.retainedMessagesMax);
    assert.ok((await field.metric('magpie_retained_bytes')) <= LIMITS.retainedBytesMax);
    peer.close();
  });
});

test('Attack: a storm of connects', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    await many(5000, 100, async (n) => {
      const peer = await RawPeer.open(field.ports.tcp, connect(`storm-${n}`));
      await peer.until(4);
      if (n % 2 === 0) await peer.send(DISCONNECT);
      peer.close();
    });
  });
});

test('Attack: a storm of take-overs of one client identifier', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const peers: RawPeer[] = [];
    await many(3000, 50, async () => {
      const peer = await RawPeer.open(field.ports.tcp, connect('the-one', { cleanSession: false }));
      peers.push(peer);
      await peer.until(4);
    });
    const last = await field.client('the-one');
    const left = peers.filter(({ isClosed }) => !isClosed);
    await Promise.all(left.map(({ closed }) => closed));
    last.close();
  });
});

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'a\u001b[31mred\u0007',
  'b\r\n{"level":"info"}',
];
test('Attack: names that mean something to JavaScript, to terminals and to logs', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const logged = field.magpie.lines.length;
    for (const name of [...NAMES, '<script>alert(1)</script>', '"} 1\nmagpie_info 2']) {
      const password = Buffer.from('secret-of-nobody');
      const will = { topic: name, payload: Buffer.from(name), qos: 1, retain: true } as const;
      const peer = await field.client(name, { username: name, password, will });
      await peer.send(subscribe(1, [name, `${name}/#`], 2));
      await peer.send(publish(name, 'x', { qos: 1, packetId: 1, retain: true }));
      await peer.send(frame(0x30, text(Buffer.of(0xc3, 0x28)))); // no UTF-8: a log line
      await peer.closed;
    }
    for (const line of field.magpie.lines.slice(logged)) {
      assert.equal(typeof JSON.parse(line), 'object', line);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]|secret-of-nobody/);
    }
    const page = await (await fetch(`http://127.0.0.1:${field.ports.http}/metrics`)).text();
    assert.doesNotMatch(page, /<script|__proto__/);
    assert.equal(page.match(/^magpie_info/gm)?.length, 1);
  });
});

test('Attack: WebSocket frames that are none', async (t) => {
  const masked = (firstByte: number, body: Uint8Array) => webSocketFrame(firstByte, body);
  const frames: [name: string, bytes: Uint8Array][] = [
    ['not masked', Buffer.concat([Buffer.of(0x82, 2), Buffer.of(0xc0, 0)])],
    ['reserved bits', masked(0xf2, PINGREQ)],
    ['an unknown opcode', masked(0x83, PINGREQ)],
    ['text', masked(0x81, Buffer.from('hello'))],
    ['a continuation of nothing', masked(0x80, PINGREQ)],
    ['a ping of 126 bytes', masked(0x89, Buffer.alloc(126))],
    ['a ping in pieces', masked(0x09, Buffer.of(1))],
    ['a close frame of one byte', masked(0x88, Buffer.of(3))],
    ['a length of 2^63', Buffer.concat([Buffer.of(0x82, 0xff, 0x7f), Buffer.alloc(11, 0xff)])],
    ['a length beyond the limit', Buffer.concat([Buffer.of(0x82, 0xff), longOf(2 ** 32)])],
    ['MQTT of another kind', masked(0x82, Buffer.alloc(1000, 0xff))],
  ];
  await field.attack(t, USUAL_BOUNDS, async () => {
    for (const [name, bytes] of frames) {
      const peer = await openWebSocket(field.ports.ws);
      await peer.send(bytes);
      // Either it hangs up, or it says close and waits a while for our answer.
      const saysClose = peer.until(2).then((came) => {
        if (came) assert.equal(peer.take()[0], 0x88);
      });
      await Promise.race([
        peer.closed,
        saysClose,
        pause(5000).then(() => assert.fail(`${name} did not close the connection`)),
      ]);
      peer.close();
    }
    // Pings without end, to which nobody listens.
    const peer = await openWebSocket(field.ports.ws);
    peer.socket.pause();
    const pings = Buffer.concat(
      Array.from({ length: 1000 }, () => masked(0x89, Buffer.alloc(125))),
    );
    for (let n = 0; n < 300; n++) await Promise.race([peer.send(pings), pause(1000)]);
    peer.close();
  });
});

test('Attack: web pages of elsewhere', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const { ws, http } = field.ports;
    const evil = await openWebSocket(ws, { Origin: 'https://evil.example' }, false);
    assert.match(evil.received.toString(), /^HTTP\/1\.1 403 /);
    const twins = ['https://good.example.evil.example', 'null', 'http://good.example'];
    for (const origin of twins) {
      const twin = await openWebSocket(ws, { Origin: origin }, false);
      assert.match(twin.received.toString(), /^HTTP\/1\.1 403 /, origin);
    }
    const good = await openWebSocket(ws, { Origin: 'https://good.example' });
    good.close();
    const url = `http://127.0.0.1:${http}/metrics`;
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await fetch(url, { method, headers: { Origin: 'https://evil.example' } });
      await answer.text();
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
    const seen = await fetch(url, { headers: { Origin: 'https://evil.example' } });
    await seen.text();
    assert.equal(seen.headers.get('access-control-allow-origin'), null); // so no page may read it
  });
});

test('Attack: HTTP requests that are too large, or never end', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    for (const port of [field.ports.http, field.ports.ws]) {
      const body = await RawPeer.open(port);
      await body.send(
        Buffer.from('POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n'),
      );
      for (let sent = 0; sent < 64 * MIB && !body.isClosed; sent += MIB) {
        await body.send(Buffer.alloc(MIB));
      }
      await body.closed;
      const header = await RawPeer.open(port);
      await header.send(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n'));
      for (let n = 0; n < 10_000 && !header.isClosed; n++) {
        await header.send(Buffer.from(`X-${n}: ${'y'.repeat(100)}\r\n`));
      }
      await header.closed;
      const garbage = await RawPeer.open(port, Buffer.alloc(100_000, 0xff));
      await garbage.closed;
    }
    const dribbles = await Promise.all(
      Array.from({ length: 400 }, () =>
        RawPeer.open(field.ports.http, Buffer.from('GET /metrics HTTP/1.1\r\nX: ')),
      ),
    );
    await Promise.all(dribbles.map(({ closed }) => closed)); // in headersTimeout
  });
});

test('Attack: plain text on the port of TLS', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const wrong = [
      connect('plain'),
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(1000, 0x16),
    ];
    for (const bytes of wrong) {
      const peer = await RawPeer.open(field.ports.tls, bytes);
      await peer.closed;
    }
    const silent = await Promise.all(
      Array.from({ length: 200 }, () => RawPeer.open(field.ports.tls, Buffer.of(0x16, 3, 1))),
    );
    await Promise.all(silent.map(({ closed }) => closed)); // in tlsHandshakeTimeout
  });
});

test('Attack: 200 TLS handshakes a second', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const beganMs = performance.now();
    const sockets: Promise<unknown>[] = [];
    for (let begun = 0; begun < 500; ) {
      const due = Math.min(500, Math.ceil(((performance.now() - beganMs) / 1000) * 200));
      for (; begun < due; begun++) {
        const socket = dialTls({
          port: field.ports.tls,
          host: '127.0.0.1',
          rejectUnauthorized: false,
        });
        socket.on('error', () => {});
        socket.once('secureConnect', () => socket.destroy());
        sockets.push(once(socket, 'close'));
      }
      await pause(5);
    }
    await Promise.all(sockets);
  });
});

test('After all attacks the broker serves as before', async (t) => {
  await field.attack(t, USUAL_BOUNDS, async () => {
    const socket = dial({ port: field.ports.tcp, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.destroy();
    await field.until('magpie_connections', (value) => value <= 2);
    assert.equal(await field.metric('magpie_queued_messages'), 0);
    assert.deepEqual(
      field.magpie.lines.filter((line) => line.includes('internal-error')),
      [],
    );
  });
});

function longOf(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
