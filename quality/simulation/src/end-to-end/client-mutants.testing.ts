import type { Outbox } from '@magpie/client';
import { spoiled } from '../mutants/spoiled.testing.js';
import type { ClientMutation } from './end-to-end.js';

export interface ClientMutant {
  readonly name: string;
  /** Of the laws it is against, any. */
  readonly caughtBy: readonly string[];
  readonly mutation: ClientMutation;
}

/** Clients with one fault each. */
export const CLIENT_MUTANTS: readonly ClientMutant[] = [
  {
    name: 'forgets its identifiers when it starts again',
    caughtBy: ['identifier', 'exactly once'],
    mutation: {
      wrapOutbox: (outbox) =>
        changed(outbox, {
          load: async () => {
            const { publications, received } = await outbox.load();
            const moved = publications.map((one) => ({ ...one, sequence: one.sequence + 7 }));
            return { publications: moved, received };
          },
        }),
    },
  },
  {
    name: 'forgets what it has received at QoS 2 when it starts again',
    caughtBy: ['exactly once'],
    mutation: { wrapOutbox: (outbox) => changed(outbox, { addReceived: () => {} }) },
  },
  {
    name: 'forgets that a message was released when it starts again',
    caughtBy: ['release'],
    mutation: { wrapOutbox: (outbox) => changed(outbox, { release: () => {} }) },
  },
  {
    name: 'forgets what it has to send when it starts again',
    caughtBy: ['loss'],
    mutation: {
      wrapOutbox: (outbox) =>
        changed(outbox, {
          load: async () => ({ publications: [], received: (await outbox.load()).received }),
        }),
    },
  },
  {
    name: 'acknowledges before the handler is done',
    caughtBy: ['acknowledgement'],
    mutation: { wrapHandler: (handler) => (message) => void handler(message) },
  },
  {
    name: 'waits forever for a subscription to what it has forgotten',
    caughtBy: ['progress'],
    mutation: { unclaimedAfterMs: Infinity },
  },
];

function changed(outbox: Outbox, changes: Partial<Outbox>): Outbox {
  return spoiled(outbox, changes);
}
