import { connect } from '@magpie/client';
import { BATCH } from './client-task.js';
import type { ClientLibrary } from './load-client.js';

/** `@magpie/client`. */
export const magpieLibrary: ClientLibrary = {
  name: 'magpie',
  async connect(port) {
    const client = await connect(`mqtt://127.0.0.1:${port}`, { inflightMax: BATCH });
    return {
      publish: (topic, payload, qos) => client.publish(topic, payload, { qos }),
      subscribe: async (filter, qos, received) => {
        await client.subscribe(filter, { qos }, received).ready;
      },
      end: () => client.end(),
    };
  },
};
