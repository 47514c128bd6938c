import assert from 'node:assert/strict';
import { RawPeer } from './raw-peer.js';

/**
 * Asks for a WebSocket by hand, so that anything can be sent on it.
 *
 * @param opens Whether the answer has to be yes; otherwise it is left in `received`.
 */
export async function openWebSocket(
  port: number,
  headers: Readonly<Record<string, string>> = {},
  opens = true,
): Promise<RawPeer> {
  const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request =
    'GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
    + 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
    + `Sec-WebSocket-Protocol: mqtt\r\n${given.join('')}\r\n`;
  const peer = await RawPeer.open(port, Buffer.from(request));
  while (!peer.isClosed && !peer.received.includes('\r\n\r\n')) {
    await peer.until(peer.received.length + 1);
  }
  if (opens) assert.match(peer.take().toString(), /^HTTP\/1\.1 101 /);
  return peer;
}

/** A frame of a client, masked as it has to be; the length is in its shortest form. */
export function webSocketFrame(firstByte: number, body: Uint8Array): Buffer {
  const mask = Buffer.of(1, 2, 3, 4);
  const masked = body.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  const { length } = body;
  const head =
    length < 126
      ? Buffer.of(firstByte, 0x80 | length)
      : Buffer.of(firstByte, 0x80 | 126, length >> 8, length & 0xff);
  return Buffer.concat([head, mask, masked]);
}
