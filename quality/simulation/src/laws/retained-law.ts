import { matches, parseSharedFilter, type QoS } from '@magpie/protocol';
import type { ClientSession, Receipt } from '../history/client-session.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import { isForbidden } from '../world/forbidden.js';

/** What a SUBSCRIBE found retained when the broker took it. */
interface Found {
  readonly clientId: string;
  readonly filter: string;
  readonly qos: QoS;
  readonly step: number;
  readonly messages: ReadonlyMap<string, SentMessage>;
}

interface RetainedLimits {
  readonly retainedMessagesMax: number;
  readonly retainedBytesMax: number;
}

/**
 * The retained message of a topic is the last one that was handed on with RETAIN, an empty one is
 * none (MQTT-3.3.1-5, -10, -11); each new subscription gets those that match, with RETAIN set
 * (MQTT-3.3.1-6, -8), and none after a newer one of its topic.
 */
export class RetainedLaw {
  readonly #history: History;
  readonly #limits: RetainedLimits;
  readonly #retained = new Map<string, SentMessage>();
  /** All that ever were. */
  readonly #taken = new Set<SentMessage>();
  readonly #found: Found[] = [];
  /** When the broker said that it had no room for what a SUBSCRIBE had found. */
  readonly #droppedSteps = new Map<string, number[]>();
  /** Whether something was not retained since there is too much. */
  #refused = false;

  constructor(history: History, limits: RetainedLimits) {
    this.#history = history;
    this.#limits = limits;
  }

  /** A broker begins with this. */
  restart(retained: Iterable<SentMessage>): void {
    this.#retained.clear();
    for (const message of retained) this.#retained.set(message.topic, message);
  }

  /** The broker hands on a message with RETAIN. */
  handedOn(message: SentMessage): void {
    const { topic } = message;
    if (message.isClear) this.#retained.delete(topic);
    else if (this.#fits(message)) {
      this.#retained.set(topic, message);
      this.#taken.add(message);
    } else this.#refused = true;
  }

  /** The broker has taken a subscription. */
  subscribed(clientId: string, filter: string, qos: QoS): void {
    if (parseSharedFilter(filter) !== undefined) return;
    const messages = new Map<string, SentMessage>();
    for (const [topic, message] of this.#retained) {
      if (matches(filter, topic)) messages.set(topic, message);
    }
    this.#found.push({ clientId, filter, qos, step: this.#history.step, messages });
  }

  dropped(clientId: string): void {
    const steps = this.#droppedSteps.get(clientId) ?? [];
    steps.push(this.#history.step);
    this.#droppedSteps.set(clientId, steps);
  }

  /** @param read What somebody gets who subscribes to everything now. */
  judgeNow(read: readonly Receipt[]): void {
    // What came live is newer. A will may have been published meanwhile.
    const retained = read.filter(({ retain, message }) => retain || this.#taken.has(message));
    const got = new Map(retained.map(({ message }) => [message.topic, message]));
    const sent = this.#history.messages.filter(({ retain }) => retain);
    const topics = new Set([...got.keys(), ...sent.map(({ topic }) => topic)]);
    for (const topic of topics) {
      if (isForbidden(topic)) continue;
      const [is, wanted] = [got.get(topic), this.#retained.get(topic)];
      if (is === wanted) {
        if (!this.#refused) this.#judgeLast(topic, is);
        continue;
      }
      this.#fault(`${topic} has ${is?.name ?? 'nothing'} instead of ${wanted?.name ?? 'nothing'}`);
    }
  }

  /** Judges what all sessions got. */
  judge(): void {
    for (const session of this.#history.sessions) {
      const found = this.#found.filter(({ clientId, step }) => {
        return (
          clientId === session.clientId && step >= session.beganStep && step <= session.endedStep
        );
      });
      for (const receipt of session.receipts) {
        if (receipt.retain && !receipt.again) this.#judgeReceipt(session, receipt, found);
      }
      if (session.endedStep === Infinity) {
        for (const each of found) this.#judgeComplete(session, each);
      }
    }
  }

  /** What is retained is not older than anything whose publisher knows that the broker had it. */
  #judgeLast(topic: string, is: SentMessage | undefined): void {
    const all = this.#history.messages.filter(
      (message) => message.retain && message.topic === topic,
    );
    const clears = all.filter(({ isClear }) => isClear);
    const mayBeOf = is === undefined ? clears : [is];
    const last = Math.max(-1, ...mayBeOf.map(({ lastRoutedStep }) => lastRoutedStep));
    const newer = all.find((message) => {
      return message !== is && message.acknowledgedStep < Infinity && message.sentStep > last;
    });
    if (newer === undefined || (is === undefined && newer.isClear)) return;
    this.#fault(`${topic} has ${is?.name ?? 'nothing'}, which is older than ${newer.name}`);
  }

