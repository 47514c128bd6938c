import type { Outbox } from './outbox.js';

/** Who sees to it that an outbox is written. */
export interface GateOwner {
  /** The first write since the last flush: {@link OutboxGate.flush} is to be called. */
  written(): void;
  /** A flush has failed. The next one writes again what this one did not. */
  outboxFailed(error: unknown): void;
}

/** The way to the outbox, if there is one. */
export interface Gate {
  /** Whether there is an outbox, which is read before anything is sent. */
  readonly keeps: boolean;
  /** The outbox, to write to. Asking for it counts as having written. */
  readonly writing: Outbox | undefined;
  /** Runs `task` when everything written until now is safe; in the order of these calls. */
  whenSafe(task: () => void): void;
  /** Begins a flush if something was written and none is under way. */
  flush(): void;
}

/** Nothing is kept, and nobody waits. */
const NO_OUTBOX: Gate = {
  keeps: false,
  writing: undefined,
  whenSafe: (task) => task(),
  flush: () => {},
};

/** @param outbox Without one nothing is kept, and nobody waits. */
export function gateOf(outbox: Outbox | undefined, owner: GateOwner): Gate {
  return outbox === undefined ? NO_OUTBOX : new OutboxGate(outbox, owner);
}

/**
 * What must not leave before it is safe waits here.
 *
 * The writes of a turn are one flush; while one is under way the next collects. An outbox that is
 * safe at once (memory) makes nobody wait.
 */
class OutboxGate implements Gate {
  readonly keeps = true;
  readonly #outbox: Outbox;
  readonly #owner: GateOwner;
  #dirty = false;
  #underWay = false;
  /** Waits for the flush that is under way … */
  #current: (() => void)[] = [];
  /** … and for the one after it. */
  #next: (() => void)[] = [];

  constructor(outbox: Outbox, owner: GateOwner) {
    this.#outbox = outbox;
    this.#owner = owner;
  }

  get writing(): Outbox {
    const outbox = this.#outbox;
    if (!outbox.safeAtOnce && !this.#dirty) {
      this.#dirty = true;
      this.#owner.written();
    }
    return outbox;
  }

  whenSafe(task: () => void): void {
    if (this.#dirty) this.#next.push(task);
    else if (this.#underWay) this.#current.push(task);
    else task();
  }

  flush(): void {
    if (!this.#dirty || this.#underWay) return;
    this.#dirty = false;
    this.#underWay = true;
    this.#current = this.#next;
    this.#next = [];
    void this.#outbox.flush().then(
      () => this.#succeed(),
      (error: unknown) => this.#fail(error),
    );
  }

  #succeed(): void {
    this.#underWay = false;
    const safe = this.#current.splice(0);
    this.flush();
    for (const task of safe) task();
  }

  #fail(error: unknown): void {
    this.#underWay = false;
    this.#dirty = true; // still unsafe: whoever waits for this flush waits for the next
    this.#next = this.#current.splice(0).concat(this.#next);
    this.#owner.outboxFailed(error);
  }
}
