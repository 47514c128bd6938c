import { connectAsync } from 'mqtt';
import type { ClientLibrary } from './load-client.js';

/** MQTT.js, of the version that package.json names. */
export const mqttjsLibrary: ClientLibrary = {
  name: 'mqtt.js',
  async connect(port) {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
    return {
      publish: (topic, payload, qos) => client.publishAsync(topic, payload as Buffer, { qos }),
      subscribe: async (filter, qos, received) => {
        client.on('message', received);
        await client.subscribeAsync(filter, { qos });
      },
      end: () => client.endAsync(),
    };
  },
};
