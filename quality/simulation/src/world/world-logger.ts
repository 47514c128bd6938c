import type { Logger } from '@magpie/broker';
import type { Trace } from '../trace.js';

/** Lines of the broker's log go into the trace; some must never be there. */
export class WorldLogger implements Logger {
  readonly #trace: Trace;
  readonly #fault: (what: string) => void;
  readonly #storeFailed: () => void;

  /**
   * @param fault Told of a line that must never be there.
   * @param storeFailed Told when the broker says so: it may, since the world sees to it.
   */
  constructor(trace: Trace, fault: (what: string) => void, storeFailed: () => void) {
    this.#trace = trace;
    this.#fault = fault;
    this.#storeFailed = storeFailed;
  }

  debug(fields: object, message: string): void {
    this.#say('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#say('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#say('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#say('error', fields, message);
    const { event, err } = fields as { event?: string; err?: unknown };
    if (event === 'store-failed') {
      this.#storeFailed();
      return;
    }
    const detail = err instanceof Error ? (err.stack ?? err.message) : '';
    this.#fault(`${message} ${detail}`);
  }

  #say(level: string, fields: object, message: string): void {
    this.#trace.say(() => `log ${level}: ${message} ${shown(fields)}`);
  }
}

function shown(fields: object): string {
  const { err, ...rest } = fields as { err?: unknown };
  const error = err instanceof Error ? ` ${err.message}` : '';
  return `${JSON.stringify(rest)}${error}`;
}
