/** Asks the server for a sign of life, and is one (MQTT 3.1.1, 3.12). A fixed header, no more. */
export interface Pingreq {
  readonly type: 'pingreq';
}

export const PINGREQ: Pingreq = Object.freeze({ type: 'pingreq' });
