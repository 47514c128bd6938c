import type { TracedClient } from '../observe/trace/tracer.js';
import type { Outlet } from '../sessions/outlet.js';
import type { Session } from '../sessions/session.js';
import type { StoredWill } from '../stores/store.js';

/** A connected client, as the pipeline sees it. Made when its CONNECT is accepted. */
export interface Client extends TracedClient {
  readonly session: Session;
  readonly outlet: Outlet;
  /** When what it has shown to prove who it is ceases to hold, in ms since 1970. */
  readonly expiresAtMs?: number | undefined;
  /** Published when the connection ends without DISCONNECT (MQTT-3.1.2-8). */
  will: StoredWill | undefined;
}
