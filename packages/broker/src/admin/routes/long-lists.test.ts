import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { MemoryStore } from '../../stores/memory-store.js';
import type { StoredSession, StoredState } from '../../stores/store.js';
import { STEPS_AT_ONCE } from '../api/paging.js';
import { ApiWorld } from '../api/api-world.testing.js';

const CLIENTS = 100_000;

/** A store that remembers very many sessions, whose clients are away. */
class CrowdedStore extends MemoryStore {
  override load(): Promise<StoredState> {
    const sessions = Array.from({ length: CLIENTS }, (_, at): StoredSession => {
      return {
        clientId: `client-${at}`,
        owner: undefined,
        leftAtMs: 0,
        nextSequence: 0,
        subscriptions: new Map([[`plant/${at}/#`, 1]]),
        received: [],
        deliveries: [],
        replays: [],
      };
    });
    return Promise.resolve({ sessions, retained: [], wills: [], time: undefined });
  }
}

/**
 * Counts how often others had their turn while a list was read, and how long they waited: in CPU
 * time of the process, since other processes have theirs, too.
 */
class OtherWork {
  turns = 0;
  longestMs = 0;
  #done = false;
  #lastMs = cpuMs();

  constructor() {
    const turn = () => {
      const nowMs = cpuMs();
      this.longestMs = Math.max(this.longestMs, nowMs - this.#lastMs);
      this.#lastMs = nowMs;
      this.turns++;
      if (!this.#done) setImmediate(turn);
    };
    setImmediate(turn);
  }

  end(): void {
    this.#done = true;
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function list(t: TestContext, world: ApiWorld, call: string): Promise<void> {
  const others = new OtherWork();
  const beganMs = cpuMs();
  const response = await world.ask(`GET ${call}`, 'viewer');
  others.end();
  const tookMs = cpuMs() - beganMs;
  const { data, meta } = (await response.json()) as { data: unknown[]; meta: { count: number } };
  assert.deepEqual([data.length, meta.count], [1000, CLIENTS]);
  const { turns, longestMs } = others;
  assert.ok(turns >= CLIENTS / STEPS_AT_ONCE, `${turns} turns of others`);
  // Printed, not asserted: a busy machine makes it longer, whatever we do.
  const all = `${tookMs.toFixed(0)} ms in ${turns} steps`;
  t.diagnostic(`${call} of ${CLIENTS}: ${all}, the longest ${longestMs.toFixed(1)} ms`);
}

test('lists of 100,000 clients are walked in small steps, wherever the page is', async (t) => {
  const world = await ApiWorld.start(t, { store: new CrowdedStore() });
  await world.ask('GET /self', 'viewer'); // as the HTTP port does when it opens
  await list(t, world, '/clients?limit=1000');
  await list(t, world, '/clients?limit=1000&page=50');
  await list(t, world, '/clients?limit=1000&page=100');
  await list(t, world, '/subscriptions?limit=1000&page=100');
  await list(t, world, '/clients?limit=1000&page=100&like_clientid=client');
});
