import type { Broker, BrokerEventMap, Message } from '@magpie/broker';
import type { ConnectionRecord } from '../history/connection-record.js';
import type { History } from '../history/history.js';
import type { SentMessage } from '../history/sent-message.js';
import type { KeepAliveLaw } from '../laws/keep-alive-law.js';
import type { RetainedLaw } from '../laws/retained-law.js';
import type { BrokerWatcher } from './broker-host.js';
import type { StoreLedger } from './store-ledger.js';

/** Writes down what the broker says of itself, and holds it against what is known already. */
export class Witness implements BrokerWatcher {
  readonly #history: History;
  readonly #ledger: StoreLedger;
  readonly #retained: RetainedLaw;
  readonly #keepAlive: KeepAliveLaw;
  readonly #readMeansHandled: boolean;

  constructor(parts: {
    readonly history: History;
    readonly ledger: StoreLedger;
    readonly retained: RetainedLaw;
    readonly keepAlive: KeepAliveLaw;
    readonly readMeansHandled: boolean;
  }) {
    this.#history = parts.history;
    this.#ledger = parts.ledger;
    this.#retained = parts.retained;
    this.#keepAlive = parts.keepAlive;
    this.#readMeansHandled = parts.readMeansHandled;
  }

  started(broker: Broker): void {
    const history = this.#history;
    history.startSteps.push(history.step);
    history.absences.brokerStarted(history.nowMs);
    this.#retained.restart(
      this.#ledger.retained().flatMap((payload) => history.messageIn(payload) ?? []),
    );
    broker.on('published', ({ message }) => this.#published(message));
    broker.on('dropped', (event) => this.#dropped(event));
    broker.on('connected', ({ client: { clientId, address } }) =>
      this.#connected(clientId, address),
    );
    broker.on('disconnected', ({ client, reason }) => this.#disconnected(client.address, reason));
    broker.on('subscribed', ({ clientId, filter, qos }) => {
      this.#retained.subscribed(clientId, filter, qos);
    });
  }

  ended(how: 'killed' | 'closed'): void {
    const { connections, absences, killSteps, step } = this.#history;
    for (const record of connections.values()) {
      const { isOpen, will, clientId } = record;
      if (isOpen) this.#end(record, how);
      if (how === 'closed') continue;
      if (isOpen && clientId !== undefined) absences.unnoted(clientId);
      // It was published, or was not to be, and the next broker does not know.
      if (will !== undefined && this.#ledger.isLost(`gone ${will.number}`)) record.willTwice++;
    }
    if (how === 'closed') return;
    killSteps.push(step);
    for (const clientId of absences.clients()) {
      if (this.#ledger.isLost(`left ${clientId}`)) absences.unnoted(clientId);
    }
  }

  fault(what: string): void {
    this.#history.violation('fault', what);
  }

  #published(message: Message): void {
    const sent = this.#messageOf(message);
    if (sent === undefined) return;
    sent.routedSteps.push(this.#history.step);
    if (sent.retain) this.#retained.handedOn(sent);
  }

  #dropped({ message, clientId, reason }: BrokerEventMap['dropped']): void {
    if (clientId === undefined) return; // nobody wanted it
    if (message === undefined) {
      // Retained messages that a subscription asked for, or one that lies in the store.
      this.#retained.dropped(clientId);
      this.#ledger.dropping(clientId);
      return;
    }
    const sent = this.#messageOf(message);
    if (sent !== undefined) this.#history.dropped(sent, clientId, reason);
  }

  #connected(clientId: string, address: string): void {
    const record = this.#recordOf(address);
    if (record === undefined) return;
    record.clientId = clientId;
    record.acceptedStep = this.#history.step;
    const { absences, nowMs } = this.#history;
    record.absence = absences.came(clientId, record.link.firstReadMs, nowMs);
  }

  #disconnected(address: string, reason: string): void {
    const record = this.#recordOf(address);
    if (record === undefined) return;
    this.#end(record, reason);
    const { disconnectWasRead, disconnectBytes } = record;
    if (reason === 'client-disconnect') {
      if (disconnectBytes === Infinity) this.fault(`${address} ended by a DISCONNECT nobody sent`);
    } else if (disconnectWasRead && this.#readMeansHandled) {
      this.#history.violation('will', `${address} ended by ${reason} in spite of its DISCONNECT`);
    }
    this.#keepAlive.ended(record);
    if (reason === 'queue-full') this.#history.lockouts++;
    if (UNDESERVED.has(reason)) this.fault(`${address} ended: ${reason}`);
  }

  #end(record: ConnectionRecord, reason: string): void {
    const history = this.#history;
    record.endReason = reason;
    record.endedStep = history.step;
    if (record.clientId !== undefined) history.absences.left(record.clientId, history.nowMs);
  }

  #messageOf(message: Message): SentMessage | undefined {
    const { payload, topic, qos, retain } = message;
    const sent = this.#history.messageOf(message);
    if (sent === undefined) {
      this.fault(`the broker has a message that nobody sent, on ${topic}`);
      return undefined;
    }
    const same = Buffer.compare(sent.payload, payload) === 0 && sent.topic === topic;
    if (!same || sent.qos !== qos || sent.retain !== retain) {
      const now = `${topic}, QoS ${qos}, retain ${retain}, ${payload.length} bytes`;
      this.#history.violation('content', `the broker has changed ${sent.name}: ${now}`);
    }
    return sent;
  }

  #recordOf(address: string): ConnectionRecord | undefined {
    return this.#history.connections.get(Number(address.slice(ADDRESS_PREFIX.length)));
  }
}

/** Ends that a client which keeps to the rules has not earned. */
const UNDESERVED: ReadonlySet<string> = new Set([
  'protocol-error',
  'internal-error',
  'authorizer-failed',
  'denied',
  'refused',
]);
const ADDRESS_PREFIX = 'link-';
