import type { ConnectionRecord } from '../history/connection-record.js';
import type { History } from '../history/history.js';
import { isForbidden } from '../world/forbidden.js';

/**
 * The will of a connection is published once, when the connection ends without DISCONNECT, and
 * never otherwise (MQTT-3.1.2-8, -10, MQTT-3.14.4-3).
 */
export function judgeWills(history: History, authorizerIsSlow: boolean): void {
  for (const record of history.connections.values()) {
    // What the authorizer has not decided when the broker closes is published after the next start.
    const undecided = authorizerIsSlow && record.endedStep >= history.endStep;
    if (record.will !== undefined) judge(history, record, undecided);
  }
}

function judge(history: History, record: ConnectionRecord, undecided: boolean): void {
  const { will, endReason, endedStep } = record;
  if (will === undefined) return;
  const times = will.routedSteps.length;
  const { least, most } = isForbidden(will.topic) ? NEVER : timesDue(record);
  const accepted = record.clientId !== undefined;
  if (accepted && will.routedSteps.some((step) => step < endedStep)) {
    history.violation('will', `${will.name} was published while its client was connected`);
  } else if (times > most) {
    history.violation('will', `${will.name} was published ${times} times`);
  } else if (times < least && !undecided) {
    history.violation('will', `${will.name} was not published; the connection ended: ${endReason}`);
  }
}

/** How often the will has to be published, and may be. */
function timesDue({ clientId, endReason, willTwice, connectWasRead }: ConnectionRecord): Times {
  // Nobody was told that it was accepted. A broker that was killed then may know it or not.
  if (clientId === undefined) return connectWasRead ? { least: 0, most: 1 + willTwice } : NEVER;
  if (endReason === undefined) return NEVER;
  if (endReason === 'client-disconnect') return { least: 0, most: willTwice };
  return { least: 1, most: 1 + willTwice };
}

interface Times {
  readonly least: number;
  readonly most: number;
}

const NEVER: Times = { least: 0, most: 0 };
