import type { Logger } from '@magpie/broker';
import type { LogFields, LogLevel } from '@magpie/broker/server';
import { destination, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import { cutFields, safeFields, safeJsonLine } from './safe-log-line.js';

/** The log of the process: the broker's {@link Logger} and what only the process needs. */
export interface Log extends Logger {
  /** Our own bug; the process ends after it. */
  fatal(fields: LogFields<'fatal'>, message: string): void;
  isLevelEnabled(level: LogLevel): boolean;
  level(): LogLevel;
  /** Holds from the next line on. */
  setLevel(level: LogLevel): void;
  /** Writes lines of every level: for packets that somebody has asked for. */
  readonly packets: Logger;
  /** Writes what is still in memory, at once. */
  flush(): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** For people at a terminal instead of JSON lines. */
  readonly pretty: boolean;
  readonly colors: boolean;
}

/** Where lines go. */
export interface LogTarget {
  write(text: string): void;
  flushSync(): void;
}

/**
 * When who reads stdout stops reading, lines wait up to this many bytes and are then lost. The
 * broker goes on: it must not stand still because its log does.
 */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** Lines that are more than this together do not wait for the end of the round. */
const TOGETHER_BYTES = 8192;

/**
 * stdout. What cannot be written there – its reader left, the disk is full – is lost. The lines of
 * one round of the event loop are written together: a system call a line would cost a storm of
 * connects as much as the connects.
 */
export function standardOutput({ pretty }: { pretty: boolean }): LogTarget {
  const minLength = pretty ? 0 : TOGETHER_BYTES;
  const target = destination({ fd: 1, sync: pretty, maxLength: WAITING_BYTES_MAX, minLength });
  // Without a listener the error would be thrown and end the broker.
  target.on('error', () => {});
  if (pretty) return target;
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    target.flush();
  };
  return {
    write(text) {
      target.write(text);
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    },
    flushSync: () => target.flushSync(),
  };
}

/** JSON lines, one per event: `level` as a word, `time` in ISO 8601, `msg`, then the fields. */
export async function openLog(options: LogOptions, target: LogTarget): Promise<Log> {
  const { level, pretty, colors } = options;
  const line = pretty ? await prettyLine(colors) : safeJsonLine;
  const log = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: cutFields },
    },
    { write: (json) => target.write(line(json)) },
  );
  return {
    ...loggerOf(log),
    packets: loggerOf(log.child({}, { level: 'debug' })),
    level: () => log.level as LogLevel,
    setLevel: (wanted) => {
      log.level = wanted;
    },
    fatal: (fields, message) => log.fatal(fields, message),
    isLevelEnabled: (asked) => log.isLevelEnabled(asked),
    flush: () => target.flushSync(),
  };
}

function loggerOf(log: PinoLogger): Logger {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}

async function prettyLine(colors: boolean): Promise<(json: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({
    colorize: colors,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return (json) => format(safeFields(JSON.parse(json)));
}
