import { join } from 'node:path';

import { BrokerProcess } from './broker-process.js';
import type { BrokerKind, RunningBroker } from './running-broker.js';

/** npm's aedes in a process of its own: aedes-server.ts. */
export const aedes: BrokerKind = {
  name: 'aedes',
  async start(): Promise<RunningBroker> {
    const { process: child, port } = await BrokerProcess.spawnUntilReady({
      command: process.execPath,
      args: [join(import.meta.dirname, 'aedes-server.js')],
      readyPort: aedesPort,
    });
    return { host: '127.0.0.1', port, pid: child.pid, stop: () => child.stop() };
  },
};

/** The port in the line that aedes-server.ts prints. */
export function aedesPort(line: string): number | undefined {
  const port = /^listening (\d+)$/.exec(line)?.[1];
  return port === undefined ? undefined : Number(port);
}
