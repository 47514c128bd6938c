import type { Connect } from '@magpie/protocol';

/** A client that is to be nothing but connected; it lacks its identifier. */
export const CLEAN_CONNECT: Omit<Connect, 'clientId'> = {
  type: 'connect',
  protocolVersion: 4,
  cleanSession: true,
  keepAliveS: 0,
  will: undefined,
  username: undefined,
  password: undefined,
};
