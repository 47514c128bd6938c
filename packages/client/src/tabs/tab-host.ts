import type { Clock } from '../model/clock.js';
import { WebLock } from '../outbox/indexeddb/web-lock.js';
import type { WebLocks } from '../outbox/indexeddb/web-storage.js';
import { HostedTab, type HostSession } from './hosted-tab.js';
import { joinedTabs, REJOIN_MS, RollCall } from './roll-call.js';
import type { HostReply, TabRequest } from './tab-messages.js';
import type { PortOfHost } from './tab-port.js';
import { toWire } from './wire-error.js';
import { stateToWire } from './wire-state.js';

export interface HostParts {
  /** Begins the connection that is shared; it is not started. */
  readonly open: () => Promise<HostSession>;
  readonly locks: WebLocks;
  readonly clock: Clock;
  /** A name that no other host has. */
  readonly id: string;
  /** The name of what is shared, which those before and after this host have, too. */
  readonly connection: string;
}

/**
 * Shares one client among the tabs of a browser: in a SharedWorker, or in one of the tabs.
 *
 * The client is made with the first tab and ends with the last one. Ports do not tell when a tab is
 * gone, so each tab holds a Web Lock of its name, and who gets it knows. What a predecessor's tabs
 * have subscribed to is theirs from the first message on: see {@link RollCall}.
 */
export class TabHost {
  readonly id: string;
  readonly #parts: HostParts;
  readonly #tabs = new Map<string, HostedTab>();
  #session: Promise<HostSession> | undefined;
  /** The end of an earlier session: the next begins after it. */
  #ending: Promise<void> = Promise.resolve();
  /** The session that is there, if it has begun and goes on. */
  #live: HostSession | undefined;
  /** The tabs of a predecessor, until they have come: the client has not started. */
  #rollCall: RollCall | undefined;
  /** What tabs publish meanwhile: only a client that has started has read its outbox. */
  #early: (() => void)[] = [];
  /** Filters of a predecessor's tabs, until these had time to come. */
  #stale: ReadonlySet<string> = new Set();
  /** Tabs that wait for the session. */
  #joining = 0;
  readonly #watched = new Map<string, AbortController>();
  #closed = false;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.id = parts.id;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A tab was opened. */
  accept(port: PortOfHost): void {
    let tab: string | undefined;
    port.listen((request) => {
      if (request.type === 'hello') {
        tab = request.tab;
        void this.#welcome(request.tab, port);
      } else if (tab !== undefined) this.#handle(tab, request);
    });
  }

  /** Goes, so that another can take over: tabs stay, and will find it. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#abandonTabs();
    for (const watch of this.#watched.values()) watch.abort();
    await this.#endSession();
  }

  async #welcome(name: string, port: PortOfHost): Promise<void> {
    if (this.#closed) return;
    this.#joining++;
    try {
      this.#session ??= this.#ending.then(() => this.#begin());
      const session = await this.#session;
      if (this.closed) return; // meanwhile
      const { client, outbox } = session;
      const { clock } = this.#parts;
      this.#tabs.set(name, new HostedTab(name, { port, session, clock }));
      this.#watch(name);
      const accepted = outbox?.acceptedOf(name) ?? 0;
      const state = stateToWire(client.state);
      const { connection } = this.#parts;
      port.post({ type: 'welcome', host: this.id, connection, state, accepted });
      void outbox?.restored.then(() => this.#tell(name, port, { type: 'restored' }));
      if (outbox === undefined) port.post({ type: 'restored' });
    } catch (error) {
      this.#session = undefined;
      port.post({ type: 'failed', error: toWire(error) });
    } finally {
      this.#joining--;
    }
  }

  #handle(name: string, request: Exclude<TabRequest, { readonly type: 'hello' }>): void {
    const tab = this.#tabs.get(name);
    if (request.type === 'bye') void this.#leave(name);
    else if (request.type === 'resumed') this.#rollCall?.answered(name);
    else if (request.type === 'publish' && this.#rollCall !== undefined) {
      this.#early.push(() => tab?.handle(request));
    } else {
      tab?.handle(request);
      if (request.type === 'unsubscribe') this.#forgetFilters();
    }
  }

  async #begin(): Promise<HostSession> {
    const { open, locks, clock, connection } = this.#parts;
    const joined = await joinedTabs(locks, connection);
    const session = await open();
    const { client, outbox } = session;
    this.#live = session;
    this.#stale = new Set(outbox?.filters);
    const known = outbox === undefined ? [] : [...outbox.tabs];
    client.on('error', (error) => this.#tellAll({ type: 'error', error: toWire(error) }));
    client.on('state', (state) => {
      this.#tellAll({ type: 'state', state: stateToWire(state) });
      if (state.type === 'ended' && this.#live === session) this.#reset();
    });
    if (joined.length === 0) await client.start();
    else this.#rollCall = new RollCall(joined, clock, () => void this.#start(session));
    for (const name of [...known, ...joined]) this.#watch(name);
    if (this.#stale.size > 0) clock.after(REJOIN_MS, () => void this.#unsubscribeStale(session));
    return session;
  }

  /** All that a predecessor's tabs had subscribed to is asked for again. */
  async #start(session: HostSession): Promise<void> {
    try {
      await session.client.start();
      if (this.#live !== session) return; // meanwhile
      this.#rollCall = undefined;
      for (const publish of this.#early.splice(0)) publish();
    } catch (error) {
      this.#tellAll({ type: 'failed', error: toWire(error) });
      this.#abandonTabs();
      await this.#endSession();
    }
  }

  /** The client has given up: its tabs were told, and the next one begins anew. */
  #reset(): void {
    this.#session = undefined;
    this.#live = undefined;
    this.#stopWaiting();
    this.#abandonTabs();
  }

