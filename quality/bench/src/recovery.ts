import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { LmdbStore } from '@magpie/broker/server';
import { Message } from '@magpie/broker/testing';

import { MAGPIE } from './brokers/magpie.js';
import type { Figures } from './measurement.js';
import { MemoryWatch } from './proc/memory-watch.js';
import { readProcessUsage } from './proc/process-usage.js';

/** What the store holds. */
export interface RecoveryLoad {
  /** With two subscriptions each, their clients away. */
  readonly sessions: number;
  /** Messages for them, each for one. */
  readonly queued: number;
  readonly retained: number;
  /** Bytes of each. */
  readonly payload: number;
}

export const RECOVERY_LOAD: RecoveryLoad = {
  sessions: 100_000,
  queued: 1_000_000,
  retained: 1_000_000,
  payload: 200,
};

/** Fills a store through its own interface, since nothing of that is measured. */
export async function fillForRecovery(folder: string, load: RecoveryLoad): Promise<void> {
  const { sessions, queued, retained, payload } = load;
  await using store = await LmdbStore.open(folder);
  await store.load();
  for (let number = 0; number < sessions; number++) {
    const clientId = `device-${number}`;
    store.openSession(clientId);
    store.putSubscription(clientId, `device/${number}/command`, 1);
    store.putSubscription(clientId, `group/${number % 1000}/#`, 1);
    store.putLeft(clientId, 0);
    if (number % COMMIT_EVERY === 0) await store.commit();
  }
  for (let number = 0; number < queued; number++) {
    const session = number % sessions;
    const clientId = `device-${session}`;
    const sequence = Math.floor(number / sessions);
    const message = messageOf(`device/${session}/command`, payload, number);
    store.append(message, [{ clientId, sequence, qos: 1, retained: false }]);
    if (number % COMMIT_EVERY === 0) await store.commit();
  }
  for (let number = 0; number < retained; number++) {
    const topic = `site/${number % 1000}/device-${Math.floor(number / 1000)}/state`;
    store.putRetained(messageOf(topic, payload, number), number + 1);
    if (number % COMMIT_EVERY === 0) await store.commit();
  }
}

/** Starts the real process on such a store, until it says that it listens. */
export async function measureRecovery(folder: string, load: RecoveryLoad): Promise<Figures> {
  const args = ['broker', '--port', '0', '--no-ws', '--no-http', '--data-dir', folder];
  const limits = ['--limit', `retainedMessagesMax=${load.retained + 1}`];
  const startMs = performance.now();
  const child = spawn(process.execPath, [MAGPIE, ...args, ...limits], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const pid = child.pid ?? 0;
  const memory = new MemoryWatch(pid);
  try {
    await listening(createInterface({ input: child.stdout }));
    const elapsedS = (performance.now() - startMs) / 1000;
    const records = load.sessions + load.queued + load.retained;
    return {
      messagesPerS: records / elapsedS,
      cpuUs: readProcessUsage(pid).cpuNs / 1000 / records,
      generatorCpuUs: 0,
      waited: 0,
      residentBytes: 0,
      elapsedS,
      ownBytes: memory.mostBytes,
      p50Us: 0,
      p99Us: 0,
      p999Us: 0,
    };
  } finally {
    memory.end();
    child.kill('SIGTERM');
    await exited;
  }
}

/** @throws {Error} if the process ends before. */
async function listening(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) if (line.includes('"msg":"listening"')) return;
  throw new Error('The broker ended before it listened');
}

function messageOf(topic: string, payload: number, number: number): Message {
  const bytes = new Uint8Array(payload).fill(number);
  return Message.of({ topic, payload: bytes, qos: 1, retain: false, publisher: 'backend' });
}

const COMMIT_EVERY = 5000;
