/** A gate on a clock and a store that a test moves by hand. */
import { type Limits, limitsFrom } from '../model/limits.js';
import { ManualClock } from '../model/manual-clock.testing.js';
import { TimerWheel } from '../model/timer-wheel.js';
import { BrokerEvents } from '../observe/broker-events.js';
import { Counters } from '../observe/counters.js';
import { RecordingLogger } from '../observe/recording-logger.testing.js';
import { CommitGate } from './commit-gate.js';
import { HandStore } from './hand-store.testing.js';

interface GateOptions {
  readonly store?: HandStore;
  readonly clock?: ManualClock;
  readonly limits?: Partial<Limits>;
  readonly onDirty?: () => void;
}

export class GateWorld {
  readonly store: HandStore;
  readonly clock: ManualClock;
  readonly limits: Limits;
  readonly wheel: TimerWheel;
  readonly counters = new Counters();
  readonly log = new RecordingLogger();
  readonly events = new BrokerEvents(this.log);
  readonly gate: CommitGate;

  constructor(options: GateOptions = {}) {
    const { store = new HandStore(), clock = new ManualClock(), onDirty = () => {} } = options;
    this.store = store;
    this.clock = clock;
    this.limits = limitsFrom(options.limits);
    this.wheel = new TimerWheel(clock);
    this.gate = new CommitGate(this, onDirty);
  }
}
