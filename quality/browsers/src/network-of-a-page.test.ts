// needs: chromium
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { startProxy } from './proxy.testing.js';
import { openPage, startSite } from './site.testing.js';

const browser = await launchChromium();
const site = await startSite();
const LIMIT = { timeout: 60_000 };

declare global {
  /** In a page: the states of its client, in words, oldest first. */
  var states: string[];
  /** What its client has received. */
  var received: string[];
}

/** A page whose session outlives its connections, and the way it goes. */
async function startClient(t: TestContext, keepAlive: number) {
  const { broker, url } = await startMagpie(t, site.origin);
  const proxy = await startProxy(t, url, site.origin);
  const page = await openPage(t, browser, site);
  await page.evaluate(
    async ([url, keepAlive]) => {
      const client = magpie.createClient(url, {
        clientId: 'page',
        cleanSession: false,
        keepAlive,
        pingTimeoutMs: 500,
        reconnect: { minMs: 5, maxMs: 5, jitter: 'none' },
      });
      Object.assign(globalThis, { client, states: [], received: [] });
      client.on('state', (state) =>
        states.push(state.type === 'waiting' ? state.why.code : state.type),
      );
      const keep = (message: { text(): string }) => void received.push(message.text());
      const { ready } = client.subscribe('to-page', { qos: 1 }, keep);
      await client.start();
      await ready;
    },
    // By a name: what is on this machine needs no network.
    [proxy.url.replace('127.0.0.1', 'broker.example'), keepAlive] as const,
  );
  return { broker, proxy, page };
}

/** Lets the page go on for a while. */
async function frames(page: Page, count: number): Promise<void> {
  for (let frame = 0; frame < count; frame++) {
    await page.evaluate(
      () =>
        new Promise((resolve) => {
          requestAnimationFrame(resolve);
        }),
    );
  }
}

test('A page that is offline makes no attempts, and one when it is online', LIMIT, async (t) => {
  const { broker, proxy, page } = await startClient(t, 0);
  const publish = (payload: string) => broker.publish({ topic: 'to-page', payload, qos: 1 });
  await page.context().setOffline(true);
  proxy.cut();
  await page.waitForFunction(() => states.at(-1) === 'unreachable');
  await publish('while offline');
  await frames(page, 30);
  assert.deepEqual((await page.evaluate(() => states)).slice(-3), [
    'connection-lost',
    'connecting',
    'unreachable',
  ]);
  await page.context().setOffline(false);
  await page.waitForFunction(() => received.length === 1);
  assert.deepEqual((await page.evaluate(() => states)).slice(-2), ['connecting', 'connected']);
});

test('A page that was frozen comes back by itself, and misses nothing', LIMIT, async (t) => {
  const { broker, page } = await startClient(t, 1);
  const session = await page.context().newCDPSession(page);
  const gone = new Promise((resolve) => {
    broker.on('disconnected', resolve);
  });
  await session.send('Debugger.enable');
  await session.send('Debugger.pause');
  await gone; // one and a half keep-alives without a sign of life
  await broker.publish({ topic: 'to-page', payload: 'while frozen', qos: 1 });
  await session.send('Debugger.resume');
  await page.waitForFunction(() => received.length === 1);
  assert.deepEqual(await page.evaluate(() => received), ['while frozen']);
});

test('A page that is shown again notices a connection that leads nowhere', LIMIT, async (t) => {
  const { proxy, page } = await startClient(t, 3600);
  proxy.fallSilent();
  await page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
  await page.waitForFunction(() => states.filter((state) => state === 'connected').length === 2);
  assert.deepEqual(await page.evaluate(() => states), [
    'connecting',
    'connected',
    'keep-alive-timeout',
    'connecting',
    'connected',
  ]);
});
