/** Answers PINGREQ (MQTT 3.1.1, 3.13). A fixed header, no more. */
export interface Pingresp {
  readonly type: 'pingresp';
}

export const PINGRESP: Pingresp = Object.freeze({ type: 'pingresp' });
