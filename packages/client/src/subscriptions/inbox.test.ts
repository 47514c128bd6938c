import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientError } from '../errors.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import type { Receipt } from '../session/receipt.js';
import { Inbox, type InboxOptions, type InboxOwner } from './inbox.js';
import type { Consumer } from './subscription.js';

const UNCLAIMED = { afterMs: 0, countMax: 10, bytesMax: 1000, policy: 'drop' } as const;

const OPTIONS: InboxOptions = {
  bufferBytesMax: 100,
  unclaimed: UNCLAIMED,
  unclaimedHandler: undefined,
};

class Owner implements InboxOwner {
  readonly clock = new ManualClock();
  paused = false;
  leaving = '';
  letGoCount = 0;
  readonly consumedTopics: string[] = [];
  readonly errors: ClientError[] = [];
  readonly aborts: ClientError[] = [];

  get nowMs(): number {
    return this.clock.nowMs();
  }
  after(delayMs: number, task: () => void): () => void {
    return this.clock.after(delayMs, task);
  }
  letsGo(topic: string): boolean {
    return topic === this.leaving;
  }
  letGo(): Promise<void> {
    this.letGoCount++;
    return Promise.resolve();
  }
  consumed({ topic }: Receipt): void {
    this.consumedTopics.push(topic);
  }
  fail(error: ClientError): void {
    this.errors.push(error);
  }
  abort(error: ClientError): void {
    this.aborts.push(error);
  }
}

function world(options: Partial<InboxOptions> = {}): { owner: Owner; inbox: Inbox } {
  const owner = new Owner();
  const inbox = new Inbox({ ...OPTIONS, ...options }, owner);
  inbox.connected(true);
  return { owner, inbox };
}

/** Of 60 bytes. */
function message(topic: string, qos: 0 | 1 | 2 = 1): Receipt {
  const flags = { retain: false, dup: false, packetId: 1, connection: 1 };
  const payload = new Uint8Array(60 - topic.length);
  return { topic, payload, qos, ...flags, holders: 0, consumed: false };
}

/** Keeps what it gets. */
function consumer(filter: string): Consumer & { readonly has: Receipt[] } {
  const has: Receipt[] = [];
  return {
    filter,
    has,
    push(receipt) {
      receipt.holders++;
      has.push(receipt);
    },
    end: () => {},
    unsubscribe: () => Promise.resolve(),
    sessionLost: () => {},
  };
}

test('Inbox has a message acknowledged when all who have it are done', () => {
  const { inbox, owner } = world();
  const [one, other] = [consumer('a'), consumer('+')];
  inbox.add(one);
  inbox.add(other);
  const receipt = message('a');
  inbox.deliver(receipt);
  inbox.done(receipt);
  assert.deepEqual([owner.consumedTopics, inbox.bytes], [[], 60]);
  inbox.done(receipt);
  assert.deepEqual([owner.consumedTopics, inbox.bytes, inbox.received], [['a'], 0, 1]);
});

test('Inbox stops reading for what subscriptions have, not for what is unclaimed', () => {
  const { inbox, owner } = world({ unclaimed: { ...UNCLAIMED, afterMs: 1000 } });
  for (let count = 0; count < 5; count++) inbox.deliver(message('nobody'));
  assert.deepEqual([owner.paused, inbox.bytes], [false, 300]);
  const one = consumer('a');
  inbox.add(one);
  for (let count = 0; count < 2; count++) inbox.deliver(message('a'));
  assert.equal(owner.paused, true);
  one.has.forEach((receipt) => inbox.done(receipt));
  assert.equal(owner.paused, false);
});

test('Inbox gives a late subscription what has waited', () => {
  const { inbox, owner } = world({ unclaimed: { ...UNCLAIMED, afterMs: 1000 } });
  inbox.deliver(message('a'));
  inbox.deliver(message('b'));
  const late = consumer('a');
  inbox.add(late);
  assert.deepEqual(
    late.has.map(({ topic }) => topic),
    ['a'],
  );
  owner.clock.advance(1000);
  assert.deepEqual([owner.consumedTopics, inbox.lost], [['b'], 1]);
});

test('Inbox counts each message that is dropped, and tells of them once a second', () => {
  const { inbox, owner } = world();
  for (let count = 0; count < 5; count++) inbox.deliver(message('x'));
  assert.deepEqual([inbox.lost, owner.consumedTopics.length, inbox.bytes], [5, 5, 0]);
  owner.clock.advance(1000);
  inbox.deliver(message('y'));
  const texts = owner.errors.map((error) => `${error.code} ${error.message.split(':')[0]}`);
  assert.deepEqual(texts, [
    'unclaimed Dropped 1 that no subscription takes, the last of x',
    'unclaimed Dropped 5 that no subscription takes, the last of y',
  ]);
});

test('Inbox only counts what the server has been asked to send no more, and QoS 0', () => {
  const { inbox, owner } = world();
  owner.leaving = 'a';
  inbox.deliver(message('a'));
  inbox.deliver(message('b', 0));
  assert.deepEqual([inbox.lost, owner.consumedTopics, owner.errors], [2, ['a', 'b'], []]);
});

test('Inbox with policy end ends the client and acknowledges nothing', () => {
  const { inbox, owner } = world({ unclaimed: { ...UNCLAIMED, policy: 'end' } });
  inbox.deliver(message('x'));
  inbox.end(undefined);
  inbox.deliver(message('x'));
  assert.deepEqual(
    [owner.aborts.map(({ code }) => code), owner.consumedTopics, inbox.lost],
    [['unclaimed'], [], 0],
  );
});

test('Inbox hands what is given up to the handler, then has it acknowledged', async () => {
  let finish = () => {};
  const got: string[] = [];
  const { inbox, owner } = world({
    unclaimedHandler: ({ topic }) => {
      got.push(topic);
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    },
  });
  inbox.deliver(message('x'));
  inbox.deliver(message('y'));
  assert.deepEqual([got, owner.consumedTopics, owner.paused], [['x'], [], true]);
  finish();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  assert.deepEqual([got, owner.consumedTopics, inbox.lost], [['x', 'y'], ['x'], 0]);
});

test('Inbox counts what a subscription has no room for, and is done with it', async () => {
  const { inbox, owner } = world();
  const one = consumer('a');
  inbox.add(one);
  inbox.deliver(message('a', 0));
  inbox.dropped(one.has[0]!);
  await inbox.left(one);
  assert.deepEqual([inbox.lost, owner.consumedTopics, owner.letGoCount], [1, ['a'], 1]);
});

test('Inbox tells of a handler that throws', () => {
  const { inbox, owner } = world();
  inbox.failed(new Error('broken'), 'a');
  assert.deepEqual(
    owner.errors.map(({ code }) => code),
    ['handler-failed'],
  );
});
