import { grouped } from '../result-lines.js';
import type { DeviceGroup, LeavePlan, LoadPlan, PacePlan, PublishPlan } from '../load-plan.js';
import type { LoadTiming } from '../load-run.js';
import type { Say } from './report-words.js';

/** A name and what it is. */
export type Row = readonly [name: string, value: string];

/** What was asked for, for people. Neither user nor password is in it. */
export function settingRows(plan: LoadPlan, timing: LoadTiming, workers: number, say: Say): Row[] {
  const { groups, sources, connectRate } = plan;
  const seconds = (ms: number) => `${ms / 1000} s`;
  return [
    ...groups.map((group): Row => [say('group', { name: group.name }), groupText(group, say)]),
    [say('workers'), grouped(workers)],
    [say('connectRate'), connectRate === 0 ? say('atOnce') : grouped(connectRate)],
    ...(sources.length === 0 ? [] : [[say('sources'), sources.join(', ')] as const]),
    [say('warmUp'), seconds(timing.warmUpMs)],
    [say('duration'), seconds(timing.durationMs)],
    [say('drain'), seconds(timing.drainMs)],
    [say('interval'), seconds(timing.intervalMs)],
  ];
}

function groupText(group: DeviceGroup, say: Say): string {
  const { count, publish, subscribe, session, leave = [] } = group;
  return [
    say('devices', { count: grouped(count) }),
    ...(session?.clean === false ? [say('persistent')] : []),
    ...subscribe.map(({ filter, qos }) => say('subscribes', { filter, qos })),
    ...publish.map((one) => publishText(one, say)),
    ...leave.map((one) => leaveText(one, say)),
  ].join('; ');
}

function publishText({ topic, qos, bytes, retain, pace }: PublishPlan, say: Say): string {
  const text = say('publishes', { topic, qos, bytes: grouped(bytes), pace: paceText(pace, say) });
  return retain ? `${text}, ${say('retained')}` : text;
}

function paceText(pace: PacePlan, say: Say): string {
  if (pace.kind === 'will') return say('will');
  if (pace.kind === 'rate')
    return say('every', { ms: Number((pace.everyUs / 1000).toPrecision(6)) });
  const window = pace.until === 'arrived' ? 'windowArrived' : 'windowAcknowledged';
  return say(window, { window: pace.window });
}

function leaveText({ when, away, how, share }: LeavePlan, say: Say): string {
  const range = ([low, high]: readonly [number, number]) =>
    low === high ? `${low}` : `${low}–${high}`;
  const values = { away: range(away), share: `${Math.round(share * 100)} %`, how: say(how) };
  if ('at' in when) return say('leavesAt', { ...values, at: when.at });
  return say('leavesAfter', { ...values, after: range(when.after) });
}
