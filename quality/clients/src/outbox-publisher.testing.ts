/**
 * A program that is killed: it publishes with an outbox in a file and prints what is done.
 *
 *     node outbox-publisher.testing.js URL OUTBOX QOS RUN
 *
 * RUN is part of each payload; without it, it finishes what the outbox has, and ends.
 */
import { createClient, FileOutbox } from '@magpie/client';

const [url = '', path = '', qos = '1', run] = process.argv.slice(2);
const AT_ONE_TIME = 20;

const client = createClient(url, {
  clientId: 'publisher',
  cleanSession: false,
  outbox: await FileOutbox.open(path),
});
await client.start();
await client.connected();
if (run === undefined) await client.end({ drain: 20_000 });
else await Promise.all(Array.from({ length: AT_ONE_TIME }, (_, lane) => publish(`${run}.${lane}`)));

/** One after the other, until it is killed. */
async function publish(lane: string): Promise<void> {
  for (let number = 0; ; number++) {
    const payload = `${lane}.${number}`;
    await client.publish('orders', payload, { qos: qos === '2' ? 2 : 1 });
    process.stdout.write(`done ${payload}\n`);
  }
}
