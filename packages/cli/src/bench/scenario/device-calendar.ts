import { isAmong, type LeavePlan } from '../load-plan.js';
import type { SeededRandom } from '../seeded-random.js';

/** Once away, in µs since the load began. */
export interface Absence {
  readonly fromUs: number;
  readonly toUs: number;
  readonly how: LeavePlan['how'];
}

/**
 * When a device goes and comes back, one absence after the other: drawn from the seed alone, so
 * that it is the same in every run, however long connecting takes.
 */
export class DeviceCalendar {
  readonly #plans: readonly Generator<Absence, undefined>[];
  readonly #next: (Absence | undefined)[];
  #backUs = 0;

  /**
   * @param random Of this device alone.
   * @param warmUpUs How long the load lasts before it is measured.
   */
  constructor(
    leave: readonly LeavePlan[],
    device: number,
    random: { readonly own: SeededRandom; readonly group: SeededRandom },
    warmUpUs: number,
  ) {
    const own = leave.filter(({ share }, at) =>
      isAmong(share, device, random.group.fork('share', at).next()),
    );
    this.#plans = own.map((plan, at) => absencesOf(plan, random.own.fork('leave', at), warmUpUs));
    this.#next = this.#plans.map((plan) => plan.next().value);
  }

  /** The next one. What would begin while the device is away already is left out. */
  next(): Absence | undefined {
    for (;;) {
      const at = this.#earliest();
      const absence = at === undefined ? undefined : this.#next[at];
      if (at === undefined || absence === undefined) return undefined;
      this.#next[at] = this.#plans[at]!.next().value;
      if (absence.fromUs < this.#backUs) continue;
      this.#backUs = absence.toUs;
      return absence;
    }
  }

  #earliest(): number | undefined {
    let best: number | undefined;
    for (const [at, absence] of this.#next.entries()) {
      const before = best === undefined ? Infinity : this.#next[best]!.fromUs;
      if (absence !== undefined && absence.fromUs < before) best = at;
    }
    return best;
  }
}

function* absencesOf(
  { when, away, how }: LeavePlan,
  random: SeededRandom,
  warmUpUs: number,
): Generator<Absence, undefined> {
  const drawUs = ([low, high]: readonly [number, number]) => random.within(low, high) * 1e6;
  if ('at' in when) {
    const fromUs = warmUpUs + when.at * 1e6;
    yield { fromUs, toUs: fromUs + drawUs(away), how };
    return undefined;
  }
  for (let us = 0; ; ) {
    const fromUs = us + drawUs(when.after);
    us = fromUs + drawUs(away);
    yield { fromUs, toUs: us, how };
  }
}
