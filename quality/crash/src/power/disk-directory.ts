/** Names, and what has them: numbers of files and directories, see Disk. */
export type Entries = ReadonlyMap<string, number>;

/** A name was given or taken away. */
interface Step {
  readonly order: number;
  readonly name: string;
  /** What has it from now on; `undefined`: nothing. */
  readonly id: number | undefined;
  /** It went there, in the same change. */
  readonly movedTo: DiskDirectory | undefined;
}

/**
 * The names in a directory: those that are on disk for sure, and what was done since it was synced.
 * Each of these changes may be on disk or not, whatever the others are.
 */
export class DiskDirectory {
  readonly #safe = new Map<string, number>();
  #steps: Step[] = [];

  /** @param safe On disk. */
  constructor(safe: Entries = new Map()) {
    for (const [name, id] of safe) this.#safe.set(name, id);
  }

  get(name: string): number | undefined {
    const step = this.#steps.findLast((each) => each.name === name);
    return step === undefined ? this.#safe.get(name) : step.id;
  }

  set(order: number, name: string, id: number): void {
    this.#steps.push({ order, name, id, movedTo: undefined });
  }

  remove(order: number, name: string, movedTo?: DiskDirectory): void {
    this.#steps.push({ order, name, id: undefined, movedTo });
  }

  /** Whatever is older than `order` is on disk, and where it went. */
  sync(order: number): void {
    this.#settle((step) => step.order < order);
  }

  asItIs(): Entries {
    return this.#after(() => true);
  }

  /** @param survives Whether the change with this number is on disk; the same answer each time. */
  afterPowerLoss(survives: (order: number) => boolean): Entries {
    return this.#after(({ order, movedTo }) => {
      if (movedTo === undefined) return survives(order);
      return survives(-order) && (movedTo.#isSafe(order) || survives(order));
    });
  }

  #after(survives: (step: Step) => boolean): Entries {
    const entries = new Map(this.#safe);
    for (const step of this.#steps) if (survives(step)) put(entries, step);
    return entries;
  }

  #isSafe(order: number): boolean {
    return !this.#steps.some((step) => step.order === order);
  }

  #settle(isSafe: (step: Step) => boolean): void {
    const steps = this.#steps.filter(isSafe);
    this.#steps = this.#steps.filter((step) => !isSafe(step));
    for (const step of steps) {
      put(this.#safe, step);
      if (step.movedTo !== undefined) step.movedTo.#settle(({ order }) => order === step.order);
    }
  }
}

function put(entries: Map<string, number>, { name, id }: Step): void {
  if (id === undefined) entries.delete(name);
  else entries.set(name, id);
}
