import { type Broker, createBroker } from '@magpie/broker';
import { LmdbStore } from '@magpie/broker/testing';
import type { Random } from '../random.js';
import type { Trace } from '../trace.js';
import type { Network } from '../world/network.js';
import type { Scheduler } from '../world/scheduler.js';
import { SimulatedClock } from '../world/simulated-clock.js';
import { SimulatedDisk } from '../world/simulated-disk.js';
import { SimulatedEngine } from '../world/simulated-engine.js';

/** The real broker with a store on a simulated disk, which can be killed and started again. */
export class BrokerProcess {
  readonly #parts: {
    readonly scheduler: Scheduler;
    readonly network: Network;
    readonly random: Random;
    readonly trace: Trace;
  };
  readonly #disk = new SimulatedDisk();
  #started = 0;
  #running: { readonly clock: SimulatedClock; readonly engine: SimulatedEngine } | undefined;
  broker: Broker | undefined;

  constructor(parts: {
    readonly scheduler: Scheduler;
    readonly network: Network;
    readonly random: Random;
    readonly trace: Trace;
  }) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    if (this.#running !== undefined) return;
    const { scheduler, network, trace } = this.#parts;
    const random = this.#parts.random.fork('broker', this.#started++);
    const clock = new SimulatedClock(scheduler, random.fork('clock'));
    const disk = this.#disk;
    const engineParts = { disk, scheduler, random: random.fork('engine'), trace };
    const engine = new SimulatedEngine({ ...engineParts, onWrite: () => {} });
    const running = { clock, engine };
    this.#running = running;
    await disk.recover();
    const broker = await createBroker({
      store: await LmdbStore.over(engine),
      clock,
      random: random.fork('chance'),
      limits: { queuedMessagesMax: 100_000 },
    });
    await broker.listen(network.listener());
    if (this.#running === running) this.broker = broker;
  }

  kill(): void {
    if (this.#running === undefined) return;
    this.#running.clock.stop();
    this.#running.engine.kill();
    this.#running = undefined;
    this.broker = undefined;
    this.#parts.network.brokerKilled();
  }
}
