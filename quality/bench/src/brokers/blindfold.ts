import { join } from 'node:path';

import { REPOSITORY } from '../repository.js';

/**
 * Loaded before Magpie (`node --import`): takes out what it counts for each session and message, as
 * in a build that cannot see. What remains is its own counting of the whole, some additions.
 */
interface Tally {
  readonly [name: string]: unknown;
}

const path = join(REPOSITORY, 'packages/broker/dist/sessions/session-tally.js');
const { SessionTally } = (await import(path)) as { SessionTally: { readonly prototype: Tally } };

const nothing = (): void => {};
for (const name of ['received', 'delivered', 'sentAgain', 'acknowledged', 'waits', 'drops']) {
  if (typeof SessionTally.prototype[name] !== 'function') throw new Error(`There is no ${name}()`);
  Object.defineProperty(SessionTally.prototype, name, { value: nothing });
}