  #abandonTabs(): void {
    for (const tab of this.#tabs.values()) tab.abandon();
    this.#tabs.clear();
  }

  /** Waits until the tab is gone, however that happens. */
  #watch(name: string): void {
    if (this.#watched.has(name)) return;
    const watch = new AbortController();
    this.#watched.set(name, watch);
    void WebLock.acquire(this.#parts.locks, tabLock(name), watch.signal).then(
      async (lock) => {
        await this.#leave(name);
        await lock.release();
      },
      () => {}, // the host goes
    );
  }

  async #leave(name: string): Promise<void> {
    const tab = this.#tabs.get(name);
    this.#tabs.delete(name);
    this.#watched.get(name)?.abort();
    this.#watched.delete(name);
    tab?.leave();
    this.#live?.outbox?.forget(name);
    this.#forgetFilters();
    if (tab !== undefined && this.#tabs.size + this.#joining === 0) await this.#endSession();
    else this.#rollCall?.answered(name);
  }

  async #endSession(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#live = undefined;
    this.#stopWaiting();
    if (session === undefined) return;
    const drain = this.#closed ? false : undefined;
    this.#ending = session.then(
      ({ client }) => client.end(drain === undefined ? {} : { drain }),
      () => {},
    );
    await this.#ending;
  }

  #stopWaiting(): void {
    this.#rollCall?.cancel();
    this.#rollCall = undefined;
    this.#early = [];
  }

  #forgetFilters(): void {
    const outbox = this.#live?.outbox;
    if (outbox === undefined) return;
    const used = this.#usedFilters();
    for (const filter of outbox.filters) {
      if (!used.has(filter) && !this.#stale.has(filter)) outbox.setFilter(filter, false);
    }
  }

  /** What the tabs of a predecessor have subscribed to and nobody wants any more. */
  async #unsubscribeStale(session: HostSession): Promise<void> {
    if (this.#live !== session) return;
    const used = this.#usedFilters();
    const unused = [...this.#stale].filter((filter) => !used.has(filter));
    this.#stale = new Set();
    for (const filter of unused) {
      if (this.#live !== session) return; // meanwhile
      // Subscribing takes what has come for it meanwhile, which nobody else would acknowledge.
      const subscription = session.client.subscribe(filter, { qos: 0 }, () => {});
      await subscription.unsubscribe().catch(() => {});
      session.outbox?.setFilter(filter, this.#usedFilters().has(filter));
    }
  }

  #usedFilters(): Set<string> {
    return new Set([...this.#tabs.values()].flatMap((tab) => tab.filters()));
  }

  #tell(name: string, port: PortOfHost, reply: HostReply): void {
    if (this.#tabs.get(name)?.port === port) port.post(reply);
  }

  #tellAll(reply: HostReply): void {
    for (const { port } of this.#tabs.values()) port.post(reply);
  }
}

/** The lock that a tab holds as long as it is there. */
export function tabLock(name: string): string {
  return `magpie-tab:${name}`;
}

/** The lock that a host in a worker holds as long as it is there. */
export function hostLock(id: string): string {
  return `magpie-host:${id}`;
}
