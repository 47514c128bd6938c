import { Publish } from '@magpie/protocol';
import type { Connack, Connect, Packet, PublishFields, QoS } from '@magpie/protocol';
import type { Fault, Memory, Tamper } from './tampering-proxy.testing.js';

/** A broker with one fault, and tests that must notice it. */
export interface Mutant extends Fault {
  readonly name: string;
  readonly caughtBy: readonly string[];
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'says session present 0 always',
    toClient: onConnack((packet) => ({ ...packet, sessionPresent: false })),
    caughtBy: ['Session present is 0 for a new client id'],
  },
  {
    name: 'says session present 1 always',
    toClient: onConnack((packet) => ({ ...packet, sessionPresent: packet.returnCode === 0 })),
    caughtBy: ['Session present is 0 for a new client id', 'A valid CONNECT is answered'],
  },
  {
    name: 'refuses with another code',
    toClient: onConnack((packet) => ({ ...packet, returnCode: packet.returnCode === 0 ? 0 : 5 })),
    caughtBy: ['An unsupported protocol level', 'An empty client id with a persistent session'],
  },
  {
    name: 'acknowledges another id',
    toClient: (packet) =>
      packet.type === 'puback'
        ? [{ ...packet, packetId: (packet.packetId % 65_535) + 1 }]
        : [packet],
    caughtBy: ['PUBLISH is answered as its QoS demands', 'Any packet id from 1 to 65535'],
  },
  {
    name: 'acknowledges QoS 0',
    toBroker: onPublish((fields) => ({ ...fields, qos: 1, packetId: fields.packetId || 7 })),
    caughtBy: ['PUBLISH is answered as its QoS demands'],
  },
  {
    name: 'answers a PUBREL once only',
    toClient: (packet, memory) =>
      packet.type === 'pubcomp' && seenBefore(memory, `pubcomp ${packet.packetId}`) ? [] : [packet],
    caughtBy: ['PUBREL is answered with PUBCOMP, again'],
  },
  {
    name: 'answers PINGREQ never',
    toClient: (packet) => (packet.type === 'pingresp' ? [] : [packet]),
    caughtBy: ['PINGREQ is answered'],
  },
  {
    name: 'answers SUBSCRIBE with the codes in reverse',
    toClient: (packet) =>
      packet.type === 'suback'
        ? [{ ...packet, returnCodes: [...packet.returnCodes].reverse() }]
        : [packet],
    caughtBy: ['SUBACK has the id of its SUBSCRIBE', 'SUBSCRIBE with 500 filters'],
  },
  {
    name: 'answers UNSUBSCRIBE with another id',
    toClient: (packet) =>
      packet.type === 'unsuback' ? [{ ...packet, packetId: packet.packetId ^ 1 }] : [packet],
    caughtBy: ['UNSUBACK has the id'],
  },
  {
    name: 'never sets DUP',
    toClient: onPublish((fields) => ({ ...fields, dup: false })),
    caughtBy: [
      'An unacknowledged QoS 1 delivery is repeated',
      'An unacknowledged QoS 2 delivery is repeated',
      'A take-over repeats',
    ],
  },
  {
    name: 'sets DUP always',
    toClient: onPublish((fields) => ({ ...fields, dup: fields.qos !== 0 })),
    caughtBy: ['DUP of a publisher is not passed on', 'A QoS 1 delivery is made once'],
  },
  {
    name: 'repeats with a new id',
    toClient: onPublish(({ packetId = 0, ...fields }) => ({
      ...fields,
      packetId: fields.dup === true ? packetId + 1000 : packetId,
    })),
    caughtBy: [
      'An unacknowledged QoS 1 delivery is repeated',
      'An unacknowledged QoS 2 delivery is repeated',
    ],
  },
  {
    name: 'gives every delivery the same id',
    toClient: onPublish((fields) => ({ ...fields, packetId: fields.qos === 0 ? 0 : 1 })),
    caughtBy: ['Deliveries that wait for an acknowledgement have ids of their own'],
  },
  {
    name: 'never sets RETAIN',
    toClient: onPublish((fields) => ({ ...fields, retain: false })),
    caughtBy: ['A new subscription gets the retained message', 'The same filter again brings'],
  },
  {
    name: 'sets RETAIN always',
    toClient: onPublish((fields) => ({ ...fields, retain: true })),
    caughtBy: ['An established subscription gets', 'What was queued for an absent client'],
  },
  {
    name: 'delivers at QoS 0 always',
    toClient: onPublish((fields) => ({ ...fields, qos: 0, packetId: 0, dup: false })),
    caughtBy: ['A message is delivered at the lower', 'Overlapping filters deliver at the highest'],
  },
  {
    name: 'cuts the last byte of payloads',
    toClient: onPublish((fields) => ({ ...fields, payload: fields.payload.subarray(0, -1) })),
    caughtBy: ['A delivery has the topic and payload', 'A payload of 2.5 MiB'],
  },
  {
    name: 'normalizes topic names',
    toClient: onPublish((fields) => ({ ...fields, topic: fields.topic.normalize('NFC') })),
    caughtBy: ['with a combining mark is kept'],
  },
  {
    name: 'strips U+FEFF',
    toClient: onPublish((fields) => ({ ...fields, topic: fields.topic.replaceAll('\uFEFF', '') })),
    caughtBy: ['EF BB BF in a topic name'],
  },
  {
    name: 'delivers everything twice',
    toClient: (packet) => (packet.type === 'publish' ? [packet, packet] : [packet]),
    caughtBy: ['A QoS 1 delivery is made once', 'Only the last retained message'],
  },
  {
    name: 'swaps deliveries',
    toClient: (packet, memory) => {
      if (packet.type !== 'publish') return [packet];
      const held = memory.get('held') as Packet | undefined;
      memory.set('held', held === undefined ? packet : undefined);
      return held === undefined ? [] : [packet, held];
    },
    caughtBy: ["The order of a publisher's QoS 0", 'Many packets in one segment'],
  },
  {
    name: 'does not close',
    keepOpen: true,
    caughtBy: [
      'A second CONNECT closes',
      'PUBLISH with QoS 3',
      'After DISCONNECT the server closes',
      'A client id that connects again',
    ],
  },
  {
    name: 'overlooks what is malformed',
    swallowMalformed: true,
    caughtBy: [
      'UNSUBSCRIBE with a misplaced wildcard',
      'PUBLISH with an ill-formed topic name',
      'CONNECT with will QoS 3',
      'PUBREL with any flags',
      'A remaining length of more than four bytes',
    ],
  },
  {
    name: 'forgets wills',
    toBroker: onConnect((connect) => ({ ...connect, will: undefined })),
    caughtBy: ['The will is published once when the network connection is cut'],
  },
  {
    name: 'publishes wills as not retained',
    toBroker: onWill((will) => ({ ...will, retain: false })),
    caughtBy: ['A will with retain 1 is retained', 'An empty will with retain 1'],
  },
  {
    name: 'publishes wills as retained',
    toBroker: onWill((will) => ({ ...will, retain: true })),
    caughtBy: ['A will with retain 0 is not retained'],
  },
  {
    name: 'publishes wills at QoS 0',
    toBroker: onWill((will) => ({ ...will, qos: 0 })),
    caughtBy: ['The will has the QoS of CONNECT'],
  },
  {
    name: 'publishes the will after DISCONNECT',
    toBroker: (packet) => (packet.type === 'disconnect' ? [] : [packet]),
    caughtBy: ['DISCONNECT discards the will', 'Without the will flag nothing is published'],
  },
  {
    name: 'makes every session clean',
    toBroker: onConnect((connect) => ({ ...connect, cleanSession: true })),
    caughtBy: [
      'Session present is 0 for a new client id',
      'QoS 1 and 2 messages for an absent client',
      'An unacknowledged QoS 1 delivery is repeated',
      'After PUBREC a reconnection',
      'A QoS 2 message repeated after a reconnection',
    ],
  },
  {
    name: 'makes every session persistent',
    toBroker: onConnect((connect) => ({ ...connect, cleanSession: connect.clientId === '' })),
    caughtBy: ['A clean session ends with', 'A clean session discards', 'A take-over with clean'],
  },
  {
    name: 'keeps clients of one id apart',
    toBroker: onConnect((connect) => ({ ...connect, clientId: `${connect.clientId}${unique()}` })),
    caughtBy: ['A client id that connects again', 'A session is kept whether'],
  },
  {
    name: 'ignores the keep alive',
    toBroker: onConnect((connect) => ({ ...connect, keepAliveS: 0 })),
    caughtBy: ['A client silent for one and a half'],
  },
  {
    name: 'ignores RETAIN',
    toBroker: onPublish((fields) => ({ ...fields, retain: false })),
    caughtBy: ['A new subscription gets the retained', 'Retained messages outlive the session'],
  },
  {
    name: 'retains everything',
    toBroker: onPublish((fields) => ({ ...fields, retain: true })),
    caughtBy: ['RETAIN 0 neither stores'],
  },
  {
    name: 'does not remove retained messages',
    toBroker: onPublish(({ retain = false, ...fields }) => ({
      ...fields,
      retain: retain && fields.payload.length > 0,
    })),
    caughtBy: ['A retained message with an empty payload', 'Removing a retained message leaves'],
  },
  {
    name: 'does not delete subscriptions',
    toBroker: (packet) =>
      packet.type === 'unsubscribe' ? [{ ...packet, filters: ['never/there'] }] : [packet],
    caughtBy: ['After UNSUBACK no new message', 'Several filters of one UNSUBSCRIBE'],
  },
  {
    name: 'deletes more subscriptions than it was asked to',
    toBroker: (packet) =>
      packet.type === 'unsubscribe'
        ? [{ ...packet, filters: packet.filters.flatMap((f) => [f, f.replace(/[^/]+$/, '+')]) }]
        : [packet],
    caughtBy: ['UNSUBSCRIBE deletes only the filter that is equal'],
  },
  {
    name: 'does not match the parent level with #',
    toBroker: onFilter((filter) => filter.replace(/\/#$/, '/+/#')),
    caughtBy: [
      'The filter “…/a/#” matches',
      'Retained messages for “…/a/b/#”',
      'Each of 90 filters',
    ],
  },
  {
    name: 'matches several levels with +',
    toBroker: onFilter((filter) => filter.replace(/\/\+$/, '/#')),
    caughtBy: ['The filter “…/a/+” matches', 'Retained messages for “…/+” are'],
  },
  {
    name: 'ignores case in filters',
    toBroker: onFilter((filter) => filter.toLowerCase()),
    caughtBy: ['The filter “…/K” matches', 'Retained messages of different topics'],
  },
  {
    name: 'ignores empty levels in filters',
    toBroker: onFilter((filter) => filter.replace(/\/+/g, '/').replace(/\/$/, '')),
    caughtBy: ['The filter “…/a/” matches', 'The filter “…//” matches'],
  },
  {
    name: 'shows topics with $ to #',
    toBroker: onPublish((fields) => ({ ...fields, topic: fields.topic.replace(/^\$/, 'dollar-') })),
    toClient: onPublish((fields) => ({ ...fields, topic: fields.topic.replace(/^dollar-/, '$') })),
    caughtBy: ['Filters that start with a wildcard do not match'],
  },
  {
    name: 'delivers repeated QoS 2 messages again',
    toBroker: (packet) =>
      packet.type === 'publish' && packet.qos === 2 && packet.dup
        ? [packet, changed(packet, (fields) => ({ ...fields, qos: 0, packetId: 0, dup: false }))]
        : [packet],
    caughtBy: ['A QoS 2 message sent twice', 'A QoS 2 message repeated after a reconnection'],
  },
  {
    name: 'takes a QoS 1 message with DUP for a known one',
    toBroker: (packet, memory) => {
      if (packet.type !== 'publish' || packet.qos !== 1) return [packet];
      const known = seenBefore(memory, `qos 1 ${packet.packetId}`) && packet.dup;
      return known ? [changed(packet, (fields) => ({ ...fields, topic: 'nowhere' }))] : [packet];
    },
    caughtBy: ['A QoS 1 packet id is free again'],
  },
  {
    name: 'grants less than it was asked for and says so',
    toBroker: onSubscribedQoS(() => 0),
    caughtBy: ['SUBACK has the id of its SUBSCRIBE'],
  },
];

function onConnack(change: (packet: Connack) => Connack): Tamper {
  return (packet) => [packet.type === 'connack' ? change(packet) : packet];
}

function onConnect(change: (packet: Connect) => Connect): Tamper {
  return (packet) => [packet.type === 'connect' ? change(packet) : packet];
}

function onWill(change: (will: NonNullable<Connect['will']>) => Connect['will']): Tamper {
  return onConnect((connect) => ({ ...connect, will: connect.will && change(connect.will) }));
}

function onPublish(change: (fields: PublishFields) => PublishFields): Tamper {
  return (packet) => [packet.type === 'publish' ? changed(packet, change) : packet];
}

function changed(packet: Publish, change: (fields: PublishFields) => PublishFields): Publish {
  const { topic, payload, qos, retain, dup, packetId } = packet;
  return Publish.of(change({ topic, payload, qos, retain, dup, packetId }));
}

/** Markers of the suite itself are left alone. */
function onFilter(change: (filter: string) => string): Tamper {
  return (packet) => {
    if (packet.type !== 'subscribe') return [packet];
    const subscriptions = packet.subscriptions.map(({ filter, qos }) => ({
      filter: filter.includes('m/') ? filter : change(filter),
      qos,
    }));
    return [{ ...packet, subscriptions }];
  };
}

function onSubscribedQoS(change: (qos: QoS) => QoS): Tamper {
  return (packet) => {
    if (packet.type !== 'subscribe') return [packet];
    const subscriptions = packet.subscriptions.map(({ filter, qos }) => ({
      filter,
      qos: change(qos),
    }));
    return [{ ...packet, subscriptions }];
  };
}

function seenBefore(memory: Memory, key: string): boolean {
  const seen = memory.has(key);
  memory.set(key, true);
  return seen;
}

function unique(): string {
  return process.hrtime.bigint().toString(36);
}
