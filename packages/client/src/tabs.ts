/** The door `@magpie/client/tabs`: one connection for all tabs of a browser. */

import { type ClientOptions, resolveOptions } from './client-options.js';
import { createClient } from './connect-web.js';
import type { Servers } from './create-client.js';
import { ClientError } from './errors.js';
import { SystemClock } from './model/clock.js';
import { IndexedDbOutbox } from './outbox/indexeddb/indexeddb-outbox.js';
import { WebLock } from './outbox/indexeddb/web-lock.js';
import { findLeader, findWorker } from './tabs/find-host.js';
import type { HostSession } from './tabs/hosted-tab.js';
import { joinedLock } from './tabs/roll-call.js';
import { TabClient } from './tabs/tab-client.js';
import { hostLock, TabHost, tabLock } from './tabs/tab-host.js';
import { TabOutbox } from './tabs/tab-outbox.js';
import { type MessagePortLike, workerPort } from './tabs/tab-port.js';
import type { SharedWorkerLike, TabWorld } from './tabs/tab-world.js';

export type { TabClient, TabEventMap } from './tabs/tab-client.js';

/** Of the connection that is shared: the same in all tabs and in the worker. */
export interface SharedOptions extends Omit<ClientOptions, 'outbox' | 'retryInitial'> {
  /** Of this connection among those of the site. Default: `default`. */
  readonly name?: string;
  /**
   * Whether QoS 1 and 2 are kept in IndexedDB, so that they survive the tab whose connection it is,
   * and the browser. Needs `cleanSession: false`. Default: false.
   */
  readonly keep?: boolean;
}

export interface ConnectSharedOptions extends SharedOptions {
  /**
   * Begins the SharedWorker whose script calls `serveShared`. Without one, and in browsers that
   * have none, one of the tabs has the connection, and another takes over when that is closed.
   */
  readonly worker?: () => SharedWorkerLike;
  /** Gives up looking for the connection. */
  readonly signal?: AbortSignal;
}

/**
 * Joins the connection that all tabs of this browser share, and begins it if there is none.
 *
 * @returns A client of this tab, as soon as it has joined; the server may not be reached by then:
 * see `connected`. One that cannot be reached is tried again and again.
 * @throws {ClientError} if the browser lacks what it takes, or what ended the connection.
 * @throws {TypeError} if a server is no URL with ws or wss, or options contradict each other.
 * @throws {RangeError} if a number is out of range.
 */
export async function connectShared(
  servers: Servers,
  { worker, signal, ...options }: ConnectSharedOptions = {},
  world: TabWorld = globalThis as unknown as TabWorld,
): Promise<TabClient> {
  check(servers, options);
  signal?.throwIfAborted();
  const { BroadcastChannel: Channel, SharedWorker: Worker } = world;
  const locks = locksOf(world);
  const name = crypto.randomUUID();
  const lock = await WebLock.acquire(locks, tabLock(name));
  let joined: Promise<WebLock> | undefined;
  let stop: (() => Promise<void>) | undefined;
  const onWelcome = (connection: string) => {
    joined ??= WebLock.acquire(locks, joinedLock(connection, name));
  };
  const onEnd = async () => {
    await stop?.();
    await (await joined)?.release();
    await lock.release();
  };
  const tab = new TabClient({ name, clock: new SystemClock(), onWelcome, onEnd });
  if (worker !== undefined && Worker !== undefined) stop = findWorker(tab, worker, locks);
  else {
    const shared = `magpie-shared:${options.name ?? 'default'}`;
    stop = findLeader(tab, {
      name,
      lockName: shared,
      locks,
      openChannel: () => new Channel!(shared),
      makeHost: () => makeHost(servers, options, world, shared),
    });
  }
  try {
    await tab.until(() => tab.host !== undefined, signal);
    return tab;
  } catch (error) {
    await tab.end({ drain: false });
    throw error;
  }
}

/**
 * Shares a connection with all tabs that join it. To be called by the script of a SharedWorker,
 * before anything that it waits for.
 *
 * @throws {TypeError} if a server is no URL with ws or wss, or options contradict each other.
 * @throws {RangeError} if a number is out of range.
 * @throws {ClientError} if the browser lacks what it takes.
 */
export function serveShared(
  servers: Servers,
  options: SharedOptions = {},
  world: TabWorld & Connecting = globalThis as unknown as TabWorld & Connecting,
): void {
  check(servers, options);
  const host = makeHost(servers, options, world, `${world.location.href} ${world.name}`);
  const held = WebLock.acquire(locksOf(world), hostLock(host.id)); // as long as it runs
  world.addEventListener('connect', ({ ports }) => {
    void held.then(() => host.accept(workerPort(ports[0]!)));
  });
}

/** A SharedWorker, as it sees itself; script and name make it that worker and no other. */
interface Connecting {
  readonly location: { readonly href: string };
  readonly name: string;
  addEventListener(
    type: 'connect',
    listener: (event: { readonly ports: readonly MessagePortLike[] }) => void,
  ): void;
}

function makeHost(
  servers: Servers,
  options: SharedOptions,
  world: TabWorld,
  connection: string,
): TabHost {
  const { name = 'default', keep = false, ...clientOptions } = options;
  const open = async (): Promise<HostSession> => {
    const all = { ...clientOptions, retryInitial: true };
    if (!keep) return { client: createClient(servers, all), outbox: undefined };
    // A predecessor that ends may still have it.
    const { signal } = new AbortController();
    const kept = await IndexedDbOutbox.open(`shared:${name}`, { signal }, world);
    const outbox = await TabOutbox.of(kept);
    return { client: createClient(servers, { ...all, outbox }), outbox };
  };
  const clock = new SystemClock();
  return new TabHost({ open, locks: locksOf(world), clock, id: crypto.randomUUID(), connection });
}

/** What is wrong is told where it was said. */
function check(servers: Servers, options: SharedOptions): void {
  resolveOptions(servers, options, ['ws:', 'wss:']);
  if (options.keep === true && options.cleanSession !== false) {
    throw new TypeError('`keep` needs cleanSession: false, or the server forgets what it has');
  }
}

function locksOf(world: TabWorld): NonNullable<NonNullable<TabWorld['navigator']>['locks']> {
  const locks = world.navigator?.locks;
  if (locks !== undefined) return locks;
  const advice = 'load the page over https, or from localhost';
  throw new ClientError('unreachable', 'There are no Web Locks to share by', undefined, advice);
}
