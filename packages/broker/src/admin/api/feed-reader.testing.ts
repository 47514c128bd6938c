import assert from 'node:assert/strict';

/** One server-sent event. */
export interface FeedEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events as a browser would: from bytes in any pieces. */
export class FeedReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  constructor(body: ReadableStream<Uint8Array> | null) {
    assert.ok(body);
    this.#reader = body.getReader();
  }

  /** The next event; comments are passed over. */
  async next(): Promise<FeedEvent> {
    for (;;) {
      const block = await this.#block();
      assert.ok(block !== undefined, 'the feed has ended');
      if (block.startsWith(':')) continue;
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      assert.notEqual(event, '', block);
      return { event, data: JSON.parse(data) as unknown };
    }
  }

  /** The next event of this type. */
  async nextOf(event: string): Promise<FeedEvent> {
    for (;;) {
      const next = await this.next();
      if (next.event === event) return next;
    }
  }

  /** Whether nothing comes any more. */
  async atEnd(): Promise<boolean> {
    return (await this.#block()) === undefined;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return block;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }
}
