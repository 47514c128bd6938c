import { channel } from 'node:diagnostics_channel';
import type { Client } from '../client.js';
import type { ClientEventName } from '../model/client-events.js';

/** What a subscriber of a channel gets. `event` is what the event of that name tells. */
export interface ClientDiagnostics {
  readonly client: Client;
  readonly event: unknown;
}

/** Publishes an event on `magpie:client:state` or `magpie:client:error`. */
export function observeClient(client: Client, name: ClientEventName, event: unknown): void {
  const events = channel(`magpie:client:${name}`);
  if (events.hasSubscribers) events.publish({ client, event } satisfies ClientDiagnostics);
}

/**
 * Publishes the packets of a client on `magpie:client:packet`. They are many: the channel works for
 * clients that are made while somebody subscribes to it.
 */
export function observePackets(client: Client): void {
  if (!channel('magpie:client:packet').hasSubscribers) return;
  client.on('packet', (event) => observeClient(client, 'packet', event));
}
