import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBroker } from '@magpie/broker';

const ORDERS = Array.from({ length: 60 }, (_, number) => `order-${number}`);

/** Starts one of the two programs. */
function start(name: 'machine' | 'planner', env: object): ChildProcess {
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const stdio = ['pipe', 'pipe', 'ignore'] as const;
  return spawn(process.execPath, [path], { env: { ...process.env, ...env }, stdio: [...stdio] });
}

/** Waits for so many lines, and kills the program. @returns The lines. */
async function killAfter(child: ChildProcess, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (lines.length === count) child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  return lines;
}

test('industrial-orders produces each order once, in order, whoever is killed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-orders-'));
  t.after(() => rm(folder, { recursive: true }));
  const broker = await createBroker();
  t.after(() => broker.close());
  const { port } = await broker.listen({ type: 'tcp', port: 0 });
  const done = join(folder, 'done');
  const MQTT_URL = `mqtt://127.0.0.1:${port}`;
  const env = { MQTT_URL, DONE: done, OUTBOX: join(folder, 'outbox') };

  let machine = start('machine', env);
  t.after(() => machine.kill('SIGKILL'));
  await new Promise<void>((resolve) => {
    broker.on('subscribed', () => resolve());
  });
  const killed = killAfter(machine, 10);
  let ordered = 0;
  while (ordered < ORDERS.length) {
    const planner = start('planner', env);
    t.after(() => planner.kill('SIGKILL'));
    planner.stdin!.write(
      ORDERS.slice(ordered)
        .map((id) => `${id}\n`)
        .join(''),
    );
    ordered += (await killAfter(planner, Math.min(25, ORDERS.length - ordered))).length;
  }
  const rest = start('planner', env); // sends what its outbox has
  t.after(() => rest.kill('SIGKILL'));
  rest.stdin!.end();
  await killed;
  machine = start('machine', env);
  const lines = createInterface({ input: machine.stdout! });
  for await (const line of lines) if (line === `produced ${ORDERS.at(-1)}`) break;
  assert.deepEqual((await readFile(done, 'utf8')).trim().split('\n'), ORDERS);
});
