import type { ClientOptions } from '@magpie/client';
import type { QoS } from '@magpie/protocol';
import type { FieldPlan } from './scenario/field-schemas.js';

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
  /** What is drawn, is drawn from it: moments and payloads are the same for the same seed. */
  readonly seed: number;
  /**
   * Devices come and go by plan. What was sent while one was away is told apart from what is lost,
   * for which each publisher remembers when its messages were due.
   */
  readonly comesAndGoes: boolean;
}

/**
 * Devices that do the same. In topics `{n}` is the number of the device; where there is a session,
 * also `{group}`, and `{id}`, the client identifier.
 */
export interface DeviceGroup {
  /** Is part of the client identifiers. */
  readonly name: string;
  readonly count: number;
  readonly publish: readonly PublishPlan[];
  readonly subscribe: readonly { readonly filter: string; readonly qos: QoS }[];
  /** Of a scenario; without it all clients are alike, with clean sessions. */
  readonly session?: SessionPlan;
  /** When its devices go and come back. */
  readonly leave?: readonly LeavePlan[];
}

export interface SessionPlan {
  /** Template of the client identifier; none: the name of the group and the number. */
  readonly clientId?: string;
  readonly clean: boolean;
  /** In s; none: as all clients have it. */
  readonly keepAlive?: number;
  /** Templates. */
  readonly username?: string;
  readonly password?: string;
}

/** How devices of a group go; times in s, from the shortest to the longest. */
export interface LeavePlan {
  /** After so long that they were there, again and again, or at one time of what is measured. */
  readonly when: { readonly after: readonly [number, number] } | { readonly at: number };
  readonly away: readonly [number, number];
  /** With DISCONNECT, or by breaking the connection, so that the will is published. */
  readonly how: 'clean' | 'abrupt';
  /** Part of the devices, from 0 to 1. */
  readonly share: number;
}

export interface PublishPlan {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
  /** Of a payload; with fields, of one such payload. */
  readonly bytes: number;
  readonly pace: PacePlan;
  /** None: bytes that say nothing but their stamp. */
  readonly payload?: PayloadPlan;
}

/** A payload that looks like one of a real device. */
export interface PayloadPlan {
  readonly format: 'json' | 'cbor' | 'text';
  /** Drawn in this order, one after the other. */
  readonly fields: readonly (readonly [name: string, field: FieldPlan])[];
  /** With `text`: what it says; `{name}` is a field. */
  readonly text: string;
  /** Whether it carries a stamp; without one nothing of it can be measured at a subscriber. */
  readonly stamp: boolean;
}

/** When a device publishes. */
export type PacePlan =
  /** On time, whatever becomes of the messages before. */
  | {
      readonly kind: 'rate';
      readonly everyUs: number;
      /** Each message up to half of this part of the interval before or after its time. */
      readonly jitter?: number;
      /** The first one after this part of the interval; none: each device draws its own. */
      readonly phase?: number;
    }
  /** By the server, when the connection of the device breaks. */
  | { readonly kind: 'will' }
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

export interface Stream {
  readonly stream: number;
  readonly topic: string;
  readonly plan: PublishPlan;
}

/** What all clients of a plan have in common, as a client takes it. */
export function clientOptionsOf({ options, anyServerName }: LoadPlan): ClientOptions {
  if (!anyServerName) return options;
  return { ...options, tls: { ...options.tls, checkServerIdentity: () => undefined } };
}

/** The client identifier of a device. */
export function clientIdOf({ idPrefix, groups }: LoadPlan, at: number, device: number): string {
  const { name, session } = groups[at]!;
  if (session?.clientId === undefined) return `${idPrefix}${name}-${device}`;
  return session.clientId.replaceAll('{n}', String(device)).replaceAll('{group}', name);
}

/** A topic, filter or name of a device. */
export function expand(plan: LoadPlan, group: number, device: number, template: string): string {
  const { name, session } = plan.groups[group]!;
  const numbered = template.replaceAll('{n}', String(device));
  if (session === undefined || !numbered.includes('{')) return numbered;
  return numbered
    .replaceAll('{group}', name)
    .replaceAll('{id}', () => clientIdOf(plan, group, device));
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
  *all(): Generator<Stream> {
    for (const [group, { publish, count }] of this.#plan.groups.entries()) {
      for (const [at, plan] of publish.entries()) {
        for (let device = 0; device < count; device++) {
          const stream = this.numberOf({ group, publish: at, device });
          yield { stream, topic: expand(this.#plan, group, device, plan.topic), plan };
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

/** Whether a share of the devices has this one: they are spread evenly, as many as it says. */
export function isAmong(share: number, device: number, offset: number): boolean {
  return Math.floor((device + 1) * share + offset) > Math.floor(device * share + offset);
}
