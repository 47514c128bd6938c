import type { Limits } from '@magpie/broker';
import type { ClientTraits } from '../client/model-client.js';
import type { MessageFields } from '../history/history.js';
import { Random } from '../random.js';
import type { Conditions } from '../world/pipe.js';
import { someMessage, someSubscriptions } from './messages.js';

/** What may happen in a run, and how often beside each other. */
const ACTION_WEIGHTS = {
  publish: 40,
  subscribe: 8,
  unsubscribe: 4,
  leave: 8,
  come: 12,
  cut: 6,
  takeOver: 3,
  freeze: 3,
  stall: 4,
  reset: 2,
  kill: 4,
  restart: 1,
  failDisk: 1,
  slowDisk: 2,
  vandal: 1,
} as const;

export type ActionName = keyof typeof ACTION_WEIGHTS;

/** One thing that happens to the world. It draws from its own numbers, whatever others do. */
export interface Action {
  readonly index: number;
  readonly atMs: number;
  readonly name: ActionName;
  /** Of the clients, where it needs one. */
  readonly client: number;
}

/** All of a run that is decided before it begins. The same seed gives the same scenario. */
export interface Scenario {
  readonly seed: number;
  readonly limits: Partial<Limits>;
  readonly conditions: Conditions;
  readonly clients: readonly ClientTraits[];
  readonly actions: readonly Action[];
  /** The authorizer answers with promises, and takes its time. */
  readonly slowAuthorizer: boolean;
}

export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed);
  const clients = clientsOf(random.fork('clients'));
  return {
    seed,
    limits: limitsOf(random.fork('limits')),
    conditions: conditionsOf(random.fork('conditions')),
    clients,
    actions: actionsOf(random.fork('actions'), clients.length),
    slowAuthorizer: random.fork('authorizer').chance(0.15),
  };
}

/**
 * Small, so that they are reached; but each only in some runs, since one that is reached hides what
 * is behind it.
 */
function limitsOf(random: Random): Partial<Limits> {
  const seldom = <T>(usual: T, ...others: readonly [T, ...T[]]): T => {
    return random.chance(0.7) ? usual : random.pick(others);
  };
  return {
    connectionsMax: 64,
    connectTimeout: 2,
    inflightMax: random.pick([1, 2, 5, 20, 1000]),
    queuedMessagesMax: seldom(1000, 0, 1, 5, 20),
    queuedBytesMax: seldom(1_000_000, 500, 5000, 100_000),
    queuedMessagesTotalMax: seldom(10_000, 3, 30),
    queuedBytesTotalMax: seldom(10_000_000, 2000, 50_000),
    queueFullPolicy: random.pick(['drop-newest', 'drop-oldest', 'disconnect']),
    outputBytesMax: seldom(16_000_000, 1024, 5000, 100_000),
    sessionExpiry: seldom(604_800, 0, 2, 5),
    subscriptionsPerClientMax: seldom(10_000, 4),
    retainedMessagesMax: seldom(1000, 3),
    retainedBytesMax: seldom(10_000_000, 200),
  };
}

function conditionsOf(random: Random): Conditions {
  return {
    delayMsMax: random.pick([0.1, 1, 10, 50]),
    split: random.pick([0, 0.1, 0.5]),
    windowBytes: random.pick([500, 4000, 65_536, 1_000_000]),
  };
}

function clientsOf(random: Random): ClientTraits[] {
  const count = random.between(3, 7);
  return Array.from({ length: count }, (_, index) => {
    const persistent = random.chance(0.6);
    const nameless = !persistent && random.chance(0.2);
    return {
      name: `client-${index}`,
      clientId: nameless ? '' : `client-${index}`,
      persistent,
      method: random.pick(['A', 'B']),
      keepAliveS: random.pick([0, 0, 1, 3, 10]),
      windowMax: random.pick([1, 3, 10, 50]),
      answerMs: random.chance(0.7) ? 0 : random.between(1, 300),
      firstPacketId: random.chance(0.3) ? 65_530 : 1,
      subscriptions: random.chance(0.6) ? someSubscriptions(random) : [],
      will: random.chance(0.3) ? willOf(someMessage(random, false)) : undefined,
    };
  });
}

/** A will is at most 65,535 bytes long (3.1.3.3). */
function willOf(fields: MessageFields): MessageFields {
  return { ...fields, bytes: Math.min(fields.bytes, 65_535) };
}

/**
 * Each seed leaves some kinds of actions out and has more of others: what is rare together is
 * common in some runs (swarm testing).
 */
function actionsOf(random: Random, clients: number): Action[] {
  const weights: Record<ActionName, number> = { ...ACTION_WEIGHTS };
  for (const name of Object.keys(weights) as ActionName[]) {
    if (name === 'publish' || name === 'come') continue;
    weights[name] *= random.chance(0.4) ? 0 : random.within(0.3, 2);
  }
  const count = random.between(20, 70);
  const gapMs = random.pick([20, 100, 300]);
  let atMs = 0;
  return Array.from({ length: count }, (_, index) => {
    atMs += random.within(0, 2 * gapMs);
    return {
      index,
      atMs,
      name: random.weighted(weights),
      client: random.between(0, clients - 1),
    };
  });
}
