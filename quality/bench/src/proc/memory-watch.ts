import { readFileSync } from 'node:fs';

import { parseOwnBytes } from './process-usage.js';

/** Looks again and again how much memory of its own a process takes. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;
  /** The most that was seen, in bytes. */
  mostBytes = 0;

  constructor(pid: number) {
    this.#timer = setInterval(() => this.#look(pid), LOOK_MS);
    this.#look(pid);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(pid: number): void {
    try {
      const bytes = parseOwnBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
      this.mostBytes = Math.max(this.mostBytes, bytes);
    } catch {
      this.end(); // it has gone, or is about to
    }
  }
}

const LOOK_MS = 50;
