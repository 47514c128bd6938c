import { EventSourceParserStream } from 'eventsource-parser/stream';

/** An event that a feed of the API has sent. */
export interface FeedEvent {
  readonly event: string;
  readonly data: unknown;
}

/**
 * Reads server-sent events whose data is JSON, one by one, as they come.
 *
 * @throws {SyntaxError} if an event is no JSON, or longer than any that the API sends.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<FeedEvent, void> {
  const events = body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { event: value.event ?? 'message', data: JSON.parse(value.data) as unknown };
    }
  } finally {
    await reader.cancel().catch(() => {}); // it may be broken already
  }
}
