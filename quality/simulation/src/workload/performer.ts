import type { ModelClient } from '../client/model-client.js';
import type { Random } from '../random.js';
import type { BrokerHost } from '../world/broker-host.js';
import type { Network } from '../world/network.js';
import type { Scheduler } from '../world/scheduler.js';
import type { SimulatedDisk } from '../world/simulated-disk.js';
import { BROKEN_PACKETS } from './broken-packets.js';
import { someMessages, someSubscriptions } from './messages.js';
import type { Action } from './scenario.js';

/** What actions act on. */
export interface Stage {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly host: BrokerHost;
  readonly disk: SimulatedDisk;
  readonly clients: readonly ModelClient[];
}

/** Does what a scenario says. */
export class Performer {
  readonly #stage: Stage;
  readonly #random: Random;

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  perform(action: Action): void {
    const client = this.#stage.clients[action.client]!;
    const random = this.#random.fork(action.name, action.index);
    switch (action.name) {
      case 'publish':
        for (const fields of someMessages(random, action.index, client.traits.clientId !== '')) {
          client.publish(fields);
        }
        break;
      case 'subscribe':
        client.subscribe(someSubscriptions(random));
        break;
      case 'unsubscribe':
        client.unsubscribe(client.subscriptions.wanted.slice(0, random.between(1, 2)));
        break;
      case 'leave':
        client.leave(random.pick(['disconnect', 'disconnect', 'hang up', 'abort']));
        break;
      case 'come':
        client.come();
        break;
      case 'cut':
        client.breakConnection({
          byBrokerMs: random.chance(0.3) ? undefined : random.within(0, 3000),
          byClientMs: random.within(0, 1000),
        });
        break;
      case 'takeOver':
        client.takeOver();
        break;
      case 'freeze':
        client.freeze(random.between(500, 5000));
        break;
      case 'stall':
        client.stall(random.between(50, 3000));
        break;
      case 'reset':
        if (client.traits.persistent) client.reset();
        break;
      case 'vandal':
        this.#vandalize(random);
        break;
      default:
        this.#harm(action.name, random);
    }
  }

  #harm(name: 'kill' | 'restart' | 'failDisk' | 'slowDisk', random: Random): void {
    const { scheduler, host, disk } = this.#stage;
    switch (name) {
      case 'kill':
        host.kill();
        scheduler.after(random.within(0, 500), () => host.start());
        break;
      case 'restart':
        host.restart();
        break;
      case 'failDisk':
        disk.fault = random.pick(['ENOSPC', 'EIO']);
        scheduler.after(random.within(0, 2000), () => {
          disk.fault = undefined;
        });
        break;
      case 'slowDisk':
        disk.slowMs = random.within(0, 500);
        scheduler.after(random.within(0, 3000), () => {
          disk.slowMs = 0;
        });
        break;
    }
  }

  /** Somebody who sends what is no MQTT, or only the beginning of it, or nothing. */
  #vandalize(random: Random): void {
    const link = this.#stage.network.connect({ received: () => {}, closed: () => {} });
    const bytes = Buffer.from(random.pick(BROKEN_PACKETS) ?? '', 'latin1');
    link.send(bytes.subarray(0, random.chance(0.5) ? bytes.length : 3));
    if (random.chance(0.3)) link.abort();
  }
}
