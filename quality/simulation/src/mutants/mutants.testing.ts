import { type Packet, Publish } from '@magpie/protocol';
import type { Store, StoredSession } from '@magpie/broker';
import type { Mutation } from '../world/world.js';
import { spoiled } from './spoiled.testing.js';
import { type Change, tamper } from './tampering.testing.js';

/** A broker with one fault, and the laws that must notice it. */
export interface Mutant {
  readonly name: string;
  readonly caughtBy: readonly string[];
  readonly mutation: Mutation;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledges before the commit',
    caughtBy: ['durability'],
    mutation: store((inner) => ({
      commit: async () => {
        inner.commit().catch(() => {}); // nobody waits for it
      },
    })),
  },
  {
    name: 'takes for acknowledged what only the commit under way holds',
    caughtBy: ['durability'],
    mutation: store(blindWhileCommitting),
  },
  {
    name: 'does not wait for the receivers of what the commit under way holds',
    caughtBy: ['durability'],
    mutation: store(() => ({ hasMessagesUnderWay: false })),
  },
  {
    name: 'has a disk that loses what it said is safe',
    caughtBy: ['store'],
    mutation: {
      wrapEngine: (engine) => {
        let writes = 0;
        return spoiled(engine, {
          write: async (batches) => (++writes % 10 === 0 ? batches : engine.write(batches)),
        });
      },
    },
  },
  {
    name: 'forgets DUP',
    caughtBy: ['redelivery'],
    mutation: toClient(() => onPublish((packet) => [published(packet, { dup: false })])),
  },
  {
    name: 'sets DUP always',
    caughtBy: ['redelivery'],
    mutation: toClient(() => onPublish((packet) => [published(packet, { dup: packet.qos > 0 })])),
  },
  {
    name: 'uses an identifier again too early',
    caughtBy: ['identifier'],
    mutation: toClient(() =>
      onPublish((packet) => {
        return [published(packet, { packetId: packet.qos === 0 ? 0 : (packet.packetId % 2) + 1 })];
      }),
    ),
  },
  {
    name: 'loses a message here and there',
    caughtBy: ['loss', 'retained'],
    mutation: toClient((random) => onPublish((packet) => (random.chance(0.05) ? [] : [packet]))),
  },
  {
    name: 'changes a payload',
    caughtBy: ['content'],
    mutation: toClient((random) =>
      onPublish((packet) => {
        return [random.chance(0.05) ? published(packet, { payload: damaged(packet) }) : packet];
      }),
    ),
  },
  {
    name: 'delivers a QoS 2 message twice',
    caughtBy: ['exactly once', 'identifier'],
    mutation: toClient(() =>
      onPublish((packet) => {
        if (packet.qos !== 2 || packet.dup) return [packet];
        return [packet, published(packet, { packetId: (packet.packetId % 65_535) + 1000 })];
      }),
    ),
  },
  {
    name: 'delivers a QoS 0 message twice',
    caughtBy: ['repetition'],
    mutation: toClient(() => onPublish((packet) => (packet.qos > 0 ? [packet] : [packet, packet]))),
  },
  {
    name: 'answers some of the messages of a connection and then none',
    caughtBy: ['progress'],
    mutation: toClient(() => {
      let answers = 0;
      return (packet) => (packet.type === 'puback' && ++answers > 2 ? [] : [packet]);
    }),
  },
  {
    name: 'sends CONNACK again',
    caughtBy: ['protocol'],
    mutation: toClient(() => (packet) => {
      return packet.type === 'connack' ? [packet, packet] : [packet];
    }),
  },
  {
    name: 'has a bug that throws',
    caughtBy: ['fault'],
    mutation: store(() => ({
      putSubscription: () => {
        throw new TypeError('a bug');
      },
    })),
  },
  {
    name: 'loses the order of a queue',
    caughtBy: ['order'],
    mutation: toClient(swapping),
  },
  {
    name: 'sends a retained message behind a newer one',
    caughtBy: ['retained'],
    mutation: toClient(retainedLast),
  },
  {
    name: 'acknowledges in another order',
    caughtBy: ['acknowledgement'],
    mutation: toClient(pubacksSwapped),
  },
  {
    name: 'says the contrary of Session Present',
    caughtBy: ['session', 'protocol'],
    mutation: toClient(() => (packet) => {
      if (packet.type !== 'connack') return [packet];
      return [{ ...packet, sessionPresent: !packet.sessionPresent }];
    }),
  },
  {
    name: 'loses the wills of clients that were connected when it was killed',
    caughtBy: ['will'],
    mutation: store(() => ({ putWill: () => {} })),
  },
  {
    name: 'publishes a will once more after a restart',
    caughtBy: ['will'],
    mutation: store(() => ({ deleteWill: () => {} })),
  },
  {
    name: 'publishes a will at once a second time',
    caughtBy: ['will', 'exactly once', 'repetition'],
    mutation: { spoil: twice },
  },
  {
    name: 'publishes a will in spite of DISCONNECT',
    caughtBy: ['will'],
    mutation: toBroker((packet) =>
      packet.type === 'disconnect' ? [{ type: 'pingreq' }] : [packet],
    ),
  },
  {
    name: 'forgets received QoS 2 identifiers at a restart',
    caughtBy: ['exactly once'],
    mutation: atRestart((session) => ({ ...session, received: [] })),
  },
  {
    name: 'forgets subscriptions at a restart',
    caughtBy: ['loss'],
    mutation: atRestart((session) => ({ ...session, subscriptions: new Map() })),
  },
  {
    name: 'forgets what was queued at a restart',
    caughtBy: ['loss'],
    mutation: atRestart((session) => ({ ...session, deliveries: [] })),
  },
  {
    name: 'forgets sessions at a restart',
    caughtBy: ['session'],
    mutation: store((inner) => ({
      load: async () => ({ ...(await inner.load()), sessions: [] }),
    })),
  },
  {
    name: 'keeps no retained messages on disk',
    caughtBy: ['retained'],
    mutation: store(() => ({ putRetained: () => {} })),
  },
  {
    name: 'settles a message before its PUBACK',
    caughtBy: ['loss', 'exactly once'],
    mutation: store((inner) => ({
      append: (message, recipients) => {
        inner.append(message, recipients);
        for (const { clientId, sequence } of recipients) inner.settle(clientId, sequence);
      },
    })),
  },
  {
    name: 'counts a drop twice',
    caughtBy: ['balance'],
    mutation: {
      spoil: (broker) => {
        const { dropped } = broker.counters;
        broker.on('dropped', ({ reason }) => dropped[reason]++);
      },
    },
  },
  {
    name: 'does not count a message that nobody subscribes to',
    caughtBy: ['balance'],
    mutation: {
      spoil: (broker) => {
        const { dropped } = broker.counters;
        broker.on('dropped', ({ reason }) => {
          if (reason === 'no-subscriber') dropped[reason]--;
        });
      },
    },
  },
  {
    name: 'ignores the limits of a queue',
    caughtBy: ['limit'],
    mutation: { toldLimits: { queuedMessagesMax: 100_000, queuedMessagesTotalMax: 100_000 } },
  },
  {
    name: 'ignores the limit of what is in flight',
    caughtBy: ['limit'],
    mutation: { toldLimits: { inflightMax: 1000 } },
  },
  {
    name: 'keeps sessions for ever',
    caughtBy: ['session'],
    mutation: { toldLimits: { sessionExpiry: 0 } },
  },
  {
    name: 'gives up sessions too early',
    caughtBy: ['session'],
    mutation: { toldLimits: { sessionExpiry: 1 } },
  },
  {
    name: 'waits too long for a silent client',
    caughtBy: ['keep-alive'],
    mutation: toBroker((packet) => {
      if (packet.type !== 'connect') return [packet];
      return [{ ...packet, keepAliveS: packet.keepAliveS * 3 }];
    }),
  },
  {
    name: 'grants a lower QoS after a restart',
    caughtBy: ['routing', 'loss'],
    mutation: atRestart((session) => {
      const filters = [...session.subscriptions.keys()];
      return { ...session, subscriptions: new Map(filters.map((filter) => [filter, 0])) };
    }),
  },
  {
    name: 'goes on with a subscription that was ended',
    caughtBy: ['routing'],
    mutation: toBroker((packet) => {
      if (packet.type !== 'unsubscribe') return [packet];
      return [
        { ...packet, filters: packet.filters.map((filter) => `${filter}x`.replace('#', 'x')) },
      ];
    }),
  },
];

