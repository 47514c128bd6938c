// needs: chromium
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { TabClient } from '@magpie/client/tabs';
import { keepBusy } from './busy-page.testing.js';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { startProxy } from './proxy.testing.js';
import { openPage, startSite } from './site.testing.js';

/** Where the server is stands in the query of the worker's URL. It ends when it is told to. */
const WORKER = `
  import { serveShared } from '@magpie/client/tabs';
  new BroadcastChannel('end').onmessage = () => close();
  const { url, options } = JSON.parse(decodeURIComponent(location.search.slice(1)));
  serveShared(url, options);`;

const browser = await launchChromium();
const site = await startSite({ '/worker.js': WORKER });
const LIMIT = { timeout: 60_000 };
const FORMS = ['a SharedWorker', 'one of the tabs'] as const;
const KEEP = { clientId: 'shared', cleanSession: false, keep: true } as const;

declare global {
  /** In a page: its client of the shared connection, and what it has received. */
  var tab: TabClient;
  var got: string[];
}

/** A broker, and pages of one browser. */
async function startTabs(t: TestContext, form: (typeof FORMS)[number], options: object = {}) {
  const { broker, url } = await startMagpie(t, site.origin);
  const proxy = await startProxy(t, url, site.origin);
  const context = await browser.newContext();
  t.after(() => context.close());
  let connections = 0;
  broker.on('connected', () => connections++);
  const open = () => openTab(t, context, { url: proxy.url, options, form });
  return { broker, proxy, context, open, connections: () => connections };
}

async function openTab(
  t: TestContext,
  context: BrowserContext,
  parts: { url: string; options: object; form: string },
): Promise<Page> {
  const page = await openPage(t, context, site);
  await page.evaluate(async ({ url, options, form }) => {
    const query = encodeURIComponent(JSON.stringify({ url, options }));
    const worker = () => new SharedWorker(`/worker.js?${query}`, { type: 'module' });
    const all = form === 'a SharedWorker' ? { ...options, worker } : options;
    const tab = await magpie.connectShared(url, all);
    Object.assign(globalThis, { tab, got: [] });
    await tab.connected();
  }, parts);
  return page;
}

function subscribe(page: Page, filter: string, qos: 0 | 1 | 2 = 1): Promise<unknown> {
  return page.evaluate(
    ([filter, qos]) => {
      const keep = (message: { text(): string }) => void got.push(message.text());
      return tab.subscribe(filter, { qos }, keep).ready;
    },
    [filter, qos] as const,
  );
}

const publish = (page: Page, topic: string, payload: string, qos: 0 | 1 | 2 = 1) =>
  page.evaluate(([topic, payload, qos]) => tab.publish(topic, payload, { qos }), [
    topic,
    payload,
    qos,
  ] as const);

const waitFor = (page: Page, count: number) =>
  page.waitForFunction((count) => got.length >= count, count);

