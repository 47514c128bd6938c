import type { Context } from './context.js';

/**
 * - `must`: the standard demands it; a broker that fails is not conforming.
 * - `should`: the standard recommends it, allows either way, or leaves it to common sense; a broker
 *   that fails is conforming, but its users may be surprised.
 * - `extension`: outside the standard.
 */
export type Level = 'must' | 'should' | 'extension';

/** One thing a broker has to do, shown over the network. */
export interface ConformanceTest {
  /** A rule in the words of the standard, unique in the suite. */
  readonly name: string;
  /** The statements it shows, e.g. `MQTT-3.1.0-2`; empty for rules without a number. */
  readonly clauses: readonly string[];
  /** `must` where nothing is said. */
  readonly level?: Level;
  /** `websocket`: runs only where a WebSocket URL is known. */
  readonly needs?: 'websocket';
  /** @throws {Unmet} or any other error if the broker does not behave so. */
  run(context: Context): Promise<void>;
}

/** The tests of one part of the standard. */
export interface Chapter {
  /** Short, for `--only` and the result table. */
  readonly name: string;
  /** What it covers, with sections of MQTT 3.1.1. */
  readonly title: string;
  readonly tests: readonly ConformanceTest[];
}
