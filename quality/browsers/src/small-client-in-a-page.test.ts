// needs: chromium
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { startProxy } from './proxy.testing.js';
import { openPage, startSite } from './site.testing.js';

/** Says `ready`, then prints what it gets and each loss of the connection, until that was `end`. */
const PAGE = `
  import { connect } from '@magpie/client/small';
  export async function run(url) {
    const client = await connect(url, { reconnect: { minMs: 5, maxMs: 5, jitter: 'none' } });
    client.on('error', ({ code }) => console.log(code));
    const heard = new Promise((resolve) => {
      client.subscribe('to-page/+', { qos: 1 }, (message) => {
        console.log(message.qos, message.text());
        if (message.text() === 'end') resolve();
      }).ready.then(() => client.publish('from-page', 'ready', { qos: 1 }));
    });
    await heard;
    await client.publish('from-page', '完', { qos: 1 });
    client.end();
  }`;

const browser = await launchChromium();
const site = await startSite({ '/small.js': PAGE });
const LIMIT = { timeout: 60_000 };

test('The small client in a page keeps its subscription over a cut', LIMIT, async (t) => {
  const { broker, url } = await startMagpie(t, site.origin);
  const proxy = await startProxy(t, url, site.origin);
  const page = await openPage(t, browser, site);
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  const heard: string[] = [];
  let connections = 0;
  proxy.onConnection = () => connections++;
  broker.subscribe('from-page', ({ payload }) => {
    heard.push(new TextDecoder().decode(payload));
    if (heard.length > 1) return;
    proxy.cut();
    // Retained: whenever the page subscribes again, it gets it.
    void broker.publish({ topic: 'to-page/a', payload: 'end', qos: 1, retain: true });
  });
  await page.evaluate(async (url) => {
    const path = '/small.js';
    const { run } = (await import(path)) as { run: (url: string) => Promise<void> };
    await run(url);
  }, proxy.url);
  assert.deepEqual([said.at(-1), said.includes('connection-lost')], ['1 end', true]);
  assert.deepEqual([heard.at(0), heard.at(-1)], ['ready', '完']);
  assert.equal(connections, 2);
});
