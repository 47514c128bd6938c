import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import mqtt from 'mqtt';

import { pathOf, ROOT, SetupError } from './command.mjs';

/** Longest time for the broker to come up, set-up included, and for each exchange with it. */
const PATIENCE_MS = 60_000;
/** What the contract promises for SIGTERM. */
const END_MS = 10_000;
const SMOKE_ARGS = ['--port', '0', '--no-ws', '--no-http', '--allow-anonymous'];

/**
 * Runs `npm start`'s script on a runtime, passes a message of each QoS through the broker, and ends
 * it by SIGTERM.
 *
 * @param node path of the Node.js to run it with
 * @returns how long it took, in ms
 * @throws SetupError saying what did not happen
 */
export async function smoke(node) {
  const startedMs = performance.now();
  // On disk, so that the native part of the store is seen on this runtime too.
  const dataDir = await mkdtemp(join(tmpdir(), 'magpie-smoke-'));
  const broker = startBroker(node, [...SMOKE_ARGS, '--data-dir', dataDir]);
  try {
    const { host, port } = await inTime('a listener', broker.listening);
    await exchange(`mqtt://${host}:${port}`);
    broker.child.kill('SIGTERM');
    const [code] = await inTime('the end', broker.exited, END_MS);
    if (code !== 0) throw new SetupError(`The broker ended with code ${code} after SIGTERM`);
  } catch (error) {
    throw new SetupError(`${error.message}; the broker said: ${broker.said().trim() || 'nothing'}`);
  } finally {
    broker.child.kill('SIGKILL');
    await broker.exited;
    await rm(dataDir, { recursive: true });
  }
  return Math.round(performance.now() - startedMs);
}

/** Starts the broker and reads its log. */
export function startBroker(node, args) {
  const child = spawn(node, [pathOf('tools/setup/start.mjs'), ...args], { cwd: ROOT });
  const lines = [];
  const listening = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const entry = parseLogLine(line);
      if (entry?.msg === 'listening') resolve(entry);
    });
  });
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  return { child, listening, exited: once(child, 'exit'), said: () => lines.join('\n') };
}

/** A JSON log line, or `undefined` for any other. */
export function parseLogLine(line) {
  try {
    const value = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function exchange(url) {
  const client = await inTime('CONNACK', mqtt.connectAsync(url, { reconnectPeriod: 0 }));
  try {
    await inTime('SUBACK', client.subscribeAsync('smoke/#', { qos: 2 }));
    for (const qos of [0, 1, 2]) {
      const received = once(client, 'message');
      await inTime(
        `the answer to a publish of QoS ${qos}`,
        client.publishAsync('smoke/a', `${qos}`, { qos }),
      );
      const [topic, payload] = await inTime(`a message of QoS ${qos}`, received);
      if (topic !== 'smoke/a' || payload.toString() !== `${qos}`) {
        throw new SetupError(`A message of QoS ${qos} came as ${topic} ${payload}`);
      }
    }
  } finally {
    await client.endAsync(true);
  }
}

async function inTime(what, promise, timeoutMs = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new SetupError(`${what} did not come in time`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
