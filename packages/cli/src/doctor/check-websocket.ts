import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { randomBytes } from 'node:crypto';
import { type Finding, finding } from './findings.js';
import { elapsedMs, errorText, type Patient } from './patient.js';

/** Does the server turn an HTTP request into a WebSocket for MQTT? */
export async function* checkWebSocket(
  patient: Patient,
): AsyncGenerator<Finding, boolean, undefined> {
  if (!patient.server.protocol.startsWith('ws')) return true;
  const found = await upgrade(patient);
  yield found;
  return found.code === 'websocket-open';
}

function upgrade(patient: Patient): Promise<Finding> {
  const { server, host, port, secure, options, patienceMs } = patient;
  const path = `${server.pathname}${server.search}`;
  const sinceMs = performance.now();
  return new Promise((resolve) => {
    const request = (secure ? requestHttps : requestHttp)({
      ...(options.tls as object),
      host,
      port,
      path,
      headers: { ...options.headers, Host: server.host, ...upgradeHeaders() },
    });
    const settle = (found: Finding): void => {
      request.destroy();
      resolve(found);
    };
    request.setTimeout(patienceMs, () => {
      settle(finding('no-http', { error: `no answer in ${patienceMs / 1000} s` }));
    });
    request.on('upgrade', ({ headers }, socket) => {
      socket.destroy();
      settle(
        headers['sec-websocket-protocol'] === 'mqtt'
          ? finding('websocket-open', { path, ms: elapsedMs(sinceMs) })
          : finding('websocket-no-subprotocol'),
      );
    });
    request.on('response', (response) => settle(refusalOf(response, path)));
    request.on('error', (error) => settle(finding('no-http', { error: errorText(error) })));
    request.end();
  });
}

/** RFC 6455, section 4.1. */
function upgradeHeaders(): Readonly<Record<string, string>> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mqtt',
  };
}

function refusalOf({ statusCode: status = 0 }: IncomingMessage, path: string): Finding {
  if (status === 404) return finding('websocket-wrong-path', { path, status });
  if (status === 401 || status === 403) return finding('websocket-forbidden', { status });
  return finding('websocket-refused', { status });
}
