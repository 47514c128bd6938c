import { join } from 'node:path';

import { BrokerProcess } from './broker-process.js';
import type { BrokerKind } from './running-broker.js';

const SERVER = join(import.meta.dirname, 'aedes-server.js');

/** npm's aedes in a process of its own: aedes-server.ts. */
export const aedes: BrokerKind = {
  name: 'aedes',
  hasDisk: false,
  start: () => BrokerProcess.start(process.execPath, (port) => [SERVER, `${port}`]),
};
