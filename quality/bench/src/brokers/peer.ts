import type { BrokerKind } from './running-broker.js';

/**
 * A broker that somebody else started: `NAME=HOST:PORT,PID`. It is measured like the others but not
 * restarted between runs, so it keeps what earlier runs taught and left it.
 *
 * @throws {RangeError} if the text has another form.
 */
export function peer(text: string): BrokerKind {
  const match = /^([a-z][a-z0-9-]*)=(.+):(\d+),(\d+)$/i.exec(text);
  const [, name, host, port, pid] = match ?? [];
  if (name === undefined || host === undefined) {
    throw new RangeError(`A peer must have the form NAME=HOST:PORT,PID: current value is ${text}`);
  }
  const running = { host, port: Number(port), pid: Number(pid), stop: () => Promise.resolve() };
  return { name, hasDisk: true, start: () => Promise.resolve(running) };
}
