import type { ConnectionRecord } from '../history/connection-record.js';
import type { History } from '../history/history.js';

/**
 * A client that says nothing for one and a half times its keep-alive is disconnected, and not
 * before (MQTT-3.1.2-24). While the broker does not read, it cannot know.
 */
export class KeepAliveLaw {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** The broker has ended this connection. */
  ended(record: ConnectionRecord): void {
    if (record.endReason !== 'keep-alive-timeout') return;
    const silentMs = this.#history.nowMs - record.link.lastReadMs;
    const most = mostSilentMs(record);
    if (record.keepAliveS === 0 || silentMs < most - ROUNDING_MS) {
      this.#fault(record, `was disconnected after ${silentMs} ms, the most is ${most}`);
    }
  }

  /** Looks at all connections as they are now. */
  check(): void {
    for (const record of this.#history.connections.values()) {
      if (!record.isOpen || record.keepAliveS === 0 || record.link.isPaused) continue;
      const silentMs = this.#history.nowMs - record.link.lastReadMs;
      const most = mostSilentMs(record);
      if (silentMs > most + SLACK_MS) {
        this.#fault(record, `is connected after ${silentMs} ms of silence, the most is ${most}`);
      }
    }
  }

  #fault({ clientId }: ConnectionRecord, how: string): void {
    this.#history.violation('keep-alive', `${clientId} ${how}`);
  }
}

function mostSilentMs({ keepAliveS }: ConnectionRecord): number {
  return keepAliveS * 1500;
}

/** The broker's timers are not more exact than this, and its authorizer may take its time. */
const SLACK_MS = 500;
const ROUNDING_MS = 1;
