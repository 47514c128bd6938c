import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProtocolError } from '@magpie/protocol';
import { FakeTransport } from '../connection/fake-transport.testing.js';
import { bytesOf, ConnectionWorld, connectOf } from '../connection/connection-world.testing.js';
import type { TransportHandler } from '../connection/transport.js';
import { ProxyTransport } from './proxy-transport.js';

const HEADER = Buffer.from('PROXY TCP4 198.51.100.7 192.0.2.1 56324 1883\r\n');
const LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');

/** Keeps what it is told; asks the address at every read. */
class Recorder implements TransportHandler {
  readonly told: string[] = [];
  readonly faults: ProtocolError[] = [];
  readonly transport = new FakeTransport();
  readonly proxied = new ProxyTransport(this.transport);

  constructor() {
    this.proxied.start(this);
  }

  receive(source: Uint8Array, start: number, end: number): void {
    const text = Buffer.from(source.subarray(start, end)).toString();
    this.told.push(`${text} from ${this.proxied.remoteAddress}`);
  }

  drained(): void {
    this.told.push('drained');
  }

  failed(error: ProtocolError): void {
    this.told.push('failed');
    this.faults.push(error);
  }

  closed(): void {
    this.told.push('closed');
  }
}

test('ProxyTransport gives the stream behind the header, wherever it is cut', () => {
  const stream = Buffer.concat([HEADER, Buffer.from('abc')]);
  for (let cut = 0; cut <= stream.length; cut++) {
    const { transport, told } = new Recorder();
    for (const piece of [stream.subarray(0, cut), stream.subarray(cut)]) {
      if (piece.length > 0) transport.send(piece);
    }
    const from = ' from 198.51.100.7';
    assert.ok(told.every((line) => line.endsWith(from)));
    const text = told.map((line) => line.slice(0, -from.length)).join('');
    assert.equal(text, 'abc', `cut at ${cut}`);
  }
  const { transport, told } = new Recorder();
  for (const byte of stream) transport.send(Buffer.of(byte));
  assert.deepEqual(
    told,
    ['a', 'b', 'c'].map((letter) => `${letter} from 198.51.100.7`),
  );
});

test('ProxyTransport tells nothing while there is only a header', () => {
  const { transport, told, proxied } = new Recorder();
  assert.equal(proxied.remoteAddress, '192.0.2.7');
  transport.send(HEADER);
  assert.deepEqual(told, []);
  assert.equal(proxied.remoteAddress, '198.51.100.7');
});

test('ProxyTransport has the address of the proxy if that speaks for itself', () => {
  const { transport, told } = new Recorder();
  transport.send(Buffer.concat([LOCAL, Buffer.from('a')]));
  assert.deepEqual(told, ['a from 192.0.2.7']);
});

test('ProxyTransport takes a second header for a part of the stream', () => {
  const { transport, told } = new Recorder();
  transport.send(Buffer.concat([HEADER, LOCAL]));
  assert.deepEqual(told, [`${LOCAL.toString()} from 198.51.100.7`]);
});

for (const [name, pieces] of [
  ['at once', ['MQTT']],
  ['in its middle', ['PROXY TCP4 ', 'nonsense\r\n']],
] as const) {
  test(`ProxyTransport fails for a header that is wrong ${name}`, () => {
    const { transport, told, faults } = new Recorder();
    for (const piece of pieces) transport.send(Buffer.from(piece));
    assert.deepEqual(told, ['failed']);
    assert.equal(faults[0]?.fault, 'MALFORMED_PACKET');
    transport.send(HEADER);
    assert.ok(!told.join().includes('from'));
  });
}

test('ProxyTransport hands everything else through', () => {
  const { transport, proxied, told } = new Recorder();
  transport.takes = false;
  assert.equal(proxied.write([Buffer.from('ab')]), false);
  assert.equal(proxied.unsentBytes, 2);
  transport.drain(true);
  assert.equal(proxied.write([Buffer.from('c')]), true);
  assert.equal(transport.received.toString(), 'abc');
  proxied.pause();
  assert.equal(transport.paused, true);
  proxied.resume();
  assert.equal(transport.paused, false);
  proxied.end();
  assert.equal(transport.ended, true);
  proxied.destroy();
  assert.equal(transport.destroyed, true);
  transport.close();
  assert.deepEqual(told, ['drained', 'closed']);
});

/** A connection behind a proxy. */
function proxied(world: ConnectionWorld): FakeTransport {
  const transport = new FakeTransport({ arena: world.arena });
  world.connections.accept(new ProxyTransport(transport));
  return transport;
}

test('ProxyTransport has the client known by its own address', () => {
  const world = new ConnectionWorld();
  const addresses: string[] = [];
  world.events.connected.on(({ client }) => addresses.push(client.address));
  const transport = proxied(world);
  transport.send(Buffer.concat([HEADER, bytesOf([connectOf()])]));
  world.endTurn();
  assert.deepEqual(
    transport.received,
    bytesOf([{ type: 'connack', sessionPresent: false, returnCode: 0 }]),
  );
  assert.deepEqual(addresses, ['198.51.100.7']);
  assert.equal(world.authenticator.asked[0]?.address, '198.51.100.7');
  assert.equal(world.log.of('connected')[0]?.fields['address'], '198.51.100.7');
});

test('ProxyTransport is paused while the authenticator thinks, from the first bytes on', () => {
  const world = new ConnectionWorld();
  world.authenticator.answer = () => new Promise(() => {});
  const transport = proxied(world);
  transport.send(Buffer.concat([HEADER, bytesOf([connectOf()])]));
  assert.equal(transport.paused, true);
});

test('ProxyTransport whose header does not come is closed after connectTimeout', () => {
  const world = new ConnectionWorld({ connectTimeout: 10 });
  const [silent, slow] = [proxied(world), proxied(world)];
  slow.send(HEADER.subarray(0, 20));
  world.clock.advance(10_100);
  assert.deepEqual([silent.ended, slow.ended], [true, true]);
  silent.close();
  slow.close();
  world.assertEmpty();
});

test('ProxyTransport with a wrong header costs its connection, with one line in the log', () => {
  const world = new ConnectionWorld();
  const transport = proxied(world);
  transport.send(bytesOf([connectOf()]));
  assert.equal(transport.ended, true);
  assert.equal(transport.received.length, 0);
  const [line, ...more] = world.log.lines.filter(({ level }) => level === 'warn');
  assert.equal(line?.fields['address'], '192.0.2.7');
  assert.match(line.message, /PROXY protocol/);
  assert.equal(more.length, 0);
  transport.close();
  world.assertEmpty();
});
