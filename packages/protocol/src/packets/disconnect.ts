/**
 * Ends a connection in good order, so that no will is published (MQTT 3.1.1, 3.14). A fixed header,
 * no more.
 */
export interface Disconnect {
  readonly type: 'disconnect';
}

export const DISCONNECT: Disconnect = Object.freeze({ type: 'disconnect' });
