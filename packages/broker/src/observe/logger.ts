import type { LogFields } from './log-events.js';

/**
 * Where the broker logs; a pino logger fits. Never called per message. What each line says is
 * listed in docs/logs.md.
 */
export interface Logger {
  debug(fields: LogFields<'debug'>, message: string): void;
  info(fields: LogFields<'info'>, message: string): void;
  warn(fields: LogFields<'warn'>, message: string): void;
  error(fields: LogFields<'error'>, message: string): void;
}

/** The default of an embedded broker: says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
