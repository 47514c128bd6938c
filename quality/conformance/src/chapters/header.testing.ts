import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import { field, framed, hex, uint16 } from '../wire/bytes.js';
import type { MalformedCase } from './malformed.testing.js';
import { malformed, rawConnect } from './malformed.testing.js';

/** Type, its only allowed flags, and a body that is right in itself (table 2.2). */
const FIXED_FLAGS: readonly {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
  readonly clauses: readonly string[];
}[] = [
  { name: 'PUBACK', type: 4, flags: 0, body: uint16(1), clauses: [] },
  { name: 'PUBREC', type: 5, flags: 0, body: uint16(1), clauses: [] },
  { name: 'PUBREL', type: 6, flags: 2, body: uint16(1), clauses: ['MQTT-3.6.1-1'] },
  { name: 'PUBCOMP', type: 7, flags: 0, body: uint16(1), clauses: [] },
  {
    name: 'SUBSCRIBE',
    type: 8,
    flags: 2,
    body: hex('0001 0001 "a" 00'),
    clauses: ['MQTT-3.8.1-1'],
  },
  {
    name: 'UNSUBSCRIBE',
    type: 10,
    flags: 2,
    body: hex('0001 0001 "a"'),
    clauses: ['MQTT-3.10.1-1'],
  },
  { name: 'PINGREQ', type: 12, flags: 0, body: hex(''), clauses: [] },
  { name: 'DISCONNECT', type: 14, flags: 0, body: hex(''), clauses: ['MQTT-3.14.1-1'] },
];

const FLAGS = ['MQTT-2.2.2-1', 'MQTT-2.2.2-2', 'MQTT-4.8.0-1'];

const flagTests: ConformanceTest[] = FIXED_FLAGS.map(({ name, type, flags, body, clauses }) =>
  malformed({
    name: `${name} with any flags but ${flags.toString(2).padStart(4, '0')} closes the connection`,
    clauses: [...FLAGS, ...clauses],
    bytes: () => otherFlags(flags).map((wrong) => framed((type << 4) | wrong, body)),
  }),
);

const MALFORMED: readonly MalformedCase[] = [
  {
    name: 'CONNECT with any flags but 0000 closes the connection',
    clauses: [...FLAGS, 'MQTT-3.1.4-1'],
    after: 'nothing',
    bytes: () =>
      otherFlags(0).map((flags) => framed(0x10 | flags, rawConnect({ fields: ['x'] }).subarray(2))),
  },
  {
    name: 'The reserved packet types 0 and 15 close the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => ['00 00', 'f0 00', '00 02 0001', 'f0 02 0001'],
  },
  {
    name: 'Packet types that only a server sends close the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => [
      '20 02 0000    # CONNACK',
      '90 03 0001 00 # SUBACK',
      'b0 02 0001    # UNSUBACK',
      'd0 00         # PINGRESP',
    ],
  },
  {
    name: 'A remaining length of more than four bytes closes the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => ['30 ff ff ff ff 01', '30 80 80 80 80 00', 'c0 80 80 80 80 00'],
  },
  {
    name: 'A CONNECT whose remaining length has five bytes closes the connection',
    clauses: ['MQTT-4.8.0-1', 'MQTT-3.1.4-1'],
    after: 'nothing',
    bytes: () => ['10 80 80 80 80 01', '10 ff ff ff ff ff'],
  },
  {
    name: 'An acknowledgement that is not two bytes long closes the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () =>
      [0x40, 0x50, 0x62, 0x70].flatMap((first) =>
        ['', '00', '0001 00'].map((body) => framed(first, hex(body))),
      ),
  },
  {
    name: 'PINGREQ and DISCONNECT with a body close the connection',
    clauses: ['MQTT-4.8.0-1'],
    bytes: () => ['c0 01 00', 'e0 01 00', 'c0 02 0001'],
  },
  {
    name: 'PUBLISH of QoS 1 and 2 with packet id 0 closes the connection',
    clauses: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'],
    bytes: (context) =>
      [0x32, 0x34].map((first) => framed(first, field(context.topic('zero')), hex('0000 "x"'))),
  },
  {
    name: 'SUBSCRIBE with packet id 0 closes the connection',
    clauses: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'],
    bytes: () => ['82 06 0000 0001 "a" 00'],
  },
  {
    name: 'UNSUBSCRIBE with packet id 0 closes the connection',
    clauses: ['MQTT-2.3.1-1', 'MQTT-4.8.0-1'],
    bytes: () => ['a2 05 0000 0001 "a"'],
  },
  {
    name: 'An acknowledgement with packet id 0 closes the connection',
    clauses: ['MQTT-2.3.1-6'],
    level: 'should',
    bytes: () => ['40 02 0000', '50 02 0000', '62 02 0000', '70 02 0000'],
  },
];

