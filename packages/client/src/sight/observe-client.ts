import { channel } from 'node:diagnostics_channel';
import type { Client } from '../client.js';
import type { ClientEventName } from '../model/client-events.js';

/** What a subscriber of a channel gets. `event` is what the event of that name tells. */
export interface ClientDiagnostics {
  readonly client: Client;
  readonly event: unknown;
}

/**
 * Publishes the events of a client on the channels `magpie:client:state`, `magpie:client:error` and
 * `magpie:client:packet` of `node:diagnostics_channel`.
 *
 * Packets are many: their channel works for clients that are made while somebody subscribes to it.
 */
export function observeClient(client: Client): void {
  for (const name of ['state', 'error', 'packet'] as const satisfies readonly ClientEventName[]) {
    const events = channel(`magpie:client:${name}`);
    if (name === 'packet' && !events.hasSubscribers) continue;
    client.on(name, (event) => {
      if (events.hasSubscribers) events.publish({ client, event } satisfies ClientDiagnostics);
    });
  }
}
