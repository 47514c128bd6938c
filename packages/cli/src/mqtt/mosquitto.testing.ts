import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { closedPort } from '../doctor/broken-servers.testing.js';

/** mosquitto with these lines of configuration; it ends with the test. @returns Its URL. */
export async function startMosquitto(
  t: TestContext,
  lines: readonly string[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-mosquitto-'));
  t.after(() => rm(folder, { recursive: true }));
  const port = await closedPort();
  const config = join(folder, 'mosquitto.conf');
  const all = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'user root', ...lines];
  await writeFile(config, `${all.join('\n')}\n`);
  const child = spawn('/usr/sbin/mosquitto', ['-c', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.endsWith(' running')) {
      child.stderr.resume(); // what it says later is nobody's
      return `mqtt://127.0.0.1:${port}`;
    }
  }
  throw new Error(`mosquitto did not start:\n${said.join('\n')}`);
}
