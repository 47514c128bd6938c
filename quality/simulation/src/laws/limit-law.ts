import type { BrokerGauges, Limits } from '@magpie/broker';
import type { ClientSession } from '../history/client-session.js';
import type { ConnectionRecord } from '../history/connection-record.js';
import type { History } from '../history/history.js';

/** No limit is exceeded: at any time by what the broker shows, and by what clients get. */
export class LimitLaw {
  readonly #history: History;
  readonly #limits: Limits;

  constructor(history: History, limits: Limits) {
    this.#history = history;
    this.#limits = limits;
  }

  /** Looks at a broker as it is now. */
  check(gauges: BrokerGauges): void {
    const limits = this.#limits;
    const { sessions } = gauges;
    // What was in flight waits again after a restart. The retained messages that a SUBSCRIBE asks
    // for wait as one entry, if need be beyond limits.
    const restarted = this.#history.startSteps.length > 1;
    const more = sessions * (1 + (restarted ? limits.inflightMax : 0));
    const queued = Math.min(limits.queuedMessagesTotalMax, sessions * limits.queuedMessagesMax);
    this.#expect('queued messages', gauges.queuedMessages, queued + more);
    if (!restarted) {
      const bytes = Math.min(limits.queuedBytesTotalMax, sessions * limits.queuedBytesMax);
      this.#expect('queued bytes', gauges.queuedBytes, bytes + sessions * FILTER_BYTES_MAX);
    }
    this.#expect('retained messages', gauges.retainedMessages, limits.retainedMessagesMax);
    this.#expect('retained bytes', gauges.retainedBytes, limits.retainedBytesMax);
    this.#expect('connections', gauges.connections, limits.connectionsMax);
  }

  /** What was published while a client was away and reached it had been queued at one time. */
  judge(): void {
    for (const session of this.#history.sessions) {
      if (!session.persistent) continue;
      const connections = [...this.#history.connections.values()]
        .filter(({ clientId }) => clientId === session.clientId)
        .sort((one, other) => one.acceptedStep - other.acceptedStep);
      for (const [index, next] of connections.entries()) {
        const last = connections[index - 1];
        if (last !== undefined && last.acceptedStep >= session.beganStep) {
          this.#judgeAbsence(session, last, next);
        }
      }
    }
  }

  #judgeAbsence(session: ClientSession, left: ConnectionRecord, came: ConnectionRecord): void {
    const { queuedMessagesMax, queuedBytesMax, inflightMax } = this.#limits;
    const [from, to] = [left.endedStep, came.acceptedStep];
    const queued = session.receipts.filter(({ message, qos, retain, again }) => {
      const meanwhile = message.routedSteps.every((step) => step > from && step < to);
      return meanwhile && qos > 0 && !retain && !again;
    });
    // What a store gives back counts as sent, as far as that may be.
    const restarted = this.#history.startSteps.some((step) => step > from && step < to);
    const most = queuedMessagesMax + (restarted ? inflightMax : 0);
    this.#expect(`messages queued for ${session.name}`, queued.length, most);
    if (restarted) return;
    const bytes = queued.reduce((sum, { message: { topic, payload } }) => {
      return sum + topic.length + payload.length;
    }, 0);
    this.#expect(`bytes queued for ${session.name}`, bytes, queuedBytesMax);
  }

  #expect(what: string, is: number, most: number): void {
    if (is <= most) return;
    this.#history.violation('limit', `${is} ${what}: the most is ${most}`);
  }
}

/** Of the filters of the workload. */
const FILTER_BYTES_MAX = 20;
