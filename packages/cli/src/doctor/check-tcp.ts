import { connect } from 'node:net';
import { type Finding, finding, levelOf } from './findings.js';
import { elapsedMs, errorText, type Patient } from './patient.js';

/** Does each address of the server take connections at the port? */
export async function* checkTcp(patient: Patient): AsyncGenerator<Finding, boolean, undefined> {
  const { host, lookUp } = patient;
  const addresses = await lookUp(host);
  let working = 0;
  for (const address of addresses) {
    const found = await tryAddress(address, patient);
    if (levelOf(found) === 'good') working++;
    yield found;
  }
  if (working > 0 && working < addresses.length) {
    yield finding('some-addresses-fail', { host, count: addresses.length, working });
  }
  return working > 0;
}

function tryAddress(address: string, { port, patienceMs }: Patient): Promise<Finding> {
  const sinceMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const settle = (found: Finding): void => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(patienceMs, () => {
      settle(finding('tcp-silent', { address, port, seconds: patienceMs / 1000 }));
    });
    socket.on('connect', () => {
      settle(finding('tcp-open', { address, port, ms: elapsedMs(sinceMs) }));
    });
    socket.on('error', (error) => {
      const code = errorText(error);
      if (code === 'ECONNREFUSED') settle(finding('tcp-refused', { address, port }));
      else if (code === 'ETIMEDOUT') {
        settle(finding('tcp-silent', { address, port, seconds: patienceMs / 1000 }));
      } else settle(finding('tcp-unreachable', { address, error: code }));
    });
  });
}
