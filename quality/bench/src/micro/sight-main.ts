/** One process of sight-alone.ts, which starts it: a line for each round. */
import type { SightTask } from './sight-alone.js';
import { type Sight, SightWorld, SIGHTS } from './sight-world.js';

const task = JSON.parse(process.argv[2] ?? '') as SightTask;
await using world = await SightWorld.open(task);
for (const sight of SIGHTS) await world.measure(sight, 0, task.compiling);
for (let round = 0; round < task.rounds; round++) {
  const ns: Partial<Record<Sight, number>> = {};
  for (const sight of turned(round))
    ns[sight] = await world.measure(sight, task.warmup, task.turns);
  console.log(JSON.stringify(ns));
}

/**
 * In ten rounds each comes behind each other one equally often (a Williams design): what one leaves
 * to the next, such as pages of the journal to be begun, meets all alike.
 */
function turned(round: number): readonly Sight[] {
  const count = SIGHTS.length;
  const zigzag = (place: number) => (place % 2 === 1 ? (place + 1) / 2 : count - place / 2);
  const order = SIGHTS.map((_, place) => SIGHTS[(zigzag(place) + round) % count]!);
  return Math.floor(round / count) % 2 === 0 ? order : order.reverse();
}
