import assert from 'node:assert/strict';
import { logLineProblem } from './log-line-problem.testing.js';
import type { Logger } from './logger.js';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A logger that keeps what it was told, and takes nothing that docs/logs.md does not list. */
export class RecordingLogger implements Logger {
  readonly lines: LogLine[] = [];

  debug(fields: object, message: string): void {
    this.#line('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#line('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#line('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#line('error', fields, message);
  }

  /** The lines with this value in their field `event`. */
  of(event: string): LogLine[] {
    return this.lines.filter(({ fields }) => fields['event'] === event);
  }

  #line(level: LogLine['level'], fields: object, message: string): void {
    const all = fields as Record<string, unknown>;
    assert.equal(logLineProblem(level, all), undefined);
    this.lines.push({ level, fields: all, message });
  }
}
