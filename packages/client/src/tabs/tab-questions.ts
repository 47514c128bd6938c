import type { ClientStatistics } from '../model/client-statistics.js';
import type { PortOfTab } from './tab-port.js';

interface Waiting {
  readonly resolve: (statistics: ClientStatistics) => void;
  readonly reject: (why: Error) => void;
}

/** What a tab has asked its host about the connection. A new host is asked again. */
export class TabQuestions {
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;

  ask(port: PortOfTab | undefined): Promise<ClientStatistics> {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      port?.post({ type: 'statistics', number });
    });
  }

  joined(port: PortOfTab): void {
    for (const number of this.#waiting.keys()) port.post({ type: 'statistics', number });
  }

  answer(number: number, statistics: ClientStatistics): void {
    this.#waiting.get(number)?.resolve(statistics);
    this.#waiting.delete(number);
  }

  /** The tab goes. */
  abandon(why: Error): void {
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }
}
