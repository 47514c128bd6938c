import { field, framed, uint16 } from '../wire/bytes.js';
import type { Peer } from '../wire/peer.js';
import type { ConformanceTest, Level } from '../suite/chapter.js';
import type { Context } from '../suite/context.js';

/** Bytes a broker must not accept. */
export interface MalformedCase {
  readonly name: string;
  readonly clauses: readonly string[];
  readonly level?: Level;
  /** Sent after this, instead of after an accepted CONNECT. */
  readonly after?: 'nothing';
  /** Each entry is sent on a connection of its own. */
  readonly bytes: (context: Context) => readonly (Uint8Array | string)[];
}

/**
 * The test of one malformed case: the broker closes the connection without a word, and one that was
 * open all the time is served as before.
 */
export function malformed({ name, clauses, level, after, bytes }: MalformedCase): ConformanceTest {
  return {
    name,
    clauses,
    level: level ?? 'must',
    async run(context) {
      const canary = await context.connect();
      for (const packet of bytes(context)) {
        const peer = after === 'nothing' ? await context.open() : await context.connect();
        peer.sendBytes(packet);
        await peer.expectClosed();
      }
      await context.expectServed(canary);
    },
  };
}

export interface RawConnect {
  readonly protocol?: string | Uint8Array;
  readonly level?: number;
  readonly flags?: number;
  readonly keepAliveS?: number;
  /** Fields of the payload: client id, will topic, will message, user name, password. */
  readonly fields: readonly (string | Uint8Array)[];
  /** Bytes after the last field. */
  readonly rest?: Uint8Array;
}

/** A CONNECT of which every part may be wrong; says nothing wrong by itself. */
export function rawConnect(connect: RawConnect): Uint8Array {
  const { protocol = 'MQTT', level = 4, flags = 0b10, keepAliveS = 60, fields, rest } = connect;
  return framed(
    0x10,
    field(protocol),
    Buffer.of(level, flags),
    uint16(keepAliveS),
    ...fields.map((content) => field(content)),
    rest ?? Buffer.of(),
  );
}

/** Packets sent behind an accepted CONNECT in the same write must not change what is done. */
export async function expectClosedAfter(peer: Peer, bytes: Uint8Array | string): Promise<void> {
  peer.sendBytes(bytes);
  await peer.expectClosed();
}
