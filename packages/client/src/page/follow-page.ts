import type { Client } from '../client.js';

interface PageTarget {
  addEventListener?(
    type: string,
    listener: () => void,
    options: { readonly signal: AbortSignal },
  ): void;
}

/** What is used of a page or a worker; each may be missing. */
export interface PageEvents extends PageTarget {
  /** Workers have none. */
  readonly document?: PageTarget;
  readonly navigator?: { readonly onLine?: boolean };
}

/**
 * Lets a client look at its connection when the network is there again and when its page is hidden
 * or shown, since timers of a hidden page are late, and a laptop may have slept. While there is no
 * network, attempts that fail are not repeated; a server on this machine needs none.
 */
export function followPage(
  client: Pick<Client, 'on' | 'wake' | 'suspend'>,
  page: PageEvents = globalThis as PageEvents,
): void {
  const { document, navigator } = page;
  const ended = new AbortController();
  const wake = () => client.wake();
  let local = false;
  page.addEventListener?.('online', wake, ended);
  document?.addEventListener?.('visibilitychange', wake, ended);
  client.on('state', (state) => {
    if (state.type === 'connecting') local = LOCAL.test(state.server);
    else if (state.type === 'ended') ended.abort();
    else if (state.type === 'waiting' && state.why.code !== 'connection-lost') {
      if (!local && navigator?.onLine === false) client.suspend();
    }
  });
}

const LOCAL = /^(localhost|127\.|\[::1\])/;
