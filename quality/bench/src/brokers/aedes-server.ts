/**
 * `aedes-server PORT`: Aedes as its documentation starts it, `net` in front and defaults behind, on
 * loopback. Ends on SIGTERM.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

import { Aedes } from 'aedes';

const told = once(process, 'SIGTERM'); // before anybody can connect to us
const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, (socket) => {
  broker.handle(socket);
});
server.listen(Number(process.argv[2]), '127.0.0.1');

await told;
server.close();
broker.close();
