// Passes a message at QoS 1 to itself and back; for Deno, Bun and a page that Vite has bundled.

/**
 * @param client a door of @magpie/client
 * @param url a broker
 * @returns what came, in words
 */
export async function passMessage({ connect }, url) {
  const client = await connect(url, { keepAlive: 10 });
  const text = await new Promise((resolve, reject) => {
    const take = (message) => resolve(`${message.topic} ${message.qos} ${message.text()}`);
    client
      .subscribe('runtimes/+', { qos: 1 }, take)
      .ready.then(() => client.publish('runtimes/a', '喜鹊', { qos: 1 }))
      .catch(reject);
  });
  await client.end();
  return text;
}

/** What {@link passMessage} gives when all went well. */
export const PASSED = 'runtimes/a 1 喜鹊';
