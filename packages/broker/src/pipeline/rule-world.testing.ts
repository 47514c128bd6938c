/** Sessions under rules of a file. */
import assert from 'node:assert/strict';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import { rulesIn } from '../auth/rules/rules.testing.js';
import type { Limits } from '../model/limits.js';
import type { Principal } from '../model/principal.js';
import { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import type { Session } from '../sessions/session.js';
import { SessionWorld } from '../sessions/session-world.testing.js';
import { callbacksDone, HandStore } from '../stores/hand-store.testing.js';
import { Rechecking } from './rechecking.js';

export const ALL = '{ allow: both, topics: "#" }';
export const NOT_SECRET = ['{ deny: both, topics: secret/# }', ALL];
export const CHECKED = [
  '{ deny: both, topics: secret/# }',
  '{ allow: both, topics: "#", delivery: checked }',
];

export class RuleWorld extends SessionWorld {
  override readonly authorizer: RuleAuthorizer;
  readonly rechecking: Rechecking;

  constructor(
    lines: readonly string[],
    { limits = {}, onDisk = false }: { limits?: Partial<Limits>; onDisk?: boolean } = {},
  ) {
    super(limits, new HandStore({ safeAtOnce: true, inMemory: !onDisk }));
    this.authorizer = new RuleAuthorizer(rulesIn(...lines));
    this.rechecking = new Rechecking(this);
  }

  /** A client comes, and gets what it has been waiting for. */
  comes(clientId: string, { clean = false, username = 'alice' } = {}): [Session, RecordingOutlet] {
    const { session, present } = this.registry.open(clientId, clean, { username });
    const client: Principal = { clientId, username, address: '192.0.2.1' };
    this.rechecking.client(session, client, present);
    const outlet = new RecordingOutlet();
    session.attach(outlet);
    return [session, outlet];
  }

  /** The rules are others. */
  change(...lines: readonly string[]) {
    this.authorizer.replace(rulesIn(...lines));
    return this.rechecking.all();
  }

  /** Ends turns until this is done. */
  async through<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    void work.finally(() => (state.done = true));
    await callbacksDone();
    while (!state.done) {
      this.clock.endTurn();
      await callbacksDone();
    }
    return work;
  }

  /** Called with every subscription that is taken away. */
  onRevoked(listener: () => void): void {
    this.events.unsubscribed.on(listener);
  }

  /** Whether what has begun has ended, waits, or was dropped and counted. */
  balance(): void {
    const { deliveriesBegun, deliveriesEnded, dropped } = this.counters;
    const waiting = this.totals.messages + this.registry.inflight;
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    assert.equal(deliveriesBegun, deliveriesEnded + waiting + lost);
  }
}
