import type { ClientOptions } from '@magpie/client';
import {
  clientIdOf,
  type DeviceGroup,
  expand,
  type LeavePlan,
  type LoadPlan,
  type PacePlan,
  type PayloadPlan,
  type PublishPlan,
  type SessionPlan,
} from '../load-plan.js';
import type { LoadTiming } from '../load-run.js';
import type { LoadPlace } from '../plan-load.js';
import { SeededRandom } from '../seeded-random.js';
import { DevicePayload } from './device-payload.js';
import type { GroupValues, MessageValues, ScenarioValues } from './scenario-schema.js';

/** Where a scenario is run. */
export interface ScenarioPlace extends Omit<LoadPlace, 'rampMs'> {
  readonly sources: readonly string[];
}

/** What the workers do, to act a scenario. */
export function planScenario(scenario: ScenarioValues, place: ScenarioPlace): LoadPlan {
  const { server, options, run, sources } = place;
  const { seed = 1, ramp = 0, groups } = scenario;
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  // A function cannot go to another process: what `--insecure` means is said there anew.
  const { checkServerIdentity, ...tls } = options.tls ?? {};
  const { clientId: idPrefix = 'bench-', ...common }: ClientOptions = options;
  const plan: LoadPlan = {
    server: server.href,
    options: { ...common, tls },
    anyServerName: checkServerIdentity !== undefined,
    run,
    idPrefix,
    groups: groups.map(groupOf),
    sources,
    connectRate: ramp === 0 ? 0 : count / ramp,
    seed,
    comesAndGoes: true,
  };
  return { ...plan, groups: plan.groups.map((group, at) => withSizes(plan, group, at)) };
}

/** How long it takes; the flags count where they are given. */
export function timingOfScenario(
  { warmUp = 2, duration, drain = 3 }: ScenarioValues,
  given: Partial<LoadTiming> & Pick<LoadTiming, 'intervalMs'>,
): LoadTiming {
  return { warmUpMs: warmUp * 1000, durationMs: duration * 1000, drainMs: drain * 1000, ...given };
}

function groupOf(group: GroupValues): DeviceGroup {
  const { name, count, publish = [], subscribe = [], leave = [], will } = group;
  const wills = will === undefined ? [] : [messageOf(will, { kind: 'will' })];
  return {
    name,
    count,
    publish: [...publish.map((one) => messageOf(one, paceOf(one))), ...wills],
    subscribe: subscribe.map(({ topic, qos = 0 }) => ({ filter: topic, qos })),
    session: sessionOf(group),
    leave: leave.map(leaveOf),
  };
}

function sessionOf(group: GroupValues): SessionPlan {
  const { clientId, session = 'clean', keepAlive, username, password } = group;
  return {
    clean: session === 'clean',
    ...(clientId === undefined ? {} : { clientId }),
    ...(keepAlive === undefined ? {} : { keepAlive }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function leaveOf({
  after = [0, 0],
  at,
  away,
  how = 'abrupt',
  share = 1,
}: NonNullable<GroupValues['leave']>[number]): LeavePlan {
  return { when: at === undefined ? { after } : { at }, away, how, share };
}

function paceOf({
  every,
  rate = 1,
  jitter = 0,
  phase,
}: NonNullable<GroupValues['publish']>[number]): PacePlan {
  const everyUs = every === undefined ? 1e6 / rate : every * 1e6;
  return { kind: 'rate', everyUs, jitter, ...(phase === undefined ? {} : { phase }) };
}

function messageOf(message: MessageValues, pace: PacePlan): PublishPlan {
  const { topic, qos = 0, retain = false, payload } = message;
  const plan = { topic, qos, retain, pace };
  if (payload === undefined) return { ...plan, bytes: BYTES };
  if (payload.format === 'bytes') return { ...plan, bytes: payload.size };
  const { format, fields = {}, stamp = true } = payload;
  const text = payload.format === 'text' ? payload.text : '';
  return {
    ...plan,
    bytes: BYTES,
    payload: { format, text, stamp, fields: Object.entries(fields) },
  };
}

/** With the size of one payload where there are fields. */
function withSizes(plan: LoadPlan, group: DeviceGroup, at: number): DeviceGroup {
  const publish = group.publish.map((one) => {
    if (one.payload === undefined) return one;
    return { ...one, bytes: samplePayload(plan, one.payload, at).length };
  });
  return { ...group, publish };
}

/** What the first device of a group would send first. */
export function samplePayload(plan: LoadPlan, payload: PayloadPlan, group: number): Uint8Array {
  const own = (template: string) => expand(plan, group, 0, template);
  const sample = new DevicePayload(payload, new SeededRandom(plan.seed), own);
  sample.draw({ sinceS: 0, unixMs: Date.now() });
  return sample.bytes({ run: plan.run, stream: 0, sequence: 0, dueUs: 1e11 });
}

/** The client identifiers of a group's first and last device. */
export function idsOf(plan: LoadPlan, group: number): readonly [first: string, last: string] {
  return [clientIdOf(plan, group, 0), clientIdOf(plan, group, plan.groups[group]!.count - 1)];
}

/** Of a payload, where the file says nothing about it. */
const BYTES = 100;
