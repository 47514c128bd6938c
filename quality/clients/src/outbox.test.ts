// needs: mosquitto
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from '@magpie/client';
import { startMagpie, startMosquitto } from './our-client.testing.js';
import { Program } from './program.testing.js';

const PUBLISHER = fileURLToPath(new URL('outbox-publisher.testing.js', import.meta.url));
const KILLS = 4;
const KEPT_BEFORE_KILL = 60;
const LIMIT = { timeout: 60_000 };

/**
 * Goal: what the outbox has kept arrives, sent or not, and at QoS 2 nothing arrives twice, however
 * the publisher dies.
 * Method: it is killed in the middle of its work, again and again, with the same outbox in a file;
 * the last run only finishes what is left. A subscriber that stays compares.
 */
for (const [broker, start] of [
  ['Magpie', startMagpie],
  ['mosquitto', startMosquitto],
] as const) {
  for (const qos of [1, 2] as const) {
    test(`FileOutbox survives kill -9 at QoS ${qos} with ${broker}`, LIMIT, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), 'magpie-kill-'));
      t.after(() => rm(folder, { recursive: true }));
      const args = [(await start(t)).url, join(folder, 'outbox'), String(qos)];
      await using subscriber = await connect(args[0]!);
      const orders = subscriber.subscribe('orders', { qos });
      await orders.ready;

      const kept: string[] = [];
      for (let run = 0; run < KILLS; run++) {
        const publisher = Program.start(t, process.execPath, [PUBLISHER, ...args, String(run)]);
        await publisher.linesLike(/^kept /, KEPT_BEFORE_KILL);
        await publisher.stop('SIGKILL');
        kept.push(...publisher.lines.map((line) => line.replace('kept ', '')));
      }
      await Program.start(t, process.execPath, [PUBLISHER, ...args]).succeeds();
      await subscriber.publish('orders', 'the end', { qos });

      const arrived = new Map<string, number>();
      for await (const message of orders) {
        const text = message.text();
        if (text === 'the end') break;
        arrived.set(text, (arrived.get(text) ?? 0) + 1);
      }
      assert.ok(kept.length >= KILLS * KEPT_BEFORE_KILL);
      assert.deepEqual(
        kept.filter((payload) => !arrived.has(payload)),
        [],
        'lost',
      );
      const twice = [...arrived].filter(([, count]) => count > 1);
      if (qos === 2) assert.deepEqual(twice, [], 'arrived twice');
    });
  }
}
