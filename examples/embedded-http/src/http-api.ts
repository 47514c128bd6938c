import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Broker } from '@magpie/broker';
import type { Accounts } from './accounts.js';
import type { History } from './history.js';

/** The requests tell only what comes after it. */
const BASE = 'http://localhost';
const BODY_BYTES_MAX = 64 * 1024;

export interface ApiParts {
  readonly broker: Broker;
  readonly history: History;
  readonly accounts: Accounts;
}

/**
 * Two endpoints, both with HTTP's basic authentication:
 *
 *     GET  /messages                              the last messages
 *     POST /messages?topic=T[&qos=1][&retain=true]   publishes the body
 */
export function createApi(parts: ApiParts): Server {
  return createServer((request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      if (error instanceof BadRequest) send(response, 400, { error: error.message });
      else response.destroy(error instanceof Error ? error : undefined);
    });
  });
}

/** What the caller did wrong. */
class BadRequest extends Error {}

async function answer(
  { broker, history, accounts }: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  if (!URL.canParse(url, BASE)) throw new BadRequest(`${url} is not an address`);
  const { pathname, searchParams } = new URL(url, BASE);
  if (!isKnown(accounts, request)) {
    response.setHeader('WWW-Authenticate', 'Basic realm="messages"');
    send(response, 401, { error: 'Name and password are wanted' });
  } else if (pathname !== '/messages') {
    send(response, 404, { error: `There is no ${pathname}` });
  } else if (request.method === 'GET') {
    send(response, 200, history.entries);
  } else if (request.method === 'POST') {
    await publish(broker, searchParams, await body(request));
    response.writeHead(204).end();
  } else {
    response.setHeader('Allow', 'GET, POST');
    send(response, 405, { error: `${request.method} is not for /messages` });
  }
}

async function publish(broker: Broker, asked: URLSearchParams, payload: Buffer): Promise<void> {
  const topic = asked.get('topic') ?? '';
  const qos = asked.get('qos') === '1' ? 1 : 0;
  try {
    await broker.publish({ topic, payload, qos, retain: asked.get('retain') === 'true' });
  } catch (error) {
    if (error instanceof TypeError) throw new BadRequest(error.message);
    throw error;
  }
}

function isKnown(accounts: Accounts, { headers }: IncomingMessage): boolean {
  const encoded = /^Basic (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  const [, name, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return name !== undefined && password !== undefined && accounts.accepts(name, password);
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end in any case: only then the answer is heard.
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  if (bytes > BODY_BYTES_MAX) throw new BadRequest(`The body is over ${BODY_BYTES_MAX} bytes`);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(content)}\n`);
}
