/** What others notice of long work. */

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

  end(): void {
    this.#done = true;
  }
}

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
