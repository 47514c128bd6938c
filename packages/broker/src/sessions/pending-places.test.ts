import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandStore } from '../stores/hand-store.testing.js';
import {
  inflightPlaces,
  PENDING_START,
  type PendingPlace,
  type PendingPosition,
  queuedPlaces,
} from './pending-places.js';
import { RecordingOutlet } from './recording-outlet.testing.js';
import type { Session } from './session.js';
import { SessionWorld } from './session-world.testing.js';

function shown(place: PendingPlace): string {
  const { sequence, state, packetId, qos, delivery, replay } = place;
  const what = delivery && Buffer.from(delivery.message.payload).toString();
  const id = packetId === undefined ? '' : ` id ${packetId}`;
  const text = replay ? `${replay.left} of ${replay.filter}` : (what ?? 'stored');
  return `${sequence} ${state} ${text} @ ${qos}${id}`;
}

function queued(session: Session, after = PENDING_START): string[] {
  return [...queuedPlaces(session.pending, after)].flatMap((place) => (place ? shown(place) : []));
}

function inflight(session: Session, after = PENDING_START): string[] {
  return [...inflightPlaces(session.pending, after)].map(shown);
}

/** A client that does not read: retained messages wait, and so does QoS 0 behind them. */
function slow(): Session {
  const world = new SessionWorld();
  world.retain('r/1', 'x', 0);
  world.retain('r/2', 'x', 1);
  const session = world.session('c', { clean: true });
  const outlet = new RecordingOutlet();
  outlet.congested = true;
  session.attach(outlet);
  session.replay('r/+', 1);
  for (const qos of [0, 0, 1, 2, 0] as const) world.publish(`m${qos}`, qos);
  return session;
}

test('queuedPlaces() shows what waits: retained messages, QoS 0 behind them, all others', () => {
  assert.deepEqual(queued(slow()), [
    '-1 queued 2 of r/+ @ 1',
    '-1 queued m0 @ 0',
    '-1 queued m0 @ 0',
    '2 queued m1 @ 1',
    '3 queued m2 @ 2',
    '-1 queued m0 @ 0',
  ]);
});

test('queuedPlaces() goes on behind each place, also those without a number', () => {
  const session = slow();
  const all = queued(session);
  let after: PendingPosition = PENDING_START;
  for (let gone = 0; gone < all.length; gone++) {
    assert.deepEqual(queued(session, after), all.slice(gone));
    const next = [...queuedPlaces(session.pending, after)].find((place) => place !== undefined);
    assert.ok(next);
    after = next.at;
  }
  assert.deepEqual(queued(session, after), []);
});

test('queuedPlaces() finds those in the store by their number, without a walk', () => {
  const store = new HandStore({ safeAtOnce: true, inMemory: false });
  const world = new SessionWorld({}, store);
  const session = world.session();
  for (let number = 0; number < 100; number++) world.publish('m', 1);
  const all = queued(session);
  assert.equal(all.length, 100);
  assert.equal(all[7], '7 queued stored @ undefined');
  const steps = [...queuedPlaces(session.pending, { sequence: 97, behind: 0 })];
  assert.deepEqual(
    steps.map((place) => place?.sequence),
    [undefined, 98, 99],
  );
});

test('queuedPlaces() passes over what leaves while it is walked', () => {
  const world = new SessionWorld({ inflightMax: 3 });
  const session = world.session();
  for (let number = 0; number < 5; number++) world.publish(`${number}`, 1);
  const walk = queuedPlaces(session.pending, PENDING_START);
  const first = walk.next();
  assert.ok(first.done !== true && first.value?.sequence === 0);
  session.attach(new RecordingOutlet());
  assert.deepEqual(
    [...walk].map((place) => place?.sequence),
    [3, 4],
  );
  assert.deepEqual(queued(world.session('other')), []);
});

test('inflightPlaces() shows what was sent, and what the client has received', () => {
  const world = new SessionWorld();
  const [session] = world.online();
  for (const qos of [1, 2, 2, 0] as const) world.publish(`m${qos}`, qos);
  session.acknowledged('pubrec', 2);
  const all = ['0 sent m1 @ 1 id 1', '1 received stored @ 2 id 2', '2 sent m2 @ 2 id 3'];
  assert.deepEqual(inflight(session), all);
  assert.deepEqual(inflight(session, { sequence: 0, behind: 0 }), all.slice(1));
  session.acknowledged('puback', 1);
  assert.deepEqual(inflight(session), all.slice(1));
});

test('inflightPlaces(): a clean session keeps no message', () => {
  const world = new SessionWorld();
  const [session] = world.online('c', { clean: true });
  world.publish('m', 1);
  assert.deepEqual(inflight(session), ['0 sent stored @ 1 id 1']);
});
