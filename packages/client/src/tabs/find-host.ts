import { ClientError } from '../errors.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import type { WebLocks } from '../outbox/indexeddb/web-storage.js';
import { hostOnChannel, type OpenChannel, tabOnChannel } from './leader-channel.js';
import type { TabClient } from './tab-client.js';
import { hostLock, type TabHost } from './tab-host.js';
import { workerPort } from './tab-port.js';
import type { SharedWorkerLike } from './tab-world.js';

/** Ends what looked for a host. */
export type StopFinding = () => Promise<void>;

/** The host is a SharedWorker; if that ends, another is begun. */
export function findWorker(
  tab: TabClient,
  open: () => SharedWorkerLike,
  locks: WebLocks,
): StopFinding {
  const stop = new AbortController();
  const join = () => {
    const worker = open();
    worker.addEventListener('error', () => {
      const advice = 'check that its script is there and calls `serveShared`';
      tab.fail(new ClientError('unreachable', 'The SharedWorker failed', undefined, advice));
    });
    tab.join(workerPort(worker.port));
  };
  const watch = async (host: string): Promise<void> => {
    try {
      const lock = await WebLock.acquire(locks, hostLock(host), stop.signal);
      await lock.release();
    } catch {
      return; // the tab goes
    }
    join();
  };
  tab.onHost = (host) => void watch(host);
  join();
  return () => {
    stop.abort();
    return Promise.resolve();
  };
}

/** The host is in one of the tabs: in that which has the lock. When it goes, another gets it. */
export function findLeader(
  tab: TabClient,
  parts: {
    readonly name: string;
    readonly lockName: string;
    readonly locks: WebLocks;
    readonly openChannel: OpenChannel;
    readonly makeHost: () => TabHost;
  },
): StopFinding {
  const { name, lockName, locks, openChannel, makeHost } = parts;
  const stop = new AbortController();
  const stopListening = tabOnChannel(openChannel, name, (port) => tab.join(port));
  let stopLeading: StopFinding = () => Promise.resolve();
  const led = WebLock.acquire(locks, lockName, stop.signal).then(
    (lock) => {
      const host = makeHost();
      const stopHosting = hostOnChannel(openChannel, host.id, (port) => host.accept(port));
      stopLeading = async () => {
        await host.close();
        stopHosting();
        await lock.release();
      };
    },
    () => {}, // the tab goes before it was its turn
  );
  return async () => {
    stop.abort();
    await led;
    await stopLeading();
    stopListening();
  };
}
