/** A time away, in µs of the shared clock. */
export interface Absence {
  readonly fromUs: number;
  readonly toUs: number;
  /** The connection before it, as {@link Absences.connection} counts them; 0: none. */
  readonly before: number;
  /** The connection with which it was there again; `Infinity`: it is away. */
  readonly after: number;
}

/** When a device was away. It is at first, until it is there. */
export class Absences {
  /** How many connections it has begun. What comes with one of them comes in order. */
  connection = 0;
  #past: Absence[] = [];
  /** Since when it is away, and after which connection; `undefined`: it is there. */
  #away: Pick<Absence, 'fromUs' | 'before'> | undefined = { fromUs: -Infinity, before: 0 };
  /** Before it was there for the first time; no session kept anything for it then. */
  #first: Absence = { fromUs: -Infinity, toUs: Infinity, before: 0, after: Infinity };
  #backUs = -Infinity;

  /** It begins to connect. */
  begins(): void {
    this.connection++;
  }

  left(nowUs: number): void {
    this.#away ??= { fromUs: nowUs, before: this.connection };
  }

  /** It is connected, and its subscriptions are acknowledged. */
  back(nowUs: number): void {
    if (this.#away === undefined) return;
    this.#past.push({ ...this.#away, toUs: nowUs, after: this.connection });
    this.#away = undefined;
    this.#backUs = nowUs;
    if (this.#first.toUs === Infinity) this.#first = this.#past[0]!;
    if (this.#past.length <= PAST_MAX) return;
    const [one, { toUs, after }, ...rest] = this.#past as [Absence, Absence, ...Absence[]];
    this.#past = [{ ...one, toUs, after }, ...rest];
  }

  /** Whether a message that came waited for it, because it was not there when it was due. */
  waitedFor(dueUs: number): boolean {
    // What comes before it is quite there again was kept for it.
    return this.#away !== undefined || dueUs < this.#backUs;
  }

  /** When it was not there for messages. @param kept Its session keeps them while it is away. */
  missing(kept: boolean): readonly Absence[] {
    if (kept) return [this.#first];
    const now = this.#away && [{ ...this.#away, toUs: Infinity, after: Infinity }];
    return [...this.#past, ...(now ?? [])];
  }
}

const PAST_MAX = 1024;
