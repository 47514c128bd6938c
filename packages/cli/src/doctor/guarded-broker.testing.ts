import type { BrokerOptions } from '@magpie/broker';

/** Rules that forbid a few topics. */
export const GUARDED: BrokerOptions = {
  authorizer: {
    mayPublish: (_client, topic) => topic !== 'secret' && !topic.startsWith('mute'),
    maySubscribe: (_client, filter) => filter !== 'private',
  },
};
