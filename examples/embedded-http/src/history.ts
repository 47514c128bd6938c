import type { Message } from '@magpie/broker';

/** A message as the HTTP server shows it. */
export interface HistoryEntry {
  readonly topic: string;
  readonly text: string;
  readonly publisher: string;
  readonly time: string;
}

const ENTRIES_MAX = 100;
/** Longer payloads are cut: the history must not grow with what clients send. */
const TEXT_BYTES_MAX = 1024;

/** The last messages, the newest at the end. */
export class History {
  readonly #entries: HistoryEntry[] = [];

  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  /** Copies what it needs: a message from the broker is valid only while the call runs. */
  add({ topic, payload, publisher }: Message): void {
    const text = Buffer.from(payload.subarray(0, TEXT_BYTES_MAX)).toString();
    this.#entries.push({ topic, text, publisher, time: new Date().toISOString() });
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
  }
}
