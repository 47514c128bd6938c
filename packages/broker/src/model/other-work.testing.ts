/** What others notice of long work. */
import { setImmediate as turnEnds } from 'node:timers/promises';

/**
 * Counts how often others had their turn, and how long they waited. Of a wait counts what is less:
 * the time by the clock, in which other processes have their share, or the CPU time of this one,
 * in which the threads of the compiler and of garbage collection have theirs. A wait on an idle
 * machine is no longer than either.
 */
export class OtherWork {
  turns = 0;
  longestMs = 0;
  #done = false;
  #lastMs = performance.now();
  #lastCpuMs = cpuMs();

  constructor() {
    const turn = () => {
      this.#took(performance.now(), cpuMs());
      this.turns++;
      if (!this.#done) setImmediate(turn);
    };
    setImmediate(turn);
  }

  #took(nowMs: number, nowCpuMs: number): void {
    const waitedMs = Math.min(nowMs - this.#lastMs, nowCpuMs - this.#lastCpuMs);
    this.longestMs = Math.max(this.longestMs, waitedMs);
    this.#lastMs = nowMs;
    this.#lastCpuMs = nowCpuMs;
  }

  /** What they noticed until now. */
  end(): { readonly turns: number; readonly longestMs: number } {
    this.#done = true;
    this.#took(performance.now(), cpuMs());
    return this;
  }
}

/**
 * What others wait for where nothing is done but garbage made, some 160 MB of it: the longest step.
 *
 * What was made last lies in the young part of the heap, and whoever makes garbage next waits while
 * it is moved from there: after 100,000 sessions 5 to 25 ms, once. That is not his fault, so a test
 * that looks at steps makes garbage first.
 */
export async function longestWithGarbage(): Promise<number> {
  const others = new OtherWork();
  let last: number[] = [];
  for (let step = 0; step < 200; step++) {
    for (let count = 0; count < 1000; count++) last = new Array<number>(100).fill(last.length);
    await turnEnds();
  }
  return others.end().longestMs;
}

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
