/** A store in a directory, with something of everything in it. */
import { Message } from '../../../model/message.js';
import type { StoredState } from '../../store.js';
import { LmdbStore } from '../lmdb-store.js';

/** Messages that are queued for session `away`. */
export const QUEUED = 300;

export async function makeSampleStore(directory: string): Promise<void> {
  await using store = await LmdbStore.open(directory);
  await store.load();
  store.putTime({ brokerMs: 5000, wallMs: 1_700_000_000_000 });
  store.openSession('away', { username: 'me' });
  store.openSession('here', { username: undefined });
  store.openSession('ünïcode 名');
  store.putLeft('away', 4000);
  store.putSubscription('away', 'a/#', 1);
  store.putSubscription('away', '$share/group/b/+', 2);
  store.putSubscription('here', '#', 0);
  store.addReceived('here', 77);
  store.addReceived('here', 65_535);
  for (let sequence = 0; sequence < QUEUED; sequence++) {
    const recipients = [{ clientId: 'away', sequence, qos: 1 as const, retained: false }];
    if (sequence < 3) recipients.push({ clientId: 'here', sequence, qos: 1, retained: false });
    store.append(message(`a/${sequence}`, sequence % 50 === 0 ? 10_000 : 100), recipients);
  }
  store.append(message('b/x', 10, 2), [{ clientId: 'here', sequence: 3, qos: 2, retained: true }]);
  store.append(message('b/y', 10, 2), [{ clientId: 'here', sequence: 4, qos: 2, retained: true }]);
  store.putReplay('here', {
    filter: '#',
    qos: 1,
    after: 1,
    asOf: 2,
    nextSequence: 6,
    endSequence: 9,
  });
  for (const [index, topic] of ['r/1', 'r/2', 't'.repeat(2000)].entries()) {
    store.putRetained(message(topic, 20), index + 1);
  }
  store.putWill({
    number: 1,
    principal: { clientId: 'here', username: 'me', address: '127.0.0.1' },
    message: message('will', 5),
  });
  store.putWill({
    number: 2,
    principal: { clientId: 'guest', username: undefined, address: '::1' },
    message: message('will', 0),
  });
  await store.commit();
  store.release('here', 3);
  store.settle('here', 1);
  await store.commit();
}

/** All that is in a store, payloads too, to be compared. */
export async function stateOf(directory: string): Promise<unknown> {
  await using store = await LmdbStore.open(directory);
  const state: StoredState = await store.load();
  const messages: unknown[] = [];
  for (const { clientId } of state.sessions) {
    for (const found of await store.read(clientId, 0, 100_000, 1e9)) {
      messages.push({ clientId, ...found, message: plain(found.message) });
    }
  }
  return {
    ...state,
    messages,
    retained: state.retained.map(({ message, ...other }) => ({ ...other, ...plain(message) })),
    wills: state.wills.map(({ message, ...other }) => ({ ...other, ...plain(message) })),
  };
}

export function message(topic: string, bytes: number, qos: 0 | 1 | 2 = 1): Message {
  const payload = Buffer.alloc(bytes, topic);
  return Message.of({ topic, payload, qos, retain: topic.startsWith('r'), publisher: 'publisher' });
}

function plain({ topic, qos, retain, publisher, payload }: Message) {
  return { topic, qos, retain, publisher, payload: Buffer.from(payload).toString('hex') };
}
