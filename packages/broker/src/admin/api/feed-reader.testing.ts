import assert from 'node:assert/strict';
import { readEvents } from '../read-events.js';

/** Reads a feed event by event, as a test wants them. */
export class FeedReader {
  readonly #body: ReadableStream<Uint8Array>;
  readonly #events: ReturnType<typeof readEvents>;

  constructor(body: ReadableStream<Uint8Array> | null) {
    assert.ok(body);
    this.#body = body;
    this.#events = readEvents(body);
  }

  /** The next event; comments are passed over. */
  async next(): Promise<{ readonly event: string; readonly data: unknown }> {
    const next = await this.#events.next();
    assert.ok(next.done !== true, 'the feed has ended');
    return next.value;
  }

  /** The next event of this type. */
  async nextOf(event: string): Promise<{ readonly event: string; readonly data: unknown }> {
    for (;;) {
      const next = await this.next();
      if (next.event === event) return next;
    }
  }

  /** Whether nothing comes any more. */
  async atEnd(): Promise<boolean> {
    return (await this.#events.next()).done === true;
  }

  async cancel(): Promise<void> {
    await this.#events.return(undefined);
    if (!this.#body.locked) await this.#body.cancel(); // nothing was read
  }
}
