// needs: chromium
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { openPage, startSite } from './site.testing.js';

/** Subscribes and says so, then tells the page what comes. */
const WORKER = `
  import { connect } from '@magpie/client';
  const client = await connect(decodeURIComponent(location.search.slice(1)));
  const subscription = client.subscribe('a/+', { qos: 2 });
  await subscription.ready;
  await client.publish('a/b', 'from the worker', { qos: 2 });
  for await (const { topic, payload } of subscription) {
    postMessage(topic + '=' + new TextDecoder().decode(payload));
    break;
  }
  await client.end();
  postMessage('ended');`;

const browser = await launchChromium();
const site = await startSite({ '/worker.js': WORKER });
const LIMIT = { timeout: 60_000 };

test('A client in a Web Worker passes messages through Magpie', LIMIT, async (t) => {
  const { url } = await startMagpie(t, site.origin);
  const page = await openPage(t, browser, site);
  const heard = await page.evaluate(
    (url) =>
      new Promise<unknown[]>((resolve, reject) => {
        const worker = new Worker(`/worker.js?${encodeURIComponent(url)}`, { type: 'module' });
        const heard: unknown[] = [];
        worker.addEventListener('message', ({ data }) => {
          heard.push(data);
          if (data === 'ended') resolve(heard);
        });
        worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      }),
    url,
  );
  assert.deepEqual(heard, ['a/b=from the worker', 'ended']);
});
