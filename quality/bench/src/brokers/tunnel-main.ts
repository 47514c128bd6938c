/**
 * Takes TCP connections and carries each on to a broker, over TLS or as it is: the load generator
 * speaks TCP alone, and so both ways have the same path. A process of its own, so that its CPU time
 * is not the broker's.
 *
 *     node tunnel-main.js PORT BROKER_PORT tls|tcp
 */
import { createServer, connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const HOST = '127.0.0.1';

function tunnel(port: number, brokerPort: number, kind: string): void {
  const server = createServer({ noDelay: true }, (near) => {
    const far = kind === 'tls' ? secure(brokerPort) : connectTcp({ host: HOST, port: brokerPort });
    far.setNoDelay(true);
    carry(near, far);
    carry(far, near);
  });
  server.listen({ host: HOST, port, backlog: 1024 });
  process.on('SIGTERM', () => process.exit(0)); // tidy-allow no-process-exit: it is a program
}

/** The certificate is one that was made for this run. */
function secure(port: number): Socket {
  return connectTls({ host: HOST, port, rejectUnauthorized: false });
}

/** Everything that was read together is written together: one record of TLS. */
function carry(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause();
  });
  to.on('drain', () => from.resume());
  from.on('close', () => to.destroy());
  from.on('error', () => {});
}

const [port, brokerPort, kind = 'tcp'] = process.argv.slice(2);
tunnel(Number(port), Number(brokerPort), kind);
