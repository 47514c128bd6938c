import type { PayloadPlan } from '../load-plan.js';
import type { SeededRandom } from '../seeded-random.js';
import type { Stamp } from '../stamp.js';
import { type FieldValues, fieldValues, type Moment } from './field-values.js';
import { cborPayload, type Fields, jsonPayload, textPayload } from './stamped-fields.js';

/** The payloads of one stream of a device. */
export class DevicePayload {
  readonly #plan: PayloadPlan;
  readonly #text: string;
  readonly #values: readonly (readonly [name: string, values: FieldValues])[];
  #drawn: Fields = [];

  /**
   * @param random Of this stream alone.
   * @param expand Puts the names of the device into a text.
   */
  constructor(plan: PayloadPlan, random: SeededRandom, expand: (template: string) => string) {
    this.#plan = plan;
    this.#text = expand(plan.text);
    this.#values = plan.fields.map(([name, field]) => [
      name,
      fieldValues(field, random.fork(name), expand),
    ]);
  }

  /** Draws the next values, also where nothing is sent: a device goes on while it is away. */
  draw(moment: Moment): void {
    this.#drawn = this.#values.map(([name, values]) => [name, values(moment)]);
  }

  /** A payload of the values that were drawn the last time. */
  bytes(stamp: Stamp): Uint8Array {
    const { format, stamp: stamped } = this.#plan;
    const own = stamped ? stamp : undefined;
    if (format === 'json') return jsonPayload(this.#drawn, own);
    if (format === 'cbor') return cborPayload(this.#drawn, own);
    return textPayload(this.#filledText(), own);
  }

  #filledText(): string {
    const values = new Map(this.#drawn);
    return this.#text.replaceAll(/\{([^{}]+)\}/g, (all, name: string) => {
      const value = values.get(name);
      return value === undefined ? all : String(value);
    });
  }
}
