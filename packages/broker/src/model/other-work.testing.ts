/** What others notice of long work. */

/**
 * Counts how often others had their turn, and how long they waited: in CPU time of the process,
 * since other processes have theirs, too.
 */
export class OtherWork {
  turns = 0;
  longestMs = 0;
  #done = false;
  #lastMs = cpuMs();

  constructor() {
    const turn = () => {
      const nowMs = cpuMs();
      this.longestMs = Math.max(this.longestMs, nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      this.turns++;
      if (!this.#done) setImmediate(turn);
    };
    setImmediate(turn);
  }

  end(): void {
    this.#done = true;
  }
}

export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
