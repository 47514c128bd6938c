import { type Client, ClientError } from '@magpie/client';
import { connectAs, type Survey } from './survey.js';

/** What becomes of a message: its publisher gets it back, or does not, or the connection ends. */
export type Fate = 'arrived' | 'dropped' | 'ended';

/** A client that hears what it publishes. It connects again when a message has ended it. */
export class Echo {
  readonly #survey: Survey;
  readonly #name: string;
  #client: Client | undefined;
  #next = 0;
  /** Told each topic that a message arrives at. */
  #heard: (topic: string) => void = () => {};

  constructor(survey: Survey, name: string) {
    this.#survey = survey;
    this.#name = name;
  }

  /**
   * Publishes a message, and behind it a short one that is known to arrive: when that one is there
   * and the message is not, the message is lost.
   *
   * @throws {ClientError} if there is no connection to be had.
   */
  async send(topic: string, payload: Uint8Array = NOTHING): Promise<Fate> {
    const client = await this.#connected();
    const mark = `${this.#survey.root}/${this.#name}/mark/${this.#next++}`;
    let fate: Fate | undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#survey.patient.patienceMs);
      const settle = (): void => {
        off();
        clearTimeout(timer);
        resolve();
      };
      const off = client.on('state', ({ type }) => {
        if (type === 'ended') settle();
      });
      this.#heard = (heard) => {
        if (heard === topic) fate = 'arrived';
        if (heard !== mark) return;
        fate ??= 'dropped';
        settle();
      };
      for (const [to, bytes] of [[topic, payload] as const, [mark, NOTHING] as const]) {
        client.publish(to, bytes, { qos: 1 }).catch(settle);
      }
    });
    this.#heard = () => {};
    if (client.state.type === 'ended' || fate === undefined) await this.close();
    return fate ?? 'ended';
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end({ drain: false });
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client;
    const client = await connectAs(this.#survey, this.#name);
    const filter = `${this.#survey.root}/${this.#name}/#`;
    await client.subscribe(filter, { qos: 1 }, ({ topic }) => this.#heard(topic)).ready;
    this.#client = client;
    return client;
  }
}

/** `undefined` for what network and server did; anything else is a bug. */
export function undefinedIfEnded(error: unknown): undefined {
  if (error instanceof ClientError) return undefined;
  throw error;
}

const NOTHING = new Uint8Array(0);
