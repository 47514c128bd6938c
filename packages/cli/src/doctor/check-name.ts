import { isIP } from 'node:net';
import { type Finding, finding } from './findings.js';
import { elapsedMs, errorText, type Patient } from './patient.js';

/** Does the name of the server have an address? */
export async function* checkName({
  host,
  lookUp,
}: Patient): AsyncGenerator<Finding, boolean, undefined> {
  if (isIP(host) !== 0) return true;
  const sinceMs = performance.now();
  try {
    const addresses = await lookUp(host);
    yield finding('name-resolved', {
      host,
      addresses: addresses.join(', '),
      ms: elapsedMs(sinceMs),
    });
    return true;
  } catch (error) {
    const code = errorText(error);
    yield code === 'ENOTFOUND'
      ? finding('name-unknown', { host })
      : finding('name-server-silent', { host, error: code });
    return false;
  }
}
