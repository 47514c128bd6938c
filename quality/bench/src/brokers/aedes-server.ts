/**
 * Aedes as its documentation starts it: `net` in front, defaults behind. Prints its port when it
 * listens, and ends on SIGTERM.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { Aedes } from 'aedes';

const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, (socket) => {
  broker.handle(socket);
});
const told = once(process, 'SIGTERM'); // before anybody can know us
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`listening ${(server.address() as AddressInfo).port}`);

await told;
server.close();
broker.close();
