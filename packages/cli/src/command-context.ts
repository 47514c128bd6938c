import type { LogLevel } from '@magpie/broker/server';
import type { Log } from './log.js';

/** Says on a terminal how far something is. */
export interface ProgressBar {
  show(label: string, done: number, total: number): void;
  /** Takes it away. */
  end(): void;
}

/** What a command may touch. Tests pass arrays and their own signal instead of a process. */
export interface CommandContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes one line to stdout. */
  readonly out: (line: string) => void;
  /**
   * Writes text to stdout and waits until there is room for more. It rejects when nobody reads it
   * any more.
   */
  readonly print: (text: string) => Promise<void>;
  /**
   * Writes bytes to stdout.
   *
   * @returns `undefined` if there is room for more; a promise for room otherwise, which rejects
   * when nobody reads it any more.
   */
  readonly write: (bytes: Uint8Array) => Promise<void> | undefined;
  /** Whether stdout is a terminal that shows colours (`NO_COLOR` says no). */
  readonly colors: boolean;
  /** How large the terminal is, in characters; `undefined`: stdout is none. */
  readonly screen: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Standard input, once. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Writes one line to stderr, with the name of the program before it. */
  readonly err: (line: string) => void;
  /** Reads a line that is not shown; `undefined` if none came. */
  readonly readSecret: (prompt: string) => Promise<string | undefined>;
  /** Whether a person types what {@link readSecret} reads. */
  readonly typesSecrets: boolean;
  /** Aborted on SIGINT and SIGTERM, with the signal's name. A command ends by returning. */
  readonly signal: AbortSignal;
  /**
   * Has a function called when the process is asked to read its configuration again (SIGHUP).
   *
   * @returns A function that has it not called any more.
   */
  readonly onReload: (reload: () => void) => () => void;
  /** `undefined`: nobody looks at a terminal. */
  readonly openBar: () => Promise<ProgressBar | undefined>;
  /** Opens the log on stdout; called once, when the level is known. */
  readonly openLog: (level: LogLevel) => Promise<Log>;
}
