import type { Client } from '../client.js';

/** What a pool uses of a client. */
export type PooledClient = Pick<
  Client,
  'state' | 'statistics' | 'start' | 'publish' | 'subscribe' | 'end'
>;
