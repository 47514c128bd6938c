import type { ClientOptions } from '@magpie/client';
import type { QoS } from '@magpie/protocol';

/** What a load test does, as plain data: it goes to other processes as it is. */
export interface LoadPlan {
  readonly server: string;
  /** What all clients have in common; data only. */
  readonly options: ClientOptions;
  /** The certificate of the server may be for another name. */
  readonly anyServerName: boolean;
  /** Marks the messages of this run, from 1, below 2^20; 0: those of any run are counted. */
  readonly run: number;
  /** Begins every client identifier. */
  readonly idPrefix: string;
  readonly groups: readonly DeviceGroup[];
  /** Addresses to connect from, in turns; none: the system chooses. */
  readonly sources: readonly string[];
  /** Connections begun in a second, of all workers together; 0: as many as go at once. */
  readonly connectRate: number;
}

/** Devices that do the same. In topics `{n}` is the number of the device. */
export interface DeviceGroup {
  /** Is part of the client identifiers. */
  readonly name: string;
  readonly count: number;
  readonly publish: readonly PublishPlan[];
  readonly subscribe: readonly { readonly filter: string; readonly qos: QoS }[];
}

export interface PublishPlan {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Of a payload. */
  readonly bytes: number;
  readonly pace: PacePlan;
}

/** When a device publishes. */
export type PacePlan =
  /** On time, whatever becomes of the messages before. */
  | { readonly kind: 'rate'; readonly everyUs: number }
  /** The next one when an earlier one is through: acknowledged, or arrived at a subscriber. */
  | {
      readonly kind: 'window';
      readonly window: number;
      readonly until: 'acknowledged' | 'arrived';
    };

/** One stream of numbered messages: what one device publishes by one plan. */
export interface StreamPlace {
  readonly group: number;
  readonly publish: number;
  /** Of the device in its group. */
  readonly device: number;
}

/** What all clients of a plan have in common, as a client takes it. */
export function clientOptionsOf({ options, anyServerName }: LoadPlan): ClientOptions {
  if (!anyServerName) return options;
  return { ...options, tls: { ...options.tls, checkServerIdentity: () => undefined } };
}

/** The client identifier of a device. */
export function clientIdOf({ idPrefix, groups }: LoadPlan, group: number, device: number): string {
  return `${idPrefix}${groups[group]!.name}-${device}`;
}

/** A topic or filter of a device. */
export function expand(template: string, device: number): string {
  return template.replaceAll('{n}', String(device));
}

/** Numbers all streams of a plan, alike in every worker. */
export class StreamNumbers {
  readonly #plan: LoadPlan;
  /** By group and publish plan: the number of the first device's stream. */
  readonly #bases: readonly (readonly number[])[];
  readonly count: number;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    let next = 0;
    this.#bases = plan.groups.map(({ publish, count }) =>
      publish.map(() => {
        const base = next;
        next += count;
        return base;
      }),
    );
    this.count = next;
  }

  numberOf({ group, publish, device }: StreamPlace): number {
    return this.#bases[group]![publish]! + device;
  }

  /** All of them, with their topics, in the order of their numbers. */
  *all(): Generator<{ readonly stream: number; readonly topic: string; readonly qos: QoS }> {
    for (const [group, { publish, count }] of this.#plan.groups.entries()) {
      for (const [at, { topic, qos }] of publish.entries()) {
        for (let device = 0; device < count; device++) {
          const stream = this.numberOf({ group, publish: at, device });
          yield { stream, topic: expand(topic, device), qos };
        }
      }
    }
  }
}

/** Of `count` devices, those of worker `worker` of `workers`; no other has two more. */
export function shareOf(
  count: number,
  worker: number,
  workers: number,
): { readonly from: number; readonly to: number } {
  return {
    from: Math.floor((count * worker) / workers),
    to: Math.floor((count * (worker + 1)) / workers),
  };
}
