/** Answers PINGREQ (MQTT 3.1.1, 3.13). It is a fixed header and nothing else. */
export interface Pingresp {
  readonly type: 'pingresp';
}

export const PINGRESP: Pingresp = Object.freeze({ type: 'pingresp' });
