import type { Clock } from '../model/clock.js';
import type { LogEventName, LogFields, LogMethod } from './log-events.js';
import type { Logger } from './logger.js';

/**
 * A logger that nobody who is kept out can flood: of each kind of event (`event` in the fields) it
 * writes a number of lines a second, and then one that tells how many were left
 * out. Without a bound, who is refused often enough fills the disk.
 *
 * What is told as `info` is written always: that a client connects, and that it leaves.
 */
export class FloodLimitedLogger implements Logger {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #linesMax: number;
  /** By event: a word of ours, so there are few. */
  readonly #seconds = new Map<string, Second>();

  /** @param linesMax Lines of an event in a second. */
  constructor(log: Logger, clock: Clock, linesMax = LINES_PER_SECOND_MAX) {
    this.#linesMax = linesMax;
    this.#log = log;
    this.#clock = clock;
  }

  debug(fields: LogFields<'debug'>, message: string): void {
    if (this.#mayPass('debug', fields.event)) this.#log.debug(fields, message);
  }

  info(fields: LogFields<'info'>, message: string): void {
    this.#log.info(fields, message);
  }

  warn(fields: LogFields<'warn'>, message: string): void {
    if (this.#mayPass('warn', fields.event)) this.#log.warn(fields, message);
  }

  error(fields: LogFields<'error'>, message: string): void {
    if (this.#mayPass('error', fields.event)) this.#log.error(fields, message);
  }

  #mayPass(level: FloodedLevel, event: LogEventName): boolean {
    const nowMs = this.#clock.nowMs();
    const second = this.#seconds.get(event);
    if (second === undefined || nowMs - second.beganMs >= SECOND_MS) {
      this.#seconds.set(event, { beganMs: nowMs, lines: 1, leftOut: 0 });
      return true;
    }
    if (++second.lines <= this.#linesMax) return true;
    if (second.leftOut++ === 0) {
      this.#clock.after(second.beganMs + SECOND_MS - nowMs, () => {
        const { leftOut } = second;
        this.#leftOut(level, event, leftOut);
      });
    }
    return false;
  }

  #leftOut(level: FloodedLevel, event: LogEventName, leftOut: number): void {
    // That the event is one of this level is known to who logged the first of its lines.
    const log = this.#log as Record<FloodedLevel, (fields: object, message: string) => void>;
    log[level]({ event, leftOut }, `${leftOut} more log lines of this kind left out`);
  }
}

type FloodedLevel = Exclude<LogMethod, 'info' | 'fatal'>;

interface Second {
  readonly beganMs: number;
  lines: number;
  leftOut: number;
}

export const LINES_PER_SECOND_MAX = 100;
const SECOND_MS = 1000;