for (const form of FORMS) {
  test(`Tabs share one connection in ${form}, and each gets what is its own`, LIMIT, async (t) => {
    const { open, connections } = await startTabs(t, form);
    const [one, two] = [await open(), await open()];
    await subscribe(one, 'a/+', 2);
    await subscribe(two, 'a/b');
    await subscribe(two, 'c', 0);
    await publish(one, 'a/b', 'both', 2);
    await publish(two, 'a/x', 'one');
    await publish(one, 'c', 'two', 0);
    await waitFor(one, 2);
    await waitFor(two, 2);
    assert.deepEqual(await one.evaluate(() => got), ['both', 'one']);
    assert.deepEqual((await two.evaluate(() => got)).toSorted(), ['both', 'two']);
    assert.equal(connections(), 1);
  });

  test(`Tabs go on when that which opened ${form} is closed`, LIMIT, async (t) => {
    const { broker, open, connections } = await startTabs(t, form, KEEP);
    const [first, second, third] = [await open(), await open(), await open()];
    for (const page of [first, second]) await subscribe(page, 'news');
    await subscribe(third, 'news');
    const gone = new Promise((resolve) => {
      if (form === 'a SharedWorker') resolve(undefined);
      else broker.on('disconnected', resolve);
    });
    await first.close();
    await gone;
    await broker.publish({ topic: 'news', payload: 'while nobody leads', qos: 1 });
    await publish(second, 'news', 'later');
    for (const page of [second, third]) {
      await waitFor(page, 2);
      assert.deepEqual(await page.evaluate(() => got), ['while nobody leads', 'later']);
    }
    assert.equal(connections(), form === 'a SharedWorker' ? 1 : 2);
  });

  test(`A tab that is busy while another follows ${form} misses nothing`, LIMIT, async (t) => {
    const { broker, open } = await startTabs(t, form, KEEP);
    const [first, second, third] = [await open(), await open(), await open()];
    for (const page of [second, third]) await subscribe(page, 'news');
    const letGo = await keepBusy(t, third);
    const host = await second.evaluate(() => tab.host);
    const gone = new Promise((resolve) => {
      broker.on('disconnected', resolve);
    });
    if (form === 'one of the tabs') await first.close();
    else await first.evaluate("new BroadcastChannel('end').postMessage('')");
    await gone;
    await broker.publish({ topic: 'news', payload: 'while nobody leads', qos: 1 });
    const later = publish(second, 'news', 'later');
    await second.waitForFunction((host) => ![undefined, host].includes(tab.host), host);
    letGo();
    await later;
    for (const page of [second, third]) {
      await waitFor(page, 2);
      assert.deepEqual(await page.evaluate(() => got), ['while nobody leads', 'later']);
    }
  });

  test(`A server that refuses is told to all tabs of ${form}`, LIMIT, async (t) => {
    const refuse = { authenticate: () => ({ allowed: false, why: 'not-authorized' }) as const };
    const { url } = await startMagpie(t, site.origin, { authenticator: refuse });
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await openPage(t, context, site);
    const why = await page.evaluate(
      async ([url, form]) => {
        const options = { refusalsMax: 1 };
        const query = encodeURIComponent(JSON.stringify({ url, options }));
        const worker = () => new SharedWorker(`/worker.js?${query}`, { type: 'module' });
        const all = form === 'a SharedWorker' ? { ...options, worker } : options;
        const tab = await magpie.connectShared(url!, all);
        return tab.connected().then(String, (error: unknown) => String(error));
      },
      [url, form],
    );
    assert.match(
      why,
      /^ClientError: .* refused: this client may not connect \(5\): check its rights/,
    );
  });
}

test('A QoS 2 message arrives once when its tab outlives the leader', LIMIT, async (t) => {
  for (const type of ['publish', 'pubrec', 'pubrel', 'pubcomp'] as const) {
    const { broker, proxy, open } = await startTabs(t, 'one of the tabs', KEEP);
    const atBroker: string[] = [];
    broker.subscribe('orders', ({ payload }) => atBroker.push(payload.toString()));
    const [leader, second] = [await open(), await open()];
    const from = type === 'publish' || type === 'pubrel' ? 'client' : 'server';
    const lost = proxy.lose({ from, type });
    await second.evaluate(() => {
      Object.assign(globalThis, { first: tab.publish('orders', 'first', { qos: 2 }) });
    });
    await lost;
    proxy.loseNothing();
    await leader.close();
    await second.evaluate('first');
    await publish(second, 'orders', 'second', 2);
    assert.deepEqual(atBroker, ['first', 'second'], `lost ${type}`);
  }
});

