import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a broker over TLS is started with, and what its clients need. */
export interface TlsConfig {
  /** The path of the certificate of the authority that vouches for the broker. */
  readonly ca: string;
  /** Writes a configuration with one TLS listener on this port of loopback; its path. */
  readonly writeFor: (port: number) => string;
}

/** Makes certificates in a folder, as `magpie cert dev` does. */
export async function tlsConfigIn(folder: string, command: string): Promise<TlsConfig> {
  await promisify(execFile)(process.execPath, [command, 'cert', 'dev', '--out', folder]);
  const writeFor = (port: number) => {
    const config = join(folder, 'magpie.yaml');
    const pair = 'cert: server.crt, key: server.key';
    writeFileSync(config, `listeners: [{ type: tls, port: ${port}, ${pair} }]\n`);
    return config;
  };
  return { ca: join(folder, 'ca.crt'), writeFor };
}
