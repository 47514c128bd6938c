import { SubscriptionIndex } from '@magpie/broker/testing';
import type { Subscription } from '@magpie/broker/testing';

import type { MatchIndex } from './matching.js';

/** Magpie's subscription index, asked as its router asks it: into lists that are used again. */
export function magpieIndex(): MatchIndex {
  const index = new SubscriptionIndex();
  const own: Subscription[] = [];
  return {
    add: (filter) => {
      index.add(filter, { deliver: () => {}, accepts: () => true, refuses: () => false }, 0);
    },
    match: (topic) => {
      own.length = 0;
      index.match(topic, own, []);
      return own.length;
    },
  };
}
