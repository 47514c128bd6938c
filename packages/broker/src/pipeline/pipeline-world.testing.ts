/** The pipeline on the world of sessions, with clients, an authorizer, an authenticator to play. */
import assert from 'node:assert/strict';
import { Publish, type QoS, type Subscribe } from '@magpie/protocol';
import { Admission } from '../admission/admission.js';
import { Bans } from '../admission/bans.js';
import { Overload } from '../admission/overload.js';
import { PacketSizes } from '../admission/packet-sizes.js';
import type { AuthenticationResult, Authenticator, Credentials } from '../auth/authenticator.js';
import type { Authorizer, PublishAnswer, SubscribeAnswer } from '../auth/authorizer.js';
import type { Limits } from '../model/limits.js';
import { Message } from '../model/message.js';
import { MessageMemory } from '../model/message-memory.js';
import type { Principal } from '../model/principal.js';
import { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import { SessionWorld } from '../sessions/session-world.testing.js';
import type { HandStore } from '../stores/hand-store.testing.js';
import type { Client } from './client.js';
import { Connecting } from './connecting.js';
import { Denials } from './denials.js';
import { Publishing } from './publishing.js';
import { Rechecking } from './rechecking.js';
import { Subscribing } from './subscribing.js';
import { Wills } from './wills.js';

const NOT_LOOKED_AT = { unwantedTopic: '', unwantedIn: 0, sight: undefined };

export interface TestClient extends Client {
  readonly outlet: RecordingOutlet;
}

interface PublishFields {
  readonly qos?: QoS;
  readonly packetId?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

type Answer<T> = T | Promise<T>;

/** Answers what it was told to answer, and keeps what it was asked. */
export class TestAuthorizer implements Authorizer {
  readonly asked: string[] = [];
  generation = 0;
  publish: (topic: string) => Answer<PublishAnswer> = () => true;
  subscribe: (filter: string) => Answer<SubscribeAnswer> = () => true;

  mayPublish(
    { clientId }: Principal,
    topic: string,
    qos: QoS,
    retain: boolean,
  ): Answer<PublishAnswer> {
    this.asked.push(`${clientId} publish ${topic} @ ${qos}${retain ? ' retain' : ''}`);
    return this.publish(topic);
  }

  maySubscribe({ clientId }: Principal, filter: string, qos: QoS): Answer<SubscribeAnswer> {
    this.asked.push(`${clientId} subscribe ${filter} @ ${qos}`);
    return this.subscribe(filter);
  }
}

export class TestAuthenticator implements Authenticator {
  readonly asked: Credentials[] = [];
  answer: () => Answer<AuthenticationResult> = () => ({ allowed: true });
  admitsAnonymous = true;
  stillAdmits?: NonNullable<Authenticator['stillAdmits']>;

  authenticate(credentials: Credentials): Answer<AuthenticationResult> {
    this.asked.push(credentials);
    return this.answer();
  }
}

export class PipelineWorld extends SessionWorld {
  override readonly authorizer = new TestAuthorizer();
  readonly authenticator = new TestAuthenticator();
  readonly bans: Bans;
  readonly overload: Overload;
  readonly admission: Admission;
  readonly denials: Denials;
  readonly publishing: Publishing;
  readonly subscribing: Subscribing;
  readonly wills: Wills;
  readonly connecting: Connecting;
  readonly #memory = new MessageMemory();
  #made = 0;

  constructor(limits: Partial<Limits> = {}, store?: HandStore, topics?: readonly string[]) {
    super(limits, store, topics);
    this.bans = new Bans({ limits: this.limits, wallMs: () => this.clock.wallMs() });
    this.overload = new Overload(this);
    this.admission = new Admission(this);
    this.denials = new Denials(this);
    this.publishing = new Publishing(this);
    this.subscribing = new Subscribing(this);
    this.wills = new Wills(this);
    this.connecting = new Connecting({
      authenticator: this.authenticator,
      admission: this.admission,
      packetSizes: new PacketSizes(this.limits, []),
      rechecking: new Rechecking(this),
      limits: this.limits,
      gate: this.gate,
      clock: this.clock,
      wills: this.wills,
      registry: this.registry,
      counters: this.counters,
      events: this.events,
      log: this.log,
      newClientId: () => `made-${++this.#made}`,
    });
  }

  /** A connected client with these subscriptions. */
  client(clientId: string, { clean = true, filters = [] as readonly string[] } = {}): TestClient {
    const { session } = this.registry.open(clientId, clean);
    for (const filter of filters) this.registry.subscribe(session, filter, 2);
    const outlet = new RecordingOutlet();
    session.attach(outlet);
    const principal = { clientId, username: undefined, address: '192.0.2.1' };
    return { principal, session, outlet, will: undefined, ...NOT_LOOKED_AT };
  }

  /** A PUBLISH of this client that is decided at once. */
  receive(client: Client, topic: string, payload: string, fields: PublishFields = {}): void {
    assert.equal(this.begin(client, topic, payload, fields), undefined);
  }

  /** A PUBLISH of this client, in a buffer that is overwritten once the call returns. */
  begin(
    client: Client,
    topic: string,
    payload: string,
    { qos = 0, packetId = 1, retain = false, dup = false }: PublishFields = {},
  ): void | Promise<void> {
    const source = Buffer.from(payload);
    const packet = Publish.of({
      topic,
      payload: source,
      qos,
      retain,
      dup,
      packetId: qos === 0 ? 0 : packetId,
    });
    const message = Message.received(packet, client.session.clientId, -1, this.#memory);
    const pending = this.publishing.receive(client, packet, message);
    source.fill('#');
    return pending;
  }
}

export function subscribeOf(
  ...filters: readonly (readonly [filter: string, qos: QoS])[]
): Subscribe {
  const subscriptions = filters.map(([filter, qos]) => ({ filter, qos }));
  return { type: 'subscribe', packetId: 1, subscriptions };
}
