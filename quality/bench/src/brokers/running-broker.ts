import type { Scenario } from '../scenarios.js';

/** A broker process that takes connections. */
export interface RunningBroker {
  readonly host: string;
  readonly port: number;
  /** Whose CPU time and memory count. */
  readonly pid: number;
  /**
   * It is reached over TLS: the path of the certificate of the authority that vouches for it.
   */
  readonly ca?: string | undefined;
  /** Ends the process and resolves when it is gone. */
  stop(): Promise<void>;
}

/** A kind of broker, under the name the report calls it by. */
export interface BrokerKind {
  readonly name: string;
  /** Whether it can keep its state on disk. */
  readonly hasDisk: boolean;
  /**
   * Starts a fresh process for one run. @throws with what the broker said if it does not come up.
   */
  start(scenario: Scenario, run: number): Promise<RunningBroker>;
}
