import { ProtocolError, type Publish, topicLevels } from '@magpie/protocol';
import type { Authorizer, PublishAnswer } from '../auth/authorizer.js';
import { brokerTopicDenial } from '../auth/broker-topic-denial.js';
import { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import type { DropReason } from '../model/drop-reason.js';
import type { Limits } from '../model/limits.js';
import type { Message } from '../model/message.js';
import type { MessageTrace, RetainOutcome } from '../model/message-trace.js';
import type { Principal } from '../model/principal.js';
import type { BrokerEvents } from '../observe/broker-events.js';
import type { Counters } from '../observe/counters.js';
import type { Journal } from '../observe/journal/journal.js';
import type { Tracer } from '../observe/trace/tracer.js';
import type { RetainedTree } from '../routing/retained-tree.js';
import type { Route, Router } from '../routing/router.js';
import type { Session } from '../sessions/session.js';
import type { CommitGate } from '../stores/commit-gate.js';
import type { Client } from './client.js';
import type { Denials } from './denials.js';

/**
 * The way of a message from its publisher to the sessions that get it:
 *
 *     authorize ─▶ retain ─▶ route ─▶ deliver ─▶ (end of turn: commit) ─▶ acknowledge
 *
 * For QoS 0 all of it is one synchronous turn. Deliveries and acknowledgements only leave when the
 * turn ends; an acknowledgement carries the ticket of the commit it has to wait for.
 */
export class Publishing {
  readonly #authorizer: Authorizer;
  readonly #denials: Denials;
  readonly #limits: Limits;
  readonly #retained: RetainedTree;
  readonly #router: Router;
  readonly #gate: CommitGate;
  readonly #counters: Counters;
  readonly #events: BrokerEvents;
  readonly #journal: Journal;
  readonly #tracer: Tracer;
  /** QoS 2 messages whose authorizer has not answered, by session and packet identifier. */
  readonly #deciding = new Map<Session, Map<number, Promise<void>>>();
  #decidingMessages = 0;

  constructor(parts: {
    authorizer: Authorizer;
    denials: Denials;
    limits: Limits;
    retained: RetainedTree;
    router: Router;
    gate: CommitGate;
    counters: Counters;
    events: BrokerEvents;
    journal: Journal;
    tracer: Tracer;
  }) {
    this.#authorizer = parts.authorizer;
    this.#denials = parts.denials;
    this.#limits = parts.limits;
    this.#retained = parts.retained;
    this.#router = parts.router;
    this.#gate = parts.gate;
    this.#counters = parts.counters;
    this.#events = parts.events;
    this.#journal = parts.journal;
    this.#tracer = parts.tracer;
  }

  /** Messages whose authorizer has not answered. */
  get decidingMessages(): number {
    return this.#decidingMessages;
  }

  /**
   * A PUBLISH of a client.
   *
   * @param message The message in it.
   * @returns A promise if the authorizer needs time: the caller reads nothing more of this client
   * until then, so that order is kept.
   * @throws {ProtocolError} if it goes beyond `topicLevelsMax` or `unreleasedMax`.
   */
  receive(client: Client, packet: Publish, message: Message): void | Promise<void> {
    const { topic, qos, packetId } = packet;
    if (topic.length >= this.#limits.topicLevelsMax) this.#checkLevels(topic);
    if (qos === 2) {
      const known = client.session.inbound.receive(packetId);
      if (known === 'full') {
        const problem = `More than ${this.#limits.unreleasedMax} QoS 2 messages wait for PUBREL`;
        throw new ProtocolError('RECEIVE_MAXIMUM_EXCEEDED', problem);
      }
      if (known === 'repeated') return this.#repeated(client, packet, message);
    }
    client.session.tally.received(message);
    if (this.#tracer.active) this.#tracer.look(client, message);
    const answer = brokerTopicDenial(topic) ?? this.#mayPublish(client, packet, message);
    if (!(answer instanceof Promise)) {
      this.#decided(client, packetId, message, answer);
      return undefined;
    }
    message.keep();
    this.#decidingMessages++;
    const decided = answer
      .finally(() => this.#decidingMessages--)
      .then((known) => this.#decided(client, packetId, message, known));
    return qos === 2 ? this.#whileDeciding(client.session, packetId, decided) : decided;
  }

  /** PUBREL of a client: its packet identifier is free again (MQTT-4.3.3-2). */
  release(client: Client, packetId: number): void {
    const { session } = client;
    if (session.inbound.release(packetId) && session.persistent) {
      this.#gate.writing.deleteReceived(session.clientId, packetId);
    }
    client.outlet.acknowledge(
      'pubcomp',
      packetId,
      session.persistent ? this.#gate.ticketOfAll() : 0,
    );
  }

  /**
   * Retains, routes and delivers a message that needs no permission: a will, or one from inside.
   */
  publish(message: Message): void {
    this.#fromInside(message);
    this.#handOn(message);
    message.trace?.closed();
  }

  /** A message from inside that is refused: a will. See {@link publish}. */
  refuse(message: Message, publisher: Principal, answer: Exclude<PublishAnswer, true>): void {
    this.#fromInside(message);
    this.#refuse(message, publisher, answer);
    message.trace?.closed();
  }

  /** A message from inside that nobody gets, since too much waits for the store. */
  failed(message: Message): void {
    this.#fromInside(message);
    this.drop(message, undefined, 'store-failed');
    message.trace?.closed();
  }

  /** A message of a client that publishes too fast: it is not handed on. */
  tooFast(client: Client, message: Message): void {
    client.session.tally.received(message);
    if (this.#tracer.active) this.#tracer.look(client, message);
    this.drop(message, message.publisher, 'rate-limited');
    message.trace?.closed();
  }

  #fromInside(message: Message): void {
    this.#counters.fromInside(message);
    if (this.#tracer.active) this.#tracer.lookInside(message);
  }

  /**
   * Something that the broker tells of itself: who subscribes later gets it too, as if it were
   * retained, but no store has it. Where nobody listens, nothing else is done.
   */
  announce(message: Message): void {
    this.#retained.set(message);
    const { own, groups } = this.#router.route(message.topic);
    if (own.length > 0 || groups.length > 0) this.publish(message);
  }

  #note(message: Message, route: Route): void {
    route.journalTick = this.#journal.tick;
    const { topic, publisher: clientId, qos, retain } = message;
    const count = route.own.length + route.groups.length;
    this.#journal.sample({ kind: 'published', clientId, topic, qos, retain, count });
  }

  #handOn(message: Message): void {
    if (this.#events.published.active) this.#events.published.emit({ message });
    const { trace } = message;
    const outer = this.#gate.begin();
    const retained = message.retain ? this.#retain(message) : undefined;
    const route = this.#router.route(message.topic);
    const { own, groups } = route;
    if (route.journalTick !== this.#journal.tick) this.#note(message, route);
    if (trace !== undefined) {
      if (retained !== undefined) trace.retained(retained);
      trace.matched(own.length, groups.length);
    }
    for (const subscription of own) subscription.subscriber.deliver(message, subscription.qos);
    for (const group of groups) {
      const chosen = group.choose(message.topic, message.qos);
      chosen?.subscriber.deliver(message, chosen.qos);
    }
    if (own.length > 0 || groups.length > 0) this.#counters.messagesRouted++;
    else this.drop(message, undefined, 'no-subscriber');
    const written = this.#gate.seal(message, outer);
    if (trace === undefined) return;
    if (written || (retained !== undefined && retained !== 'refused')) this.#tellStored(trace);
    trace.routed();
  }

  /** The commit of what was written since, see {@link CommitGate.writes}; 0 if nothing was. */
  #ticketSince(writes: number): number {
    return this.#gate.writes === writes ? 0 : this.#gate.ticketOfLast;
  }

  /** Tells who follows a message that it is safe, when it is. */
  #tellStored(trace: MessageTrace): void {
    const ticket = this.#gate.ticketOfLast;
    this.#whenSafe(trace, ticket, () => trace.stored(ticket));
  }

  /** Only for a message that somebody follows. */
  #whenSafe(trace: MessageTrace, ticket: number, tell: () => void): void {
    if (ticket === 0) {
      tell();
      return;
    }
    trace.opened();
    void this.#gate.safe(ticket).then((safe) => {
      if (safe) tell();
      trace.closed();
    });
  }

  /** A message whose publisher may not publish it: it is dropped, and that is told. */
  #refuse(message: Message, publisher: Principal, answer: Exclude<PublishAnswer, true>): void {
    this.drop(message, publisher.clientId, 'denied', answer === false ? '' : answer.rule);
    const notice = this.#denials.ofMessage(publisher, message, answer);
    if (notice !== undefined) this.publish(notice);
  }

  /** Handed on before: it is answered, and not handed on again (MQTT-4.3.3-2). */
  #repeated(client: Client, packet: Publish, message: Message): void | Promise<void> {
    const { session, outlet } = client;
    const { packetId } = packet;
    const answer = () => outlet.acknowledge('pubrec', packetId, this.#gate.ticketOfAll());
    const deciding = this.#deciding.get(session)?.get(packetId);
    if (deciding === undefined) return answer();
    // It came on an earlier connection of the client, and is not handed on yet.
    message.keep();
    return deciding.then(answer, () => this.receive(client, packet, message));
  }

  /** Notes that a QoS 2 message waits for its authorizer, as long as it does. */
  async #whileDeciding(session: Session, packetId: number, decided: Promise<void>): Promise<void> {
    const deciding = this.#deciding.get(session) ?? new Map<number, Promise<void>>();
    this.#deciding.set(session, deciding.set(packetId, decided));
    try {
      await decided;
    } finally {
      deciding.delete(packetId);
      if (deciding.size === 0) this.#deciding.delete(session);
    }
  }

  #mayPublish(
    client: Client,
    packet: Publish,
    message: Message,
  ): PublishAnswer | Promise<PublishAnswer> {
    const { topic, qos, retain } = packet;
    try {
      const answer = this.#authorizer.mayPublish(client.principal, topic, qos, retain);
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => this.#undo(client, packet, message, error));
    } catch (error) {
      return this.#undo(client, packet, message, error);
    }
  }

  /** The authorizer failed: a QoS 2 message was not handed on, so it may come again. */
  #undo(client: Client, { qos, packetId }: Publish, message: Message, error: unknown): never {
    this.drop(message, client.principal.clientId, 'authorizer-failed');
    message.trace?.closed();
    if (qos === 2) client.session.inbound.release(packetId);
    throw error;
  }

  #checkLevels(topic: string): void {
    const levels = topicLevels(topic);
    const most = this.#limits.topicLevelsMax;
    if (levels <= most) return;
    throw new ProtocolError(
      'QUOTA_EXCEEDED',
      `Topic has ${levels} levels, topicLevelsMax is ${most}`,
    );
  }

  #decided(client: Client, packetId: number, message: Message, answer: PublishAnswer): void {
    const { session, outlet } = client;
    const writesBefore = this.#gate.writes;
    const allowed = answer === true;
    if (allowed) {
      message.trace?.authorised(this.#ruleOf(client, message));
      this.#handOn(message);
    } else {
      // MQTT 3.1.1 has no way to say no to a PUBLISH: acknowledge and drop (MQTT-3.3.5-2). So that
      // a client which is disconnected for it does not send it again, it is acknowledged then too.
      this.#refuse(message, client.principal, answer);
      if (answer !== false && answer.disconnect === true) outlet.closeSoon('denied');
    }
    const { trace } = message;
    if (message.qos === 0) {
      trace?.closed();
      return;
    }
    if (message.qos === 2 && session.persistent && !session.ended) {
      this.#gate.writing.addReceived(session.clientId, packetId);
    }
    // Clearing what is cleared already writes nothing, but the first time may not be safe yet.
    const clears = allowed && message.retain && message.payloadLength === 0;
    const ticket = clears ? this.#gate.ticketOfAll() : this.#ticketSince(writesBefore);
    const packet = message.qos === 1 ? 'puback' : 'pubrec';
    outlet.acknowledge(packet, packetId, ticket);
    if (trace !== undefined) this.#tellAnswered(trace, ticket, packet);
  }

  /** Apart: a function that makes a closure anywhere has a context for it made by every call. */
  #tellAnswered(trace: MessageTrace, ticket: number, packet: 'puback' | 'pubrec'): void {
    this.#whenSafe(trace, ticket, () => trace.answered(packet));
    trace.closed();
  }

  /** The rule of a file that allows it. Only asked where somebody follows the message. */
  #ruleOf({ principal }: Client, { topic, qos, retain }: Message): string | undefined {
    const authorizer = this.#authorizer;
    if (!(authorizer instanceof RuleAuthorizer)) return undefined;
    return authorizer.rules.ofMessage(principal, topic, qos, retain)?.denial.rule;
  }

  /** Sets, replaces or clears the retained message of the topic (MQTT-3.3.1-5, -10, -11). */
  #retain(message: Message): RetainOutcome {
    if (message.payloadLength === 0) {
      if (this.#retained.delete(message.topic)) this.#gate.writing.deleteRetained(message.topic);
      return 'cleared';
    }
    const { retainedMessagesMax, retainedBytesMax } = this.#limits;
    const known = this.#retained.get(message.topic);
    const tooMany = known === undefined && this.#retained.count >= retainedMessagesMax;
    const more = message.bytes - (known?.bytes ?? 0);
    // What takes no more room than the one it replaces fits, also where the limit was lowered.
    if (tooMany || (more > 0 && this.#retained.bytes + more > retainedBytesMax)) {
      this.#counters.retainedRefused++;
      return 'refused';
    }
    const change = this.#retained.set(message.keepLong());
    this.#gate.writingOf(message).putRetained(message, change);
    return 'kept';
  }

  /** A message that is not handed on. */
  drop(message: Message, clientId: string | undefined, reason: DropReason, rule = ''): void {
    this.#counters.dropped[reason]++;
    if (this.#counters.topics.active) this.#counters.topics.dropped(message);
    if (reason !== 'no-subscriber') {
      const { topic, qos, retain, publisher } = message;
      const note = {
        kind: 'dropped',
        clientId: publisher,
        topic,
        other: rule,
        why: reason,
      } as const;
      this.#journal.sample({ ...note, qos, retain });
    }
    if (message.trace !== undefined) {
      message.trace.dropped(reason, undefined, rule);
    }
    if (this.#events.dropped.active) this.#events.dropped.emit({ message, clientId, reason });
  }
}
