import { checkConnect } from './check-connect.js';
import { checkIdentifier } from './check-identifier.js';
import { checkIdle } from './check-idle.js';
import { checkMessages } from './check-messages.js';
import { checkName } from './check-name.js';
import { checkRights, type WantedRights } from './check-rights.js';
import { checkTcp } from './check-tcp.js';
import { checkTls } from './check-tls.js';
import { checkWebSocket } from './check-websocket.js';
import type { Finding } from './findings.js';
import type { Check, Patient } from './patient.js';

export interface Examination {
  readonly rights: WantedRights;
  /** A topic to try messages with. */
  readonly scratch: string;
  /** Largest payload to try, in bytes. */
  readonly bytesMax: number;
  /** How long a connection is left without traffic; 0: this is not tried. */
  readonly idleMs: number;
}

/** Looks at a connection from the name of the server up to its messages, until nothing works. */
export async function* examine(
  patient: Patient,
  { rights, scratch, bytesMax, idleMs }: Examination,
): AsyncGenerator<Finding, void, undefined> {
  const checks: readonly Check[] = [
    checkName,
    checkTcp,
    checkTls,
    checkWebSocket,
    checkConnect,
    checkIdentifier,
    checkRights(rights),
    checkMessages({ topic: scratch, bytesMax }),
    ...(idleMs > 0 ? [checkIdle(idleMs, scratch)] : []),
  ];
  for (const check of checks) {
    patient.signal.throwIfAborted();
    if (!(yield* check(patient))) return;
  }
}