  #judgeReceipt(session: ClientSession, receipt: Receipt, found: readonly Found[]): void {
    const { message, arrivedStep, connection } = receipt;
    const known = found.some(({ step, messages }) => {
      return step <= arrivedStep && messages.get(message.topic) === message;
    });
    if (!known) {
      this.#fault(`${session.name} got ${message.name}, which was not retained when it subscribed`);
      return;
    }
    const newer = session.receipts.find((other) => {
      return (
        !other.retain
        && other.connection === connection
        && other.arrivedStep < arrivedStep
        && other.message.topic === message.topic
        && this.#taken.has(other.message)
        && (other.message.routedSteps[0] ?? Infinity) > message.lastRoutedStep
      );
    });
    if (newer !== undefined) {
      this.#fault(
        `${session.name} got ${message.name} behind ${newer.message.name}, which is newer`,
      );
    }
  }

  /** What has not changed since must have come, unless the subscription itself may be lost. */
  #judgeComplete(session: ClientSession, found: Found): void {
    const { step, filter, qos, messages } = found;
    const dropped = this.#droppedSteps.get(session.clientId)?.some((drop) => drop >= step) === true;
    if (dropped || !this.#isSafe(session, found)) return;
    const wasThere = this.#wasThere(session, step);
    for (const message of messages.values()) {
      const retained = this.#retained.get(message.topic) === message;
      const sure = wasThere || (session.persistent && Math.min(qos, message.qos) > 0);
      if (!retained || message.lastRoutedStep > step || !sure) continue;
      const came = session.receipts.some((receipt) => {
        return receipt.retain && receipt.message === message && receipt.arrivedStep >= step;
      });
      if (came) continue;
      this.#fault(`${session.name} did not get ${message.name}, which ${filter} found`);
    }
  }

  /**
   * Whether its SUBACK came before the broker was killed, so that it goes on after that. That of an
   * older SUBSCRIBE of the same filter says nothing of what this one found.
   */
  #isSafe(session: ClientSession, { step, filter }: Found): boolean {
    const kill = this.#history.killSteps.find((killed) => killed > step) ?? Infinity;
    const span = session.subscriptions.findLast((sent) => {
      return sent.filter === filter && sent.sentStep <= step;
    });
    return span !== undefined && span.grantedStep < kill;
  }

  #wasThere({ connection }: ClientSession, step: number): boolean {
    const { connections } = this.#history;
    const record = connection === undefined ? undefined : connections.get(connection);
    return record?.isOpen === true && record.acceptedStep < step;
  }

  #fits(message: SentMessage): boolean {
    const known = this.#retained.get(message.topic);
    const { retainedMessagesMax, retainedBytesMax } = this.#limits;
    if (known === undefined && this.#retained.size >= retainedMessagesMax) return false;
    const more = bytesOf(message) - (known === undefined ? 0 : bytesOf(known));
    if (more <= 0) return true;
    let bytes = 0;
    for (const other of this.#retained.values()) bytes += bytesOf(other);
    return bytes + more <= retainedBytesMax;
  }

  #fault(what: string): void {
    this.#history.violation('retained', what);
  }
}

function bytesOf({ topic, payload }: SentMessage): number {
  return topic.length + payload.length;
}
