import { Client, type ClientOptions, MemoryOutbox, type Outbox } from '@magpie/client';
import { resolveOptions } from '@magpie/client/testing';
import type { Random } from '../random.js';
import type { Network } from '../world/network.js';
import type { Scheduler } from '../world/scheduler.js';
import { SimulatedClock } from '../world/simulated-clock.js';
import { LinkTransport, type WireWatch } from './link-transport.js';
import { SimulatedOutbox } from './simulated-outbox.js';

export interface ProcessParts {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly random: Random;
  readonly watch: WireWatch;
  readonly options: ClientOptions;
  /** Between the client and its outbox. */
  readonly wrapOutbox?: ((outbox: Outbox) => Outbox) | undefined;
}

/**
 * A process with the real client in it, which can be killed in any event and started again on what
 * its disk has.
 */
export class ClientProcess {
  readonly #parts: ProcessParts;
  readonly #disk = new MemoryOutbox();
  #started = 0;
  #clock: SimulatedClock | undefined;
  #outbox: SimulatedOutbox | undefined;
  #transport: LinkTransport | undefined;
  client: Client | undefined;

  constructor(parts: ProcessParts) {
    this.#parts = parts;
  }

  /** The connection, if the client believes that there is one. */
  get link(): LinkTransport['link'] | undefined {
    return this.#transport?.link.isOpen === true ? this.#transport.link : undefined;
  }

  /** Of the process that runs: its timers end with it. */
  get clock(): SimulatedClock | undefined {
    return this.#clock;
  }

  /** Connected, with nothing to send and nothing that its disk does not have. */
  get isIdle(): boolean {
    const numbers = this.client?.statistics();
    if (numbers === undefined || numbers.state !== 'connected') return false;
    return numbers.queued === 0 && numbers.inflight === 0 && this.#outbox?.isSafe === true;
  }

  /** @param program What the process does before its client starts. */
  start(program: (client: Client) => void): void {
    if (this.client !== undefined) return;
    const { scheduler, network, watch, options, wrapOutbox } = this.#parts;
    const random = this.#parts.random.fork('process', this.#started++);
    const clock = new SimulatedClock(scheduler, random.fork('clock'));
    const outbox = new SimulatedOutbox(this.#disk, scheduler, random.fork('outbox'));
    const links = random.fork('links');
    const resolved = resolveOptions(
      'sim://broker',
      { ...options, outbox: wrapOutbox?.(outbox) ?? outbox },
      ['sim:'],
    );
    const client = new Client(resolved, {
      clock,
      random: () => random.next(),
      open: (_server, handler) => {
        this.#transport = new LinkTransport(network, scheduler, links, handler, watch);
        return this.#transport;
      },
    });
    this.#clock = clock;
    this.#outbox = outbox;
    this.client = client;
    program(client);
    void client.start();
  }

  /** The process ends at once, whatever it is at. @returns What its disk still has to send. */
  async kill(): Promise<readonly Uint8Array[]> {
    if (this.client === undefined) return [];
    this.client = undefined;
    this.#clock?.stop();
    this.#outbox?.kill();
    this.#transport?.kill();
    this.#transport = undefined;
    const { publications } = await this.#disk.load();
    return publications.map(({ payload }) => payload);
  }
}
