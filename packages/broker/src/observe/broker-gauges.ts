/** What is there now, beside what the `Counters` have counted. */
export interface BrokerGauges {
  readonly connections: number;
  readonly clients: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly retainedBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** 1 while the store fails, 0 if it works. */
  readonly storeFailed: number;
  readonly storeBacklogBytes: number;
  readonly inflightMessages: number;
  /** Messages whose authorizer has not answered. */
  readonly decidingMessages: number;
  /** Messages of which nobody knows what became: always 0, see `unaccounted`. */
  readonly unaccountedMessages: number;
  /** The same of deliveries. */
  readonly unaccountedDeliveries: number;
  /** 1 while new connections are refused, 0 if not. */
  readonly overloaded: number;
  readonly bans: number;
  /** Traces that have not ended. */
  readonly traces: number;
}
