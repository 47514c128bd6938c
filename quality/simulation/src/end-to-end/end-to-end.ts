import type { Client, ClientOptions, MessageHandler, Outbox } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import { Random } from '../random.js';
import { Trace } from '../trace.js';
import { Network } from '../world/network.js';
import { Scheduler } from '../world/scheduler.js';
import { BrokerProcess } from './broker-process.js';
import { ClientProcess } from './client-process.js';
import { EndToEndLaw } from './end-to-end-law.js';

type Handler = MessageHandler<Uint8Array>;

/** A way in which the client is made wrong, to see whether that is noticed. */
export interface ClientMutation {
  readonly wrapOutbox?: (outbox: Outbox) => Outbox;
  readonly wrapHandler?: (handler: Handler) => Handler;
  /** How long messages wait that no subscription takes, in ms. */
  readonly unclaimedAfterMs?: number;
}

/** What came of one run. */
export interface EndToEndResult {
  readonly violations: readonly string[];
  readonly messages: number;
  /** Times that the application was done with one. */
  readonly handled: number;
  readonly clientKills: number;
  readonly brokerKills: number;
}

/**
 * The real client on both sides of the real broker, in a world made of one seed: publishers and a
 * subscriber, each a process with an outbox on its disk; a network that cuts; processes that are
 * killed in any event.
 *
 *     publisher ─▶ client, outbox ─▶ network ─▶ broker, store
 *                                                  └─▶ network ─▶ client, outbox ─▶ handler
 */
export class EndToEnd {
  readonly #random: Random;
  readonly #scheduler = new Scheduler();
  readonly #network: Network;
  readonly #broker: BrokerProcess;
  readonly #law = new EndToEndLaw();
  readonly #publishers: readonly ClientProcess[];
  readonly #subscriber: ClientProcess;
  readonly #mutation: ClientMutation;
  /** Messages of each publisher. */
  readonly #published: number[];
  readonly #kept = new Set<string>();
  /** Messages that a handler is at. */
  #handling = 0;
  #clientKills = 0;
  #brokerKills = 0;
  /** Whether the subscriber has forgotten a filter that its session has. */
  #forgets = false;

