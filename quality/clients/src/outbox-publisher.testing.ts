/**
 * A program that is killed: it publishes with an outbox in a file and prints what that has kept.
 *
 *     node outbox-publisher.testing.js URL OUTBOX QOS RUN
 *
 * RUN is part of each payload; without it, it finishes what the outbox has, and ends.
 */
import { createClient, FileOutbox } from '@magpie/client';

const [url = '', path = '', qos = '1', run] = process.argv.slice(2);
const AT_ONE_TIME = 20;
/** Less than wait for it: most of what is kept has not been sent when it is killed. */
const INFLIGHT_MAX = 4;

const outbox = await FileOutbox.open(path);
const client = createClient(url, {
  clientId: 'publisher',
  cleanSession: false,
  inflightMax: INFLIGHT_MAX,
  outbox,
});
await client.start();
await client.connected();
if (run === undefined) await client.end({ drain: 20_000 });
else await Promise.all(Array.from({ length: AT_ONE_TIME }, (_, lane) => publish(`${run}.${lane}`)));

/** One after the other, until it is killed. */
async function publish(lane: string): Promise<void> {
  for (let number = 0; ; number++) {
    const payload = `${lane}.${number}`;
    const done = client.publish('orders', payload, { qos: qos === '2' ? 2 : 1 });
    await outbox.flush();
    process.stdout.write(`kept ${payload}\n`);
    await done;
  }
}
