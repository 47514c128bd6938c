import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { SilentWriter } from './silent-writer.js';
import { SecureWorld } from './tls/secure-world.testing.js';

/** A request that Node has made and is done with. */
async function requestOf(socket: TLSSocket): Promise<unknown> {
  const request = await new Promise((resolve) => {
    socket._write(Buffer.from('first'), 'buffer' as BufferEncoding, function (this: unknown) {
      resolve(this);
    });
  });
  await new Promise(setImmediate);
  return request;
}

test('SilentWriter is busy until Node has let go of the write, one turn later', async (t) => {
  const { socket } = await (await SecureWorld.listening(t)).connected();
  const writer = SilentWriter.on(socket, await requestOf(socket));
  assert.equal(writer?.busy, false, 'this Node can');
  for (const text of ['a', 'b']) {
    assert.equal(
      writer.write(Buffer.from(text), () => assert.fail('told')),
      'taken',
    );
    assert.equal(writer.busy, true);
    await new Promise(setImmediate);
    assert.equal(writer.busy, false);
  }
});

test('SilentWriter tells after all', async (t) => {
  const { socket } = await (await SecureWorld.listening(t)).connected();
  const writer = SilentWriter.on(socket, await requestOf(socket));
  assert.equal(
    writer?.write(Buffer.from('a'), () => assert.fail('told')),
    'taken',
  );
  const status = await new Promise<number>((resolve) => {
    writer.tell(resolve);
  });
  assert.deepEqual([status, writer.busy], [0, false]);
});

test('SilentWriter is none where Node has not let go of the request, or is another', async (t) => {
  const { socket } = await (await SecureWorld.listening(t)).connected();
  const request = await requestOf(socket);
  assert.equal(SilentWriter.on(socket, { getAsyncId: () => 1 }), undefined);
  assert.equal(SilentWriter.on(socket, {}), undefined);
  for (const _handle of [null, {}, { writeBuffer() {} }, { writeBuffer() {}, _parent: {} }]) {
    assert.equal(SilentWriter.on({ _handle } as unknown as TLSSocket, request), undefined);
  }
});