test('What tabs published while offline survives all of them', LIMIT, async (t) => {
  const { broker, proxy, context, open } = await startTabs(t, 'one of the tabs', KEEP);
  const atBroker: string[] = [];
  broker.subscribe('orders', ({ payload }) => atBroker.push(payload.toString()));
  const [leader, second] = [await open(), await open()];
  await context.setOffline(true);
  proxy.cut();
  await second.waitForFunction(() => tab.state.type === 'waiting');
  for (const [page, payload] of [
    [second, 'one'],
    [leader, 'two'],
  ] as const) {
    await page.evaluate((payload) => void tab.publish('orders', payload, { qos: 2 }), payload);
    await leader.waitForFunction(
      async (count) => {
        const request = indexedDB.open('magpie-outbox:shared:default');
        const db = await new Promise<IDBDatabase>((resolve) => {
          request.addEventListener('success', () => resolve(request.result));
        });
        const all = db.transaction('publications').objectStore('publications').count();
        const stored = await new Promise((resolve) => {
          all.addEventListener('success', () => resolve(all.result));
        });
        db.close();
        return stored === count;
      },
      payload === 'one' ? 1 : 2,
    );
  }
  await second.close();
  await leader.close();
  await context.setOffline(false);
  const later = await open();
  await publish(later, 'orders', 'three', 2);
  assert.deepEqual(atBroker, ['one', 'two', 'three']);
});

for (const form of FORMS) {
  test(`A QoS 2 message outlives all tabs of ${form}, and arrives once`, LIMIT, async (t) => {
    const { broker, proxy, open } = await startTabs(t, form, KEEP);
    const atBroker: string[] = [];
    broker.subscribe('orders', ({ payload }) => atBroker.push(payload.toString()));
    const pages = [await open(), await open()];
    const lost = proxy.lose({ from: 'server', type: 'pubrec' });
    await pages[1]!.evaluate(() => void tab.publish('orders', 'first', { qos: 2 }));
    await lost;
    proxy.loseNothing();
    for (const page of pages) await page.close();
    const later = await open();
    await publish(later, 'orders', 'second', 2);
    assert.deepEqual(atBroker, ['first', 'second']);
  });
}

/**
 * Goal: nothing accepted is lost, nothing of QoS 2 comes twice, and each tab's order holds, while
 * the tab with the connection is closed again and again.
 * Method: four tabs publish without a pause; the oldest is closed, three times, each time when some
 * of its messages have arrived. What the last tab was told is done must have arrived once.
 */
test('Tabs that publish lose and double nothing while leaders go', LIMIT, async (t) => {
  const { broker, open } = await startTabs(t, 'one of the tabs', { ...KEEP, inflightMax: 50 });
  const arrived = new Map<string, number[]>();
  let wanted: { tab: string; count: number; reached: () => void } | undefined;
  broker.subscribe('of/+', ({ topic, payload }) => {
    const numbers = arrived.get(topic) ?? [];
    arrived.set(topic, numbers);
    numbers.push(Number(payload.toString()));
    if (topic === wanted?.tab && numbers.length >= wanted.count) wanted.reached();
  });
  const has = (tab: string, count: number) =>
    new Promise<void>((reached) => {
      wanted = { tab, count, reached };
      if ((arrived.get(tab)?.length ?? 0) >= count) reached();
    });
  const pages: Page[] = [];
  for (let index = 0; index < 4; index++) {
    const page = await open();
    pages.push(page);
    await page.evaluate((topic) => {
      const done: number[] = [];
      const running = (async () => {
        for (let number = 0; number < 2000 && !('enough' in globalThis); number++) {
          const published = tab.publish(topic, String(number), { qos: 2 });
          void published.then(() => done.push(number));
          if (number % 20 === 19) await published;
        }
      })();
      Object.assign(globalThis, { done, running });
    }, `of/${index}`);
  }
  for (let index = 0; index < 3; index++) {
    await has(`of/${index}`, 40);
    await pages[index]!.close();
  }
  await has('of/3', 100);
  const done = await pages[3]!.evaluate(async () => {
    Object.assign(globalThis, { enough: true });
    const { running, done } = globalThis as unknown as { running: Promise<void>; done: number[] };
    await running;
    await tab.publish('fence', '', { qos: 2 });
    return done;
  });
  for (const [tab, numbers] of arrived) {
    const expected = [...new Set(numbers)].toSorted((a, b) => a - b);
    assert.deepEqual(numbers, expected, `${tab} has doubles, or another order`);
  }
  const ofLast = new Set(arrived.get('of/3'));
  assert.deepEqual(
    done.filter((number) => !ofLast.has(number)),
    [],
  );
  assert.ok(done.length >= 80);
});
