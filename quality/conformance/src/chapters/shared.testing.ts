import assert from 'node:assert/strict';
import type { Chapter, ConformanceTest } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';
import { payloadText, publishesOf } from '../suite/context.js';
import type { Peer } from '../wire/peer.js';

/** Shared subscriptions are part of MQTT 5; the large brokers offer them to older clients too. */
const rules: Omit<ConformanceTest, 'clauses' | 'level'>[] = [
  {
    name: 'A message goes to one member of a group',
    async run(context) {
      const members = await group(context, 'g', 't', 3);
      const publisher = await context.connect();
      const payloads = Array.from({ length: 30 }, (_, n) => `${n}`);
      for (const payload of payloads) {
        await publisher.publish({ topic: context.topic('t'), payload, qos: 1 });
      }
      const got = (
        await Promise.all(members.map((member) => payloadsOf(context, publisher, member)))
      )
        .flat()
        .sort((a, b) => Number(a) - Number(b));
      assert.deepEqual(got, payloads);
    },
  },
  {
    name: 'Every member of a group gets its part',
    async run(context) {
      const members = await group(context, 'g', 't', 2);
      const publisher = await context.connect();
      for (let n = 0; n < 40; n++) await publisher.publish({ topic: context.topic('t'), qos: 1 });
      for (const member of members) {
        assert.ok((await payloadsOf(context, publisher, member)).length > 0);
      }
    },
  },
  {
    name: 'Each group, and each ordinary subscription, gets the message',
    async run(context) {
      const publisher = await context.connect();
      const receivers = [
        ...(await group(context, 'one', 't', 1)),
        ...(await group(context, 'two', 't', 1)),
        ...(await group(context, 'two', '+', 1)),
        await context.subscriber(context.topic('t'), 1),
      ];
      await publisher.publish({ topic: context.topic('t'), payload: 'x', qos: 1 });
      for (const receiver of receivers) {
        assert.deepEqual(await payloadsOf(context, publisher, receiver), ['x']);
      }
    },
  },
  {
    name: 'The filter of a group is matched as any filter, and deliveries carry the topic name',
    async run(context) {
      const publisher = await context.connect();
      const [member] = await group(context, 'g', 'a/+/#', 1);
      assert.ok(member);
      for (const name of ['a', 'b/c', 'a/b', 'a/b/c/d']) {
        await publisher.publish({ topic: context.topic(name), payload: name, qos: 1 });
      }
      await member.receive({ topic: context.topic('a/b'), qos: 1 });
      await member.receive({ topic: context.topic('a/b/c/d'), qos: 1 });
      await context.expectSilence(publisher, member);
    },
  },
  {
    name: 'A member that unsubscribes leaves the messages to the others',
    async run(context) {
      const publisher = await context.connect();
      const [leaving, staying] = await group(context, 'g', 't', 2);
      assert.ok(leaving && staying);
      await leaving.unsubscribe(shareFilter(context, 'g', 't'));
      for (let n = 0; n < 6; n++) {
        await publisher.publish({ topic: context.topic('t'), payload: `${n}`, qos: 1 });
      }
      assert.equal((await payloadsOf(context, publisher, staying)).length, 6);
      await context.expectSilence(publisher, leaving);
    },
  },
  {
    name: 'A member that is gone leaves the messages to the others',
    async run(context) {
      const publisher = await context.connect();
      const [leaving, staying] = await group(context, 'g', 't', 2);
      assert.ok(leaving && staying);
      await leaving.disconnect();
      for (let n = 0; n < 6; n++) {
        await publisher.publish({ topic: context.topic('t'), payload: `${n}`, qos: 1 });
      }
      assert.equal((await payloadsOf(context, publisher, staying)).length, 6);
    },
  },
  {
    name: 'A new member gets no retained messages',
    async run(context) {
      const publisher = await context.connect();
      await publisher.publish({ topic: context.topic('t'), payload: 'kept', qos: 1, retain: true });
      const [member] = await group(context, 'g', 't', 1);
      assert.ok(member);
      await context.expectSilence(publisher, member);
    },
  },
  {
    name: 'A share without a group or a filter, or with a wildcard in its group, is refused',
    async run(context) {
      const bad = ['$share/', '$share/g', '$share/g/', '$share//t', '$share/+/t', '$share/#/t'];
      for (const filter of bad) {
        const peer = await context.connect();
        const subscriptions = [{ filter, qos: 0 as const }];
        peer.send({ type: 'subscribe', packetId: 1, subscriptions });
        const answer = await peer.next();
        if (answer !== undefined) assert.deepEqual(answer, refusal(1), `The filter was ${filter}`);
      }
    },
  },
];

export const sharedChapter: Chapter = {
  name: 'shared',
  title: 'Shared subscriptions, $share/group/filter (an extension)',
  tests: rules.map((rule) => ({ ...rule, clauses: [], level: 'extension' })),
};

function refusal(packetId: number): object {
  return { type: 'suback', packetId, returnCodes: [0x80] };
}

function shareFilter(context: Context, name: string, filter: string): string {
  return `$share/${name}/${context.topic(filter)}`;
}

async function group(
  context: Context,
  name: string,
  filter: string,
  size: number,
): Promise<Peer[]> {
  const members: Peer[] = [];
  for (let n = 0; n < size; n++) {
    members.push(await context.subscriber(shareFilter(context, name, filter), 1));
  }
  return members;
}

async function payloadsOf(context: Context, publisher: Peer, receiver: Peer): Promise<string[]> {
  return publishesOf(await context.settle(publisher, receiver)).map(payloadText);
}
