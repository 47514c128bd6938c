/** How long a client was away when the broker took it back; 0 if it was there or is new. */
export interface Absence {
  /** What has not expired after this time must be there. */
  readonly mostMs: number;
  /** What has expired after this time must be gone. */
  readonly leastMs: number;
}

/** When clients have left, as the broker knows it: session expiry counts from there. */
export class Absences {
  readonly #leftMs = new Map<string, { readonly earliestMs: number; latestMs: number }>();
  /** Of whom a broker that was killed did not note that they had left. */
  #unnoted = new Set<string>();

  left(clientId: string, nowMs: number): void {
    this.#leftMs.set(clientId, { earliestMs: nowMs, latestMs: nowMs });
  }

  /** A connection that the broker had taken up and not answered is over: it counts from there. */
  leftAgain(clientId: string, nowMs: number): void {
    const left = this.#leftMs.get(clientId);
    if (left !== undefined) left.latestMs = nowMs;
  }

  /** The broker was killed before it was on disk that the client had left. */
  unnoted(clientId: string): void {
    this.#unnoted.add(clientId);
  }

  /** A broker has started. For it, who did not leave as far as it knows has left now. */
  brokerStarted(nowMs: number): void {
    for (const clientId of this.#unnoted) {
      const left = this.#leftMs.get(clientId);
      if (left !== undefined) left.latestMs = nowMs;
    }
    this.#unnoted = new Set();
  }

  /** @param earliestMs When it may have come. */
  came(clientId: string, earliestMs: number, nowMs: number): Absence {
    const left = this.#leftMs.get(clientId);
    this.#leftMs.delete(clientId);
    if (left === undefined) return { mostMs: 0, leastMs: 0 };
    return { mostMs: nowMs - left.earliestMs, leastMs: earliestMs - left.latestMs };
  }

  /** Who is away. */
  clients(): Iterable<string> {
    return this.#leftMs.keys();
  }
}