export const headerChapter: Chapter = {
  name: 'header',
  title: 'Fixed header, flags, packet identifiers (2.2, 2.3)',
  tests: [
    ...flagTests,
    ...MALFORMED.map(malformed),
    {
      name: 'A remaining length in more bytes than needed is read',
      clauses: [],
      level: 'should',
      async run(context) {
        const peer = await context.connect();
        peer.sendBytes('c0 80 00');
        await peer.expectBytes('d0 00');
        peer.sendBytes('c0 80 80 80 00');
        await peer.expectBytes('d0 00');
      },
    },
    {
      name: 'What the server answers has the flags of table 2.2 and the shortest length',
      clauses: ['MQTT-2.2.2-1', 'MQTT-2.3.1-6', 'MQTT-2.3.1-7'],
      async run(context) {
        const peer = await context.open();
        const clientId = context.clientId();
        peer.send(context.connectPacket({ clientId }));
        await peer.expectBytes('20 02 0000');
        const topic = field(context.topic('bytes'));
        peer.sendBytes(framed(0x82, uint16(0x1234), topic, hex('02')));
        await peer.expectBytes('90 03 1234 02');
        peer.sendBytes(framed(0xa2, uint16(0xfffe), topic));
        await peer.expectBytes('b0 02 fffe');
        peer.sendBytes(framed(0x32, topic, uint16(0x0102)));
        await peer.expectBytes('40 02 0102');
        peer.sendBytes(framed(0x34, topic, uint16(0xffff)));
        await peer.expectBytes('50 02 ffff');
        peer.sendBytes('62 02 ffff');
        await peer.expectBytes('70 02 ffff');
        peer.sendBytes('c0 00');
        await peer.expectBytes('d0 00');
      },
    },
    {
      name: 'A QoS 0 delivery has no packet id, a QoS 1 and a QoS 2 delivery have one',
      clauses: ['MQTT-2.3.1-1', 'MQTT-2.3.1-5', 'MQTT-4.3.1-1', 'MQTT-4.3.2-1', 'MQTT-4.3.3-1'],
      async run(context) {
        const name = context.topic('t');
        const topic = field(name);
        const publisher = await context.connect();
        const receiver = await context.subscriber(name, 2);
        publisher.sendBytes(framed(0x30, topic, hex('"zero"')));
        await receiver.expectBytes(dump(framed(0x30, topic, hex('"zero"'))));
        publisher.sendBytes(framed(0x32, topic, uint16(7), hex('"one"')));
        const one = await receiver.expect('publish', { qos: 1, dup: false, payload: 'one' });
        publisher.sendBytes(framed(0x34, topic, uint16(7), hex('"two"')));
        publisher.sendBytes('62 02 0007');
        const two = await receiver.expect('publish', { qos: 2, dup: false, payload: 'two' });
        if (one.packetId === 0 || two.packetId === 0) throw new Error('A packet id is 0');
        receiver.send({ type: 'pubrec', packetId: two.packetId });
        await receiver.expectBytes(`62 02 ${dump(uint16(two.packetId))}`);
      },
    },
  ],
};

function otherFlags(allowed: number): number[] {
  return Array.from({ length: 16 }, (_, flags) => flags).filter((flags) => flags !== allowed);
}

function dump(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
