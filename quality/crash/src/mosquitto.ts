import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { BrokerCommand } from './broker-process.js';

/** Debian's mosquitto, with persistence as often as it can be had: a snapshot a second. */
export async function mosquitto(dataDir: string): Promise<BrokerCommand> {
  const port = await freePort();
  const config = join(dataDir, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'user root',
    'persistence true',
    `persistence_location ${dataDir}/`,
    'autosave_interval 1',
    'max_queued_messages 0',
    'max_inflight_messages 1024',
    'set_tcp_nodelay true',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  return { file: '/usr/sbin/mosquitto', args: ['-c', config], port };
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
