import type { Station } from '@magpie/broker';
import {
  type Attributes,
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';

/** A message whose root span has not ended. */
interface OpenMessage {
  readonly root: Span;
  /** In which its other spans are children of the root. */
  readonly context: Context;
  /** Where the next step begins: when it was received, authorised or matched. */
  stepAt: HrTime;
  /** To each subscriber, by client identifier. */
  readonly deliveries: Map<string, Span>;
}

/**
 * Makes spans of stations: one `publish` a message, below it `authorise`, `route`, `store`, and one
 * `deliver` a subscriber, which ends where the subscriber has it, or never gets it.
 *
 * So many messages are open at one time and no more: the oldest is ended as it is.
 */
export class MessageSpans {
  readonly #tracer: Tracer;
  readonly #openMax: number;
  /** By number in the trace, the oldest first. */
  readonly #open = new Map<number, OpenMessage>();

  constructor(tracer: Tracer, openMax = OPEN_MAX) {
    this.#tracer = tracer;
    this.#openMax = openMax;
  }

  /** Messages whose spans have not ended. */
  get open(): number {
    return this.#open.size;
  }

  /** What comes of a message after it was settled or ended makes no spans. */
  take(station: Station): void {
    const at = hrTime(station.atMs);
    if (station.kind === 'received') {
      this.#begin(station, at);
      return;
    }
    const message = this.#open.get(station.message);
    if (message === undefined) return;
    if (DELIVERED.has(station.kind) && station.clientId !== undefined) {
      this.#deliver(message, station, at);
    } else this.#pass(message, station, at);
  }

  /** Nothing more comes: ends all that is open. */
  end(atMs: number): void {
    for (const number of this.#open.keys()) this.#finish(number, hrTime(atMs), UNSETTLED);
  }

  #begin({ message, topic, ...station }: Station, at: HrTime): void {
    const [oldest] = this.#open.keys();
    if (oldest !== undefined && this.#open.size >= this.#openMax) {
      this.#finish(oldest, at, UNSETTLED);
    }
    const attributes: Attributes = {
      'messaging.system': 'mqtt',
      'messaging.destination.name': topic ?? '',
      'messaging.message.body.size': station.bytes ?? 0,
      'mqtt.qos': station.qos ?? 0,
      'mqtt.retain': station.retain ?? false,
      ...(station.clientId !== '' && { 'messaging.client.id': station.clientId ?? '' }),
      ...(station.address !== undefined && { 'client.address': station.address }),
    };
    const kind = SpanKind.SERVER;
    const root = this.#tracer.startSpan(
      'publish',
      { kind, startTime: at, attributes },
      ROOT_CONTEXT,
    );
    const context = trace.setSpan(ROOT_CONTEXT, root);
    this.#open.set(message, { root, context, stepAt: at, deliveries: new Map() });
  }

  /** A station of the message itself. */
  #pass(message: OpenMessage, station: Station, at: HrTime): void {
    const { root } = message;
    switch (station.kind) {
      case 'authorised':
        this.#step(message, 'authorise', at, { 'magpie.rule': station.rule });
        message.stepAt = at;
        return;
      case 'matched':
        this.#step(message, 'route', at, {
          'magpie.subscribers': station.subscribers,
          'magpie.groups': station.groups,
        });
        message.stepAt = at;
        return;
      case 'stored':
        this.#step(message, 'store', at, { 'magpie.commit': station.commit });
        return;
      case 'retained':
        root.addEvent('retained', defined({ 'magpie.outcome': station.outcome }), at);
        return;
      case 'answered':
        root.addEvent('answered', defined({ 'magpie.packet': station.packet }), at);
        return;
      case 'others':
        root.addEvent('others', othersOf(station), at);
        return;
      case 'dropped':
        drop(root, station, at);
        return;
      case 'settled':
        this.#finish(station.message, at, {});
        return;
      default:
    }
  }

  /** A station at one subscriber. */
  #deliver(message: OpenMessage, station: Station, at: HrTime): void {
    const { kind, clientId = '', qos, dup, packet } = station;
    let span = message.deliveries.get(clientId);
    if (span === undefined) {
      span = this.#tracer.startSpan(
        'deliver',
        {
          kind: SpanKind.PRODUCER,
          startTime: message.stepAt,
          attributes: defined({
            'messaging.system': 'mqtt',
            'messaging.client.id': clientId === '' ? undefined : clientId,
            'mqtt.qos': qos,
          }),
        },
        message.context,
      );
      message.deliveries.set(clientId, span);
    }
    if (kind === 'dropped') drop(span, station, at);
    else span.addEvent(kind, defined({ 'mqtt.dup': dup, 'magpie.packet': packet }), at);
    const isOver =
      kind === 'dropped'
      || (kind === 'sent' && qos === 0)
      || (kind === 'acknowledged' && packet !== 'pubrec');
    if (!isOver) return;
    span.end(at);
    message.deliveries.delete(clientId);
  }

  #step({ context, stepAt }: OpenMessage, name: string, at: HrTime, facts: Facts): void {
    const attributes = defined(facts);
    this.#tracer.startSpan(name, { startTime: stepAt, attributes }, context).end(at);
  }

  #finish(number: number, at: HrTime, attributes: Attributes): void {
    const message = this.#open.get(number);
    if (message === undefined) return;
    this.#open.delete(number);
    for (const span of message.deliveries.values()) {
      span.setAttributes(attributes);
      span.end(at);
    }
    message.root.setAttributes(attributes);
    message.root.end(at);
  }
}

type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

function defined(facts: Facts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

function othersOf({ others }: Station): Attributes {
  return defined({
    'magpie.sent': others?.sent,
    'magpie.queued': others?.queued,
    'magpie.dropped': others?.dropped,
  });
}

/** That nobody wants it is no error. */
function drop(span: Span, { reason, rule }: Station, at: HrTime): void {
  if (reason === undefined) return;
  span.addEvent('dropped', defined({ 'magpie.reason': reason, 'magpie.rule': rule }), at);
  span.setAttribute('magpie.reason', reason);
  if (reason === 'no-subscriber') return;
  span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
}

/** Stations that a subscriber has. */
const DELIVERED: ReadonlySet<Station['kind']> = new Set([
  'queued',
  'sent',
  'acknowledged',
  'dropped',
]);

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}

/** What more would have come is not known. */
const UNSETTLED: Attributes = { 'magpie.settled': false };
const OPEN_MAX = 1000;