function store(changes: (inner: Store) => Partial<Store>): Mutation {
  return { wrapStore: (inner) => spoiled(inner, changes(inner)) };
}

/** Says of no message that it is new, as long as a commit is under way. */
function blindWhileCommitting(inner: Store): Partial<Store> {
  let underWay = 0;
  return {
    get hasNewMessages() {
      return underWay === 0 && inner.hasNewMessages;
    },
    commit: () => {
      underWay++;
      return inner.commit().finally(() => underWay--);
    },
  };
}

function atRestart(change: (session: StoredSession) => StoredSession): Mutation {
  return store((inner) => ({
    load: async () => {
      const state = await inner.load();
      return { ...state, sessions: state.sessions.map(change) };
    },
  }));
}

function toClient(change: NonNullable<Parameters<typeof tamper>[0]['toClient']>): Mutation {
  return { tamper: tamper({ toClient: change }) };
}

function toBroker(change: Change): Mutation {
  return { tamper: tamper({ toBroker: () => change }) };
}

function onPublish(change: (packet: Publish) => readonly Packet[]): Change {
  return (packet) => (packet.type === 'publish' ? change(packet) : [packet]);
}

function published(packet: Publish, fields: Partial<Parameters<typeof Publish.of>[0]>): Publish {
  const { topic, payload, qos, retain, dup, packetId } = packet;
  return Publish.of({ topic, payload, qos, retain, dup, packetId, ...fields });
}

