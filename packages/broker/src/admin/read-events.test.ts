import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FeedEvent, readEvents } from './read-events.js';

function streamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const bytes = chunks.map((chunk) => Buffer.from(chunk as string));
  return new ReadableStream({
    pull(controller) {
      const chunk = bytes.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(new Uint8Array(chunk));
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>): Promise<FeedEvent[]> {
  const events: FeedEvent[] = [];
  for await (const event of readEvents(stream)) events.push(event);
  return events;
}

test('readEvents() reads events, and passes signs of life over', async () => {
  const text = ':\n\nevent: station\ndata: {"a":"站"}\n\n:\n\ndata: 1\n\n';
  assert.deepEqual(await all(streamOf(text)), [
    { event: 'station', data: { a: '站' } },
    { event: 'message', data: 1 },
  ]);
});

test('readEvents() reads the same from bytes in any pieces', async () => {
  const text = Buffer.from('event: station\ndata: {"a":"站"}\n\nevent: end\ndata: {}\n\n');
  const cuts = fc.array(fc.nat(text.length), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      const edges = [0, ...at.toSorted((a, b) => a - b), text.length];
      const pieces = edges.slice(1).map((end, index) => text.subarray(edges[index], end));
      assert.deepEqual(await all(streamOf(...pieces.filter((piece) => piece.length > 0))), [
        { event: 'station', data: { a: '站' } },
        { event: 'end', data: {} },
      ]);
    }),
    { numRuns: 30 },
  );
});

test('readEvents() says what is no JSON', async () => {
  await assert.rejects(all(streamOf('data: {\n\n')), SyntaxError);
});

test('readEvents() lets the answer go when nobody reads on', async () => {
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => {
    cancel = resolve;
  });
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
    cancel: () => cancel(),
  });
  for await (const { data } of readEvents(endless)) {
    assert.equal(data, 1);
    break;
  }
  await cancelled;
});
