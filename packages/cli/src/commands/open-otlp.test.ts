import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createBroker, silentLogger } from '@magpie/broker';
import { openOtlp } from './open-otlp.js';
import { ServeFailure } from './serve-failure.js';

/** Answers each request with the next status, and keeps the bodies. */
async function collector(t: TestContext, ...statuses: number[]) {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

test('openOtlp() opens nothing where nothing is configured', async (t) => {
  const broker = await createBroker();
  t.after(() => broker.close());
  assert.equal(await openOtlp(undefined, broker, silentLogger), undefined);
  assert.deepEqual([...broker.traces.list()], []);
});

test('openOtlp() hands what is published to the collector', async (t) => {
  const { url, bodies } = await collector(t);
  const broker = await createBroker();
  const config = { url, headers: {}, sample: 1, topic: 'plant/#' };
  const otlp = await openOtlp(config, broker, silentLogger);
  await broker.publish({ topic: 'plant/7' });
  await broker.publish({ topic: 'other' });
  await broker.close();
  await otlp?.close();
  assert.match(bodies.join(''), /plant\/7/);
  assert.doesNotMatch(bodies.join(''), /other/);
});

test('openOtlp() logs that the collector refuses what it is sent', async (t) => {
  const { url } = await collector(t, 401);
  const broker = await createBroker();
  const lines: unknown[] = [];
  const note = (fields: object) => void lines.push(fields);
  const log = { ...silentLogger, warn: note, info: note };
  const config = { url, headers: {}, sample: 1, topic: undefined };
  const otlp = await openOtlp(config, broker, log);
  await broker.publish({ topic: 'a' });
  await broker.close();
  await otlp?.close();
  assert.deepEqual(lines, [{ event: 'otlp-failed', why: 'Unauthorized' }]);
});

test('openOtlp() says that the broker has no room for its trace', async (t) => {
  const broker = await createBroker({ limits: { tracesMax: 0 } });
  t.after(() => broker.close());
  const config = { url: 'http://127.0.0.1:9', headers: {}, sample: 1, topic: undefined };
  await assert.rejects(openOtlp(config, broker, silentLogger), (error) => {
    assert.ok(error instanceof ServeFailure);
    assert.match(error.message, /^otlp: no traces are allowed \(tracesMax\)/);
    return true;
  });
});