function damaged({ payload }: Publish): Uint8Array {
  const changed = new Uint8Array(payload);
  if (changed.length > 0) changed[changed.length - 1]! ^= 1;
  return changed;
}

/** Holds a message back until another one of QoS 0 or 1 has gone past. */
function swapping(): Change {
  let held: Publish | undefined;
  return onPublish((packet) => {
    if (packet.qos === 2 || packet.retain) return [packet];
    if (held === undefined) {
      held = packet;
      return [];
    }
    const both = [packet, held];
    held = undefined;
    return both;
  });
}

function retainedLast(): Change {
  const held: Publish[] = [];
  return onPublish((packet) => {
    if (packet.retain) {
      held.push(packet);
      return [];
    }
    const late = held.filter(({ topic }) => topic === packet.topic);
    return [packet, ...late];
  });
}

function pubacksSwapped(): Change {
  let held: Packet | undefined;
  return (packet) => {
    if (packet.type !== 'puback') return [packet];
    if (held === undefined) {
      held = packet;
      return [];
    }
    const both = [packet, held];
    held = undefined;
    return both;
  };
}

/** Publishes what was the will of a client again, as soon as it is published. */
function twice(broker: Parameters<NonNullable<Mutation['spoil']>>[0]): void {
  const wills = new Set<string>();
  broker.on('disconnected', ({ client, reason }) => {
    if (reason !== 'client-disconnect') wills.add(client.clientId);
  });
  broker.on('published', ({ message }) => {
    if (!wills.delete(message.publisher)) return;
    const { topic, qos, retain } = message;
    void broker.publish({ topic, payload: new Uint8Array(message.payload), qos, retain });
  });
}
