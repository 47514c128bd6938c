import type { QoS } from '@magpie/protocol';
import type { MessageFields } from '../history/history.js';
import type { Random } from '../random.js';

/** Few topics, so that clients meet. */
const TOPICS = ['a', 'a/b', 'a/c', 'b', 'b/c', '/', '$x/a', 'q/日本'] as const;

const FILTERS = [
  '#',
  'a/#',
  'a/b',
  'a',
  '+/b',
  '+',
  '+/+',
  'b/+',
  '/#',
  '$x/#',
  'q/#',
  '$share/g/a/#',
  '$share/g/#',
  '$share/h/b/c',
  '$share/g/a/b',
] as const;

/** What everybody reads in the end. */
export const EVERYTHING = ['#', '$x/#'] as const;

/** @param mayBeEmpty An empty one is known by its publisher alone: that must have a name. */
export function someMessage(random: Random, mayBeEmpty: boolean): MessageFields {
  const retain = random.chance(0.2);
  const bytes = mayBeEmpty && retain && random.chance(0.2) ? 0 : someSize(random);
  return { topic: someTopic(random), qos: someQos(random), retain, bytes };
}

/** Messages one after the other; mostly to one topic. */
export function someMessages(random: Random, first: number, mayBeEmpty: boolean): MessageFields[] {
  const count = random.chance(0.5) ? 1 : random.between(2, 12);
  const topic = someTopic(random);
  const qos = someQos(random);
  return Array.from({ length: count }, (_, index) => {
    // An empty one has no number in it, so it has a topic of its own.
    if (mayBeEmpty && random.chance(0.03)) return emptyMessage(random, first * 100 + index);
    const fields = someMessage(random, mayBeEmpty);
    return random.chance(0.8) ? { ...fields, topic, qos } : fields;
  });
}

/** What one SUBSCRIBE asks for: each filter once. */
export function someSubscriptions(random: Random): { filter: string; qos: QoS }[] {
  const count = random.chance(0.7) ? 1 : random.between(2, 4);
  const all = Array.from({ length: count }, () => someSubscription(random));
  const named = new Map(all.map((subscription) => [subscription.filter, subscription]));
  return [...named.values()];
}

function someSubscription(random: Random): { filter: string; qos: QoS } {
  const filter = random.chance(0.02) ? 'secret/#' : random.pick(FILTERS);
  return { filter, qos: someQos(random) };
}

function emptyMessage(random: Random, number: number): MessageFields {
  return { topic: `e/${number}`, qos: someQos(random), retain: false, bytes: 0 };
}

function someTopic(random: Random): string {
  return random.chance(0.02) ? 'secret/a' : random.pick(TOPICS);
}

function someQos(random: Random): QoS {
  return random.pick([0, 1, 1, 2, 2]);
}

/** From next to nothing to above what the broker copies, and above its slabs. */
function someSize(random: Random): number {
  const kind = random.weighted({ small: 85, medium: 10, referenced: 4, large: 1 });
  switch (kind) {
    case 'small':
      return random.between(1, 100);
    case 'medium':
      return random.between(100, 5000);
    case 'referenced':
      return random.between(8000, 20_000);
    default:
      return random.between(32_000, 80_000);
  }
}
