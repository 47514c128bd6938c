import { type Broker, type Limits, limitsFrom, type Store } from '@magpie/broker';
import type { Engine } from '@magpie/broker/testing';
import { ModelClient, type ClientTraits } from '../client/model-client.js';
import { History } from '../history/history.js';
import { KeepAliveLaw } from '../laws/keep-alive-law.js';
import { RetainedLaw } from '../laws/retained-law.js';
import { Random } from '../random.js';
import { Trace, type TraceSink } from '../trace.js';
import type { Scenario } from '../workload/scenario.js';
import { BrokerHost } from './broker-host.js';
import { authorizerFor } from './forbidden.js';
import { Network, type Tamper } from './network.js';
import { Scheduler } from './scheduler.js';
import { SimulatedDisk } from './simulated-disk.js';
import { StoreLedger } from './store-ledger.js';
import { Witness } from './witness.js';

/** A way in which the broker is made wrong, to see whether that is noticed. */
export interface Mutation {
  /** On the wire. */
  readonly tamper?: Tamper;
  /** Between the store and its disk. */
  readonly wrapEngine?: (engine: Engine) => Engine;
  /** Between the broker and its store. */
  readonly wrapStore?: (store: Store) => Store;
  /** It is told these limits, and judged by the right ones. */
  readonly toldLimits?: Partial<Limits>;
  /** By what it offers to a program that embeds it. */
  readonly spoil?: (broker: Broker) => void;
}

export interface WorldOptions {
  readonly sink?: TraceSink | undefined;
  readonly mutation?: Mutation | undefined;
}

/** Everything there is in one run, made of one seed and wired up. */
export class World {
  readonly scheduler = new Scheduler();
  readonly disk = new SimulatedDisk();
  readonly random: Random;
  readonly limits: Limits;
  readonly trace: Trace;
  readonly history: History;
  readonly ledger: StoreLedger;
  readonly network: Network;
  readonly retained: RetainedLaw;
  readonly keepAlive: KeepAliveLaw;
  readonly host: BrokerHost;
  readonly clients: readonly ModelClient[];
  readonly #readMeansHandled: boolean;

  constructor(scenario: Scenario, { sink, mutation = {} }: WorldOptions) {
    const { scheduler } = this;
    const random = new Random(scenario.seed);
    this.random = random;
    this.limits = limitsFrom(scenario.limits);
    this.trace = new Trace(scheduler, sink);
    this.history = new History(scheduler, this.trace);
    this.ledger = new StoreLedger(this.history, this.trace);
    this.retained = new RetainedLaw(this.history, this.limits);
    this.keepAlive = new KeepAliveLaw(this.history);
    this.#readMeansHandled = !scenario.slowAuthorizer;
    this.network = new Network({
      scheduler,
      random: random.fork('network'),
      conditions: scenario.conditions,
      trace: this.trace,
      misused: (how) => this.history.violation('transport', how),
      tamper: mutation.tamper,
    });
    this.host = this.#host(scenario, mutation);
    this.clients = scenario.clients.map((traits, index) => this.newClient(traits, index));
  }

  /** A client that is not connected yet. */
  newClient(traits: ClientTraits, number: number): ModelClient {
    const { inflightMax, subscriptionsPerClientMax, sessionExpiry } = this.limits;
    return new ModelClient(traits, {
      scheduler: this.scheduler,
      network: this.network,
      history: this.history,
      trace: this.trace,
      ledger: this.ledger,
      random: this.random.fork('client', number),
      inflightMax,
      subscriptionsMax: subscriptionsPerClientMax,
      sessionExpiryMs: sessionExpiry === 0 ? Infinity : sessionExpiry * 1000,
      kills: () => this.host.kills,
      storeHasFailed: () => this.host.storeHasFailed,
      readMeansHandled: this.#readMeansHandled,
    });
  }

  #host(scenario: Scenario, mutation: Mutation): BrokerHost {
    const { history, ledger, retained, keepAlive } = this;
    const readMeansHandled = this.#readMeansHandled;
    const witness = new Witness({ history, ledger, retained, keepAlive, readMeansHandled });
    return new BrokerHost({
      scheduler: this.scheduler,
      random: this.random.fork('host'),
      trace: this.trace,
      network: this.network,
      disk: this.disk,
      ledger,
      watcher: {
        started: (broker) => {
          witness.started(broker);
          mutation.spoil?.(broker);
        },
        ended: (how) => witness.ended(how),
        fault: (what) => witness.fault(what),
      },
      limits: scenario.limits,
      authorizer: (clock, random) => authorizerFor(scenario.slowAuthorizer, clock, random),
      wrapEngine: mutation.wrapEngine,
      wrapStore: mutation.wrapStore,
      toldLimits: mutation.toldLimits,
    });
  }
}
