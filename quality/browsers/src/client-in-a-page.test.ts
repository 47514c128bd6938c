// needs: chromium
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { launchChromium } from './chromium.testing.js';
import { startMagpie } from './magpie.testing.js';
import { openPage, startSite } from './site.testing.js';

const browser = await launchChromium();
const site = await startSite();
const LIMIT = { timeout: 60_000 };

test(
  'connect() in a page passes messages of every QoS through Magpie, in order',
  LIMIT,
  async (t) => {
    const { url } = await startMagpie(t, site.origin);
    const page = await openPage(t, browser, site);
    const got = await page.evaluate(async (url) => {
      const client = await magpie.connect(url);
      const subscription = client.subscribe('readings/#', { qos: 2, codec: magpie.textCodec });
      await subscription.ready;
      const payloads = Array.from({ length: 90 }, (_, number) => `喜鹊 ${number}`);
      const sent = client.publishMany(
        payloads.map((payload, number) => ({
          topic: `readings/${number}`,
          payload,
          qos: (number % 3) as 0 | 1 | 2,
        })),
      );
      const got: string[][] = [[], [], []];
      let count = 0;
      for await (const { qos, payload } of subscription) {
        got[qos]!.push(payload);
        if (++count === payloads.length) break;
      }
      await sent;
      await client.end();
      return got;
    }, url);
    const expected = (qos: number) =>
      Array.from({ length: 30 }, (_, index) => `喜鹊 ${index * 3 + qos}`);
    assert.deepEqual(got, [0, 1, 2].map(expected));
  },
);

test(
  'connect() of another site is refused, with an error that says what to try',
  LIMIT,
  async (t) => {
    const { url } = await startMagpie(t, 'https://example.org');
    const page = await openPage(t, browser, site);
    const error = await page.evaluate(
      (url) =>
        magpie.connect(url).then(
          () => 'connected',
          (error: unknown) => String(error),
        ),
      url,
    );
    assert.match(error, /^ClientError: Cannot connect to .* check host, port and network/);
  },
);
