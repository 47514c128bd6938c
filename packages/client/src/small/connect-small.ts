import { SystemClock } from '../model/clock.js';
import { systemRandom } from '../model/random.js';
import { followPage } from '../page/follow-page.js';
import { openBrowserWebSocket } from '../transports/browser-web-socket.js';
import { SmallClient } from './small-client.js';
import type { SmallOptions } from './small-options.js';

/**
 * Connects to a server.
 *
 * @param server A URL with ws or wss.
 * @throws {ClientError} if that cannot be had: with the reason and what to try.
 * @throws {TypeError} if `server` is no URL.
 * @throws {RangeError} if an option is larger than MQTT can say.
 */
export async function connect(
  server: string | URL,
  options: SmallOptions = {},
): Promise<SmallClient> {
  const parts = { clock: new SystemClock(), random: systemRandom, open: openBrowserWebSocket };
  const client = new SmallClient(new URL(server), options, parts);
  followPage(client);
  return new Promise((resolve, reject) => {
    client.on('state', (state) => {
      if (state.type === 'connected') resolve(client);
      else if (state.type === 'ended') reject(state.why!);
    });
    client.start();
  });
}
