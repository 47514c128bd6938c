import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Client, ClientError, connect, ConnectRefusedError } from '@magpie/client';
import { type Finding, type FindingCode, finding } from './findings.js';
import { elapsedMs, errorText, type Patient } from './patient.js';

/** Does the server accept CONNECT? */
export async function* checkConnect(patient: Patient): AsyncGenerator<Finding, boolean, undefined> {
  const sinceMs = performance.now();
  let client: Client;
  try {
    client = await connectOnce(patient);
  } catch (error) {
    yield await whyNot(error, patient);
    return false;
  }
  const found = finding('connected', { ms: elapsedMs(sinceMs) });
  // Before it is told: whoever has heard enough asks for nothing more.
  await client.end();
  yield found;
  return true;
}

/**
 * A client that does not connect again.
 *
 * @throws {ClientError} if the server does not accept it.
 */
export function connectOnce({ server, options, patienceMs, signal }: Patient): Promise<Client> {
  return connect(server, {
    ...options,
    reconnect: false,
    connectTimeoutMs: patienceMs,
    answerTimeoutMs: patienceMs,
    signal,
  });
}

async function whyNot(error: unknown, patient: Patient): Promise<Finding> {
  if (!(error instanceof ClientError)) throw error;
  if (error instanceof ConnectRefusedError) {
    return finding(REFUSALS[error.returnCode] ?? 'refused-not-authorized');
  }
  const other = patient.server.protocol === 'mqtt:' ? await otherProtocol(patient) : undefined;
  if (other !== undefined) return finding(other);
  const cause = error.cause === undefined ? error.message : errorText(error.cause);
  switch (error.code) {
    case 'connect-timeout':
      return finding('connect-silent');
    case 'connection-lost':
    case 'unreachable':
      return finding('closed-at-connect');
    default:
      return finding('no-mqtt', { error: cause });
  }
}

/** What else the server may speak at a port where MQTT gets no answer. */
async function otherProtocol(patient: Patient): Promise<FindingCode | undefined> {
  if (await speaksTls(patient)) return 'port-speaks-tls';
  if (await speaksHttp(patient)) return 'port-speaks-http';
  return undefined;
}

function speaksTls({ host, port }: Patient): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    const settle = (speaks: boolean): void => {
      socket.destroy();
      resolve(speaks);
    };
    socket.setTimeout(PROBE_MS, () => settle(false));
    socket.on('secureConnect', () => settle(true));
    // An alert is TLS, too: it refuses us for another reason.
    socket.on('error', (error) => settle(errorText(error).includes('ALERT')));
    socket.on('close', () => settle(false));
  });
}

function speaksHttp({ host, port }: Patient): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port });
    const settle = (speaks: boolean): void => {
      socket.destroy();
      resolve(speaks);
    };
    socket.setTimeout(PROBE_MS, () => settle(false));
    socket.on('connect', () => socket.write(`HEAD / HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
    socket.on('data', (chunk: Buffer) => settle(chunk.subarray(0, 5).toString() === 'HTTP/'));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}

const REFUSALS: Readonly<Record<number, FindingCode>> = {
  1: 'refused-version',
  2: 'refused-identifier',
  3: 'refused-unavailable',
  4: 'refused-credentials',
  5: 'refused-not-authorized',
};
const PROBE_MS = 2000;
