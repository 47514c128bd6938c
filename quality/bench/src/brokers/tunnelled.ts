import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BrokerProcess } from './broker-process.js';
import type { RunningBroker } from './running-broker.js';

const TUNNEL = fileURLToPath(new URL('tunnel-main.js', import.meta.url));

/** Puts a tunnel in front of a broker, which it ends with itself. */
export async function tunnelled(
  broker: RunningBroker,
  kind: 'tls' | 'tcp',
): Promise<RunningBroker> {
  try {
    const tunnel = await BrokerProcess.start(process.execPath, (port) => {
      return [TUNNEL, String(port), String(broker.port), kind];
    });
    return {
      host: tunnel.host,
      port: tunnel.port,
      pid: broker.pid,
      stop: async () => {
        await tunnel.stop();
        await broker.stop();
      },
    };
  } catch (error) {
    await broker.stop();
    throw error;
  }
}

/** Makes a certificate in a folder, and gives what writes a configuration with one TLS listener. */
export async function tlsConfigIn(
  folder: string,
  command: string,
): Promise<(port: number) => string> {
  await promisify(execFile)(process.execPath, [command, 'cert', 'dev', '--out', folder]);
  return (port) => {
    const config = join(folder, 'magpie.yaml');
    const pair = 'cert: server.crt, key: server.key';
    writeFileSync(config, `listeners: [{ type: tls, port: ${port}, ${pair} }]\n`);
    return config;
  };
}
