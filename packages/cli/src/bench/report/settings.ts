import { grouped } from '../result-lines.js';
import type { DeviceGroup, LoadPlan, PublishPlan } from '../load-plan.js';
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

function groupText({ count, publish, subscribe }: DeviceGroup, say: Say): string {
  return [
    say('devices', { count: grouped(count) }),
    ...subscribe.map(({ filter, qos }) => say('subscribes', { filter, qos })),
    ...publish.map((one) => publishText(one, say)),
  ].join('; ');
}

function publishText({ topic, qos, bytes, retain, pace }: PublishPlan, say: Say): string {
  const window =
    pace.kind === 'window' && pace.until === 'arrived' ? 'windowArrived' : 'windowAcknowledged';
  const paceText =
    pace.kind === 'rate'
      ? say('every', { ms: Number((pace.everyUs / 1000).toPrecision(6)) })
      : say(window, { window: pace.window });
  const text = say('publishes', { topic, qos, bytes: grouped(bytes), pace: paceText });
  return retain ? `${text}, ${say('retained')}` : text;
}
