import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSharedFilter, type QoS } from '@magpie/protocol';
import fc from 'fast-check';
import { rulesIn } from '../auth/rules/rules.testing.js';
import type { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import type { Session } from '../sessions/session.js';
import { callbacksDone } from '../stores/hand-store.testing.js';
import type { Revocation } from './rechecking.js';
import { ALL, CHECKED, NOT_SECRET, RuleWorld } from './rule-world.testing.js';

/**
 * Clients that come, subscribe and go, messages, and rules that change again and again while the
 * sessions are looked at, one subscription in a slice. Whatever happens when:
 *
 * - no client is sent what the rules that hold in this moment deny it;
 * - in the end nobody has a subscription that they deny;
 * - nobody has lost one that no rules have denied since it was granted;
 * - what was delivered is accounted for.
 */

const FILTERS = ['#', 'secret/#', 'open/+', 'secret/a', '$share/g/#', '$share/g/secret/a'] as const;
const TOPICS = ['secret/a', 'secret/b', 'open/a', 'other'] as const;
const RULES: readonly (readonly string[])[] = [
  [ALL],
  NOT_SECRET,
  CHECKED,
  ['{ deny: both, who: { user: alice }, topics: secret/# }', ALL],
  ['{ deny: both, who: { client: [a, b] }, topics: secret/a }', ALL],
  ['{ allow: both, topics: open/# }'],
];

type Step =
  | { readonly does: 'come'; readonly who: string; readonly clean: boolean; readonly user: string }
  | { readonly does: 'leave'; readonly who: string }
  | { readonly does: 'subscribe'; readonly who: string; readonly filter: string; readonly qos: QoS }
  | { readonly does: 'publish'; readonly topic: string; readonly qos: QoS }
  | { readonly does: 'change'; readonly rules: readonly string[] }
  | { readonly does: 'turn' };

const who = fc.constantFrom('a', 'b', 'c');
const qos = fc.constantFrom<QoS>(0, 1, 2);
const come = fc.record({
  does: fc.constant('come' as const),
  who,
  clean: fc.boolean(),
  user: fc.constantFrom('alice', 'bob'),
});
const subscribe = fc.record({
  does: fc.constant('subscribe' as const),
  who,
  filter: fc.constantFrom(...FILTERS),
  qos,
});
const publish = fc.record({
  does: fc.constant('publish' as const),
  topic: fc.constantFrom(...TOPICS),
  qos,
});
const change = fc.record({
  does: fc.constant('change' as const),
  rules: fc.constantFrom(...RULES),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: subscribe },
  { weight: 4, arbitrary: publish },
  { weight: 2, arbitrary: come },
  { weight: 2, arbitrary: change },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave' as const), who }) },
);

class Model {
  readonly world: RuleWorld;
  readonly #clients = new Map<
    string,
    { session: Session; outlet: RecordingOutlet; read: number }
  >();
  /** What each session has to keep. */
  readonly #kept = new Map<Session, Set<string>>();
  readonly runs: Promise<Revocation[]>[] = [];
  looks = 0;

  constructor(onDisk: boolean) {
    this.world = new RuleWorld([ALL], { onDisk });
    const { authorizer, clock } = this.world;
    const ask = authorizer.maySubscribe.bind(authorizer);
    authorizer.maySubscribe = (client, filter, granted) => {
      clock.advance(3); // as long as a slice
      this.looks++;
      return ask(client, filter, granted);
    };
  }

  async take(one: Step): Promise<void> {
    const { world } = this;
    this.#judge(); // what has come from the disk since
    if (one.does === 'come') this.#come(one);
    else if (one.does === 'leave') this.#leave(one.who);
    else if (one.does === 'subscribe') this.#subscribe(one);
    else if (one.does === 'publish') world.publish('m', one.qos, one.topic);
    else if (one.does === 'change') {
      world.authorizer.replace(rulesIn(...one.rules));
      this.#forgetDenied();
      this.runs.push(world.rechecking.all());
    } else {
      world.clock.endTurn();
      await callbacksDone();
    }
    this.#judge();
  }

  #come({ who: clientId, clean, user }: Extract<Step, { does: 'come' }>): void {
    this.#leave(clientId);
    const before = this.world.registry.get(clientId);
    if (before !== undefined && clean) this.world.registry.end(before);
    const [session, outlet] = this.world.comes(clientId, { clean, username: user });
    this.#clients.set(clientId, { session, outlet, read: 0 });
    if (!this.#kept.has(session)) this.#kept.set(session, new Set());
    this.#forgetDenied();
  }

  #leave(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client === undefined) return;
    this.#clients.delete(clientId);
    this.world.registry.leave(client.session);
  }

  /** As a SUBSCRIBE does. */
  #subscribe({ who: clientId, filter, qos: wanted }: Extract<Step, { does: 'subscribe' }>): void {
    const session = this.#clients.get(clientId)?.session;
    if (session?.rights.client === undefined) return;
    const shared = parseSharedFilter(filter);
    const { rules } = this.world.authorizer;
    const own = shared?.filter ?? filter;
    const { granted } = rules.ofSubscription(session.rights.client, own, wanted);
    if (granted === false || (granted === 'checked' && shared !== undefined)) return;
    if (granted === 'checked') session.rights.checksAll = true;
    this.world.registry.subscribe(session, filter, wanted);
    this.#kept.get(session)?.add(filter);
  }

  #isDenied(session: Session, filter: string): boolean {
    const { client } = session.rights;
    const granted = session.subscriptions.get(filter);
    if (client === undefined || granted === undefined) return true;
    const shared = parseSharedFilter(filter);
    const { rules } = this.world.authorizer;
    const answer = rules.ofSubscription(client, shared?.filter ?? filter, granted).granted;
    return answer === false || (answer === 'checked' && shared !== undefined);
  }

  #forgetDenied(): void {
    for (const [session, filters] of this.#kept) {
      for (const filter of filters) if (this.#isDenied(session, filter)) filters.delete(filter);
    }
  }

  /** Nothing was sent that the rules deny in this moment. */
  #judge(): void {
    for (const one of this.#clients.values()) {
      const { client } = one.session.rights;
      for (const packet of one.outlet.packets.slice(one.read)) {
        if (packet.type !== 'publish' || client === undefined) continue;
        const may = this.world.authorizer.rules.mayDeliver(client, packet.topic);
        assert.ok(may, `${client.clientId} was sent ${packet.topic}`);
      }
      one.read = one.outlet.packets.length;
    }
  }

  async end(): Promise<void> {
    await this.world.through(Promise.all(this.runs));
    for (let turns = 0; turns < 30; turns++) await this.take({ does: 'turn' }); // single sessions
    for (const session of this.world.registry.all()) {
      for (const filter of session.subscriptions.keys()) {
        assert.ok(!this.#isDenied(session, filter), `${session.clientId} still has ${filter}`);
      }
      for (const filter of this.#kept.get(session) ?? []) {
        assert.ok(session.subscriptions.has(filter), `${session.clientId} has lost ${filter}`);
      }
      assert.equal(session.rights.unsettled, false);
    }
    this.world.balance();
  }
}

for (const onDisk of [false, true]) {
  const where = onDisk ? 'on disk' : 'in memory';
  test(`Rechecking lets nothing slip through, messages ${where}`, async () => {
    let looks = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (all) => {
        const model = new Model(onDisk);
        for (const clientId of ['a', 'b', 'c']) {
          await model.take({ does: 'come', who: clientId, clean: false, user: 'alice' });
        }
        for (const one of all) await model.take(one);
        await model.end();
        looks += model.looks;
      }),
      { numRuns: 250 },
    );
    assert.ok(looks > 500, `${looks} looks at a subscription`);
  });
}
