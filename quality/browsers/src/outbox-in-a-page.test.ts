// needs: chromium
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import type { Outbox } from '@magpie/client/browser';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { type PacketOf, startProxy } from './proxy.testing.js';
import { openPage, startSite } from './site.testing.js';

const CONTRACT = `
  import { IndexedDbOutbox } from '@magpie/client/indexeddb';
  import { testOutbox } from '@magpie/client/testing';
  let count = 0;
  let name = '';
  testOutbox('IndexedDbOutbox in Chromium', {
    open: () => IndexedDbOutbox.open((name = String(++count))),
    async reopen(outbox) {
      await outbox[Symbol.asyncDispose]();
      return IndexedDbOutbox.open(name);
    },
  });`;

const browser = await launchChromium();
const site = await startSite({ '/contract.js': CONTRACT });
const LIMIT = { timeout: 60_000 };

await runContract();

/** Each rule is a test of its own, run in the page. */
async function runContract(): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(site.origin);
  await page.addScriptTag({ url: '/contract.js', type: 'module' });
  await page.waitForFunction('globalThis.contract !== undefined');
  const names = await page.evaluate(() => [...contract.keys()]);
  assert.ok(names.length >= 7);
  for (const name of names) {
    test(name, LIMIT, () => page.evaluate((name) => contract.get(name)!(), name));
  }
}

/** Has a client subscribe whose session outlives the page, as `globalThis.client`. */
async function startClient(page: Page, url: string): Promise<void> {
  await page.evaluate(async (url) => {
    const outbox = await magpie.IndexedDbOutbox.open('session');
    const client = magpie.createClient(url, { clientId: 'page', cleanSession: false, outbox });
    Object.assign(globalThis, { client });
    const { ready } = client.subscribe('to-page', { qos: 2 }, (message) => handled(message.text()));
    await client.start();
    await ready;
  }, url);
}

declare global {
  var client: ReturnType<typeof magpie.createClient>;
  /** In a page: tells the test. */
  function handled(text: string): void;
}

/** A page whose client goes by a proxy, and what the broker and the page receive. */
async function startFlow(t: TestContext) {
  const { broker, url } = await startMagpie(t, site.origin);
  const proxy = await startProxy(t, url, site.origin);
  const atBroker: string[] = [];
  broker.subscribe('to-broker', ({ payload }) => atBroker.push(payload.toString()));
  const page = await openPage(t, browser, site);
  const inPage: string[] = [];
  await page.exposeFunction('handled', (text: string) => inPage.push(text));
  await startClient(page, proxy.url);
  return { broker, proxy, page, atBroker, inPage };
}

async function reload(page: Page, url: string): Promise<void> {
  await page.reload();
  await page.waitForFunction('globalThis.magpie !== undefined');
  await startClient(page, url);
}

const OUTGOING: readonly PacketOf[] = [
  { from: 'client', type: 'publish' },
  { from: 'server', type: 'pubrec' },
  { from: 'client', type: 'pubrel' },
  { from: 'server', type: 'pubcomp' },
];

for (const lost of OUTGOING) {
  test(
    `A QoS 2 message of a page arrives once if it is loaded again before ${lost.type}`,
    LIMIT,
    async (t) => {
      const { proxy, page, atBroker } = await startFlow(t);
      const flow = proxy.lose(lost);
      await page.evaluate(
        () => void client.publish('to-broker', 'first', { qos: 2 }).catch(() => {}),
      );
      await flow;
      proxy.loseNothing();
      await reload(page, proxy.url);
      await page.evaluate(async () => {
        await client.publish('to-broker', 'second', { qos: 2 });
        await client.end();
      });
      assert.deepEqual(atBroker, ['first', 'second']);
      const left = await page.evaluate(async () => {
        const outbox = await magpie.IndexedDbOutbox.open('session');
        return outbox.load();
      });
      assert.deepEqual(left, { publications: [], received: [] });
    },
  );
}

const INCOMING: readonly PacketOf[] = [
  { from: 'client', type: 'pubrec' },
  { from: 'server', type: 'pubrel' },
  { from: 'client', type: 'pubcomp' },
];

for (const lost of INCOMING) {
  test(
    `A QoS 2 message to a page is handled once if it is loaded again before ${lost.type}`,
    LIMIT,
    async (t) => {
      const { broker, proxy, page, inPage } = await startFlow(t);
      const flow = proxy.lose(lost);
      await broker.publish({ topic: 'to-page', payload: 'first', qos: 2 });
      await flow;
      proxy.loseNothing();
      await reload(page, proxy.url);
      const second = page.waitForFunction('globalThis.done');
      await page.evaluate(() => {
        client.subscribe(
          'to-page',
          { qos: 2 },
          () => void Object.assign(globalThis, { done: true }),
        );
      });
      await broker.publish({ topic: 'to-page', payload: 'second', qos: 2 });
      await second;
      await page.evaluate(() => client.end());
      assert.deepEqual(inPage, ['first', 'second']);
    },
  );
}

test('IndexedDbOutbox of one name is of one tab at a time', LIMIT, async (t) => {
  const first = await openPage(t, browser, site);
  const second = await openPage(t, first.context(), site);
  await first.evaluate(() => magpie.IndexedDbOutbox.open('one').then(() => undefined));
  const refusal = second.evaluate(() =>
    magpie.IndexedDbOutbox.open('one').then(String, (error: unknown) => String(error)),
  );
  assert.match(await refusal, /The outbox 'one' is in use: give each page a name of its own/);
  const waiting = second.evaluate(() => {
    const { signal } = new AbortController();
    return magpie.IndexedDbOutbox.open('one', { signal }).then(() => 'opened');
  });
  await first.close();
  assert.equal(await waiting, 'opened');
});

test('IndexedDbOutbox says when there is no room, and writes it all later', LIMIT, async (t) => {
  const page = await openPage(t, browser, site);
  const session = await page.context().newCDPSession(page);
  const { origin } = site;
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 });
  const refusal = await page.evaluate(async () => {
    const outbox = await magpie.IndexedDbOutbox.open('small');
    Object.assign(globalThis, { outbox });
    const payload = crypto.getRandomValues(new Uint8Array(65_536));
    const rest = { topic: 't', payload, qos: 1, retain: false, released: false } as const;
    for (let sequence = 0; sequence < 20; sequence++) outbox.put({ sequence, ...rest });
    return outbox.flush().then(String, (error: unknown) => String(error));
  });
  assert.match(refusal, /The browser gives no more room: free space on the device/);
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  const stored = await page.evaluate(async () => {
    const outbox = Object.entries(globalThis).find(([name]) => name === 'outbox')![1] as Outbox;
    await outbox.flush();
    return (await outbox.load()).publications.length;
  });
  assert.equal(stored, 20);
});