  constructor(seed: number, mutation: ClientMutation = {}) {
    const random = new Random(seed);
    const scheduler = this.#scheduler;
    this.#random = random;
    this.#mutation = mutation;
    const trace = new Trace(scheduler, undefined);
    this.#network = new Network({
      scheduler,
      random: random.fork('network'),
      conditions: {
        delayMsMax: random.pick([0.1, 1, 10, 50]),
        split: random.pick([0, 0.1, 0.5]),
        windowBytes: random.pick([500, 4000, 65_536]),
      },
      trace,
      misused: (how) => this.#law.violations.push(`transport: ${how}`),
      tamper: undefined,
    });
    const world = { scheduler, network: this.#network };
    this.#broker = new BrokerProcess({ ...world, random: random.fork('broker'), trace });
    const law = this.#law;
    const jitter = random.chance(0.5) ? 'full' : 'decorrelated';
    const reconnect = { minMs: 20, maxMs: 1000, jitter } as const;
    const options: ClientOptions = {
      cleanSession: false,
      reconnect,
      retryInitial: true,
      keepAlive: 5,
    };
    const inflightMax = random.pick([1, 3, 20]);
    this.#publishers = Array.from({ length: random.between(1, 2) }, (_, index) => {
      return new ClientProcess({
        ...world,
        random: random.fork('publisher', index),
        watch: { sent: (packet) => law.publisherSends(index, packet), received: () => {} },
        options: { ...options, clientId: `publisher-${index}`, inflightMax },
        wrapOutbox: mutation.wrapOutbox,
      });
    });
    this.#published = this.#publishers.map(() => 0);
    this.#subscriber = new ClientProcess({
      ...world,
      random: random.fork('subscriber'),
      watch: {
        sent: (packet) => law.subscriberSends(packet),
        received: (packet) => law.subscriberGets(packet),
      },
      options: {
        ...options,
        clientId: 'subscriber',
        bufferBytesMax: random.pick([20, 16_777_216]),
        unclaimed: { afterMs: mutation.unclaimedAfterMs ?? random.pick([0, 500]) },
      },
      wrapOutbox: mutation.wrapOutbox,
    });
  }

  async run(): Promise<EndToEndResult> {
    const unheard = (error: unknown) => this.#law.violations.push(`rejection: ${String(error)}`);
    process.on('unhandledRejection', unheard);
    try {
      await this.#play();
    } finally {
      process.off('unhandledRejection', unheard);
    }
    return {
      violations: this.#law.violations,
      messages: this.#law.messages,
      handled: this.#law.handledTimes,
      clientKills: this.#clientKills,
      brokerKills: this.#brokerKills,
    };
  }

  async #play(): Promise<void> {
    void this.#broker.start();
    this.#startSubscriber();
    await this.#until(() => this.#subscriber.isIdle, 'the subscription');
    for (const publisher of this.#publishers) publisher.start(() => {});
    let left = this.#random.between(15, 45);
    let atMs = 0;
    for (let number = left; number > 0; number--) {
      atMs += this.#random.within(0, 60);
      this.#scheduler.after(atMs, () => {
        left--;
        void this.#act(this.#random.fork('action', number));
      });
    }
    await this.#until(() => left === 0, 'the actions');
    await this.#until(() => this.#calm(), 'everything to be delivered');
    if (this.#law.violations.length === 0) this.#law.judge(this.#kept);
  }

  async #act(random: Random): Promise<void> {
    const all = [this.#subscriber, ...this.#publishers];
    const one = random.pick(all)!;
    switch (random.weighted(ACTION_WEIGHTS)) {
      case 'publish':
        this.#publish(random);
        return;
      case 'cut': {
        const byBrokerMs = random.chance(0.5) ? random.within(0, 500) : undefined;
        one.link?.cut({ byBrokerMs, byClientMs: random.within(0, 2000) });
        return;
      }
      case 'killClient':
        await this.#kill(one);
        this.#scheduler.after(random.within(0, 200), () => this.#start(one));
        return;
      case 'killBroker':
        this.#brokerKills++;
        this.#broker.kill();
        this.#scheduler.after(random.within(0, 200), () => void this.#broker.start());
    }
  }

  #publish(random: Random): void {
    const index = random.between(0, this.#publishers.length - 1);
    const { client } = this.#publishers[index]!;
    if (client === undefined) return;
    for (let count = random.between(1, 5); count > 0; count--) {
      const qos: QoS = random.pick([1, 2]);
      if (random.chance(0.2)) {
        void client.publish(FORGOTTEN, 'nobody wants it', { qos });
        continue;
      }
      const name = this.#law.published(index, this.#published[index]!++, qos);
      client.publish('orders', name, { qos }).then(
        () => this.#law.done(name),
        (error: unknown) => this.#law.violations.push(`publish: ${name}: ${String(error)}`),
      );
    }
  }

  async #kill(one: ClientProcess): Promise<void> {
    if (one.client === undefined) return;
    this.#clientKills++;
    if (one === this.#subscriber) {
      this.#law.subscriberKilled();
      this.#handling = 0;
    }
    for (const payload of await one.kill()) this.#kept.add(new TextDecoder().decode(payload));
  }

  #start(one: ClientProcess): void {
    if (one === this.#subscriber) this.#startSubscriber();
    else one.start(() => {});
  }

  /** Its first process asks for more than those after it. */
  #startSubscriber(): void {
    const forgets = this.#forgets;
    this.#forgets = true;
    const random = this.#random.fork('handler');
    this.#subscriber.start((client: Client) => {
      const clock = this.#subscriber.clock!;
      const handler: Handler = async (message) => {
        const name = message.text();
        this.#handling++;
        this.#law.handed(name);
        if (random.chance(0.5)) {
          await new Promise<void>((resolve) => {
            clock.after(random.within(0, 100), resolve);
          });
        }
        this.#law.handlingEnded(name);
        this.#handling--;
      };
      if (!forgets) client.subscribe(FORGOTTEN, { qos: 2 }, () => {});
      client.subscribe('orders', { qos: 2 }, this.#mutation.wrapHandler?.(handler) ?? handler);
    });
  }

  /** From here on nothing fails. @returns Whether nothing is left to be done. */
  #calm(): boolean {
    this.#network.heal();
    const all = [this.#subscriber, ...this.#publishers];
    if (this.#handling > 0 || !all.every((one) => one.isIdle)) return false;
    const gauges = this.#broker.broker?.gauges();
    return gauges !== undefined && gauges.queuedMessages + gauges.inflightMessages === 0;
  }

  /** Lets time pass until it has been so for a while. */
  async #until(done: () => boolean, what: string): Promise<void> {
    const endMs = this.#scheduler.nowMs + WAIT_MS_MAX;
    let sinceMs = Infinity;
    while (this.#law.violations.length === 0) {
      if (!done()) sinceMs = Infinity;
      else if (sinceMs === Infinity) sinceMs = this.#scheduler.nowMs;
      else if (this.#scheduler.nowMs - sinceMs > QUIET_MS) return;
      if (this.#scheduler.nowMs > endMs || !this.#scheduler.step()) {
        this.#law.violations.push(`progress: no end in waiting for ${what}`);
        return;
      }
      await promisesSettled();
    }
  }
}

/** All callbacks of promises that are settled now have run, and theirs. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A topic that the subscriber asks for once, and later processes of it know nothing of. */
const FORGOTTEN = 'forgotten';
const ACTION_WEIGHTS = { publish: 40, cut: 6, killClient: 6, killBroker: 2 } as const;
const QUIET_MS = 1000;
/** Virtual time in which a part of a run has to end. */
const WAIT_MS_MAX = 120_000;
