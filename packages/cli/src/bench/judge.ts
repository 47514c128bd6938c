import type { LoadResult, Remark, RemarkCode, RemarkValues } from './load-result.js';

/** What there is to say about a result. Nothing: it can be believed, and nothing went wrong. */
export function judge(result: Omit<LoadResult, 'remarks'>, trouble: string | undefined): Remark[] {
  return [...brokenPromises(result, trouble), ...ownLimits(result)];
}

/** What broker and network did. */
function brokenPromises(
  { total, lost }: Omit<LoadResult, 'remarks'>,
  trouble: string | undefined,
): Remark[] {
  const first = trouble === undefined ? '' : `; the first: ${trouble}`;
  const { duplicatesOfQoS2, redelivered, reordered, unconfirmed } = total;
  // What was under way when a device was cut off by plan is sent again: to each of its receivers.
  const receivers = Math.max(1, Math.ceil(total.received / Math.max(1, total.sent)));
  const again = redelivered + total.cutOff * receivers;
  const duplicates = total.duplicates > again ? total.duplicates - redelivered : duplicatesOfQoS2;
  const { connectFailures, connectionsLost } = total;
  return [
    ...when(lost > 0, 'lost', `${count(lost, 'message')} did not arrive`, {
      count: whole(lost),
    }),
    ...when(
      duplicatesOfQoS2 > 0,
      'duplicates',
      `${count(duplicatesOfQoS2, 'message')} of QoS 2 arrived more than once`,
      { count: whole(duplicatesOfQoS2), qos: '2' },
    ),
    ...when(
      duplicates > duplicatesOfQoS2,
      'duplicates',
      `${count(duplicates - duplicatesOfQoS2, 'message')} arrived more than once, at QoS 0 or 1`,
      { count: whole(duplicates - duplicatesOfQoS2), qos: '0/1' },
    ),
    ...when(
      reordered > total.cutOff * receivers,
      'reordered',
      `${count(reordered, 'message')} arrived out of order`,
      {
        count: whole(reordered),
      },
    ),
    ...when(
      unconfirmed > 0,
      'unconfirmed',
      `${count(unconfirmed, 'message')} were never confirmed to their publisher`,
      { count: whole(unconfirmed) },
    ),
    ...when(
      connectFailures > 0,
      'connect-failures',
      `${count(connectFailures, 'attempt')} to connect failed${first}`,
      { count: whole(connectFailures), first: trouble ?? '?' },
    ),
    ...when(
      connectionsLost > 0,
      'connections-lost',
      `${count(connectionsLost, 'connection')} were lost${connectFailures > 0 ? '' : first}`,
      { count: whole(connectionsLost), first: trouble ?? '?' },
    ),
  ];
}

/** What the generator could not do. */
function ownLimits(result: Omit<LoadResult, 'remarks'>): Remark[] {
  const { measured, measuredS, rateWanted, load, latencies, total, workers } = result;
  const perSecond = (number: number) => (measuredS > 0 ? number / measuredS : 0);
  const rate = perSecond(measured.sent);
  // A device that is away by plan does not send.
  const possible = (rateWanted ?? 0) - perSecond(measured.dueWhileAway);
  const lagMs = latencies.lag?.p99Ms ?? 0;
  return [
    ...when(measuredS <= 0, 'nothing-measured', 'It ended before anything was measured'),
    ...when(
      rateWanted !== undefined && measuredS > 0 && rate < possible * RATE_REACHED,
      'rate-not-reached',
      `${whole(rate)} messages/s were sent, ${whole(rateWanted ?? 0)} were asked for`,
      { rate: whole(rate), wanted: whole(rateWanted ?? 0) },
    ),
    ...when(
      total.skipped > 0,
      'skipped',
      `${count(total.skipped, 'message')} were due and not sent: too many were under way`,
      { count: whole(total.skipped) },
    ),
    ...limit(
      load.worker > BUSY,
      'worker-busy',
      `A worker's event loop was busy ${percent(load.worker)} of the time: `
        + `give --workers more than ${workers}`,
      { part: percent(load.worker), workers },
    ),
    ...limit(
      load.cpu > BUSY,
      'cpu-full',
      `Its own processes used ${percent(load.cpu)} of this machine: use a larger one, or several`,
      { part: percent(load.cpu) },
    ),
    ...limit(
      load.machine > MACHINE_BUSY,
      'machine-busy',
      `This machine was busy ${percent(load.machine)} of the time: `
        + 'what else ran there, perhaps the broker, had to wait',
      { part: percent(load.machine) },
    ),
    ...limit(
      lagMs > LATE_MS,
      'late',
      `1 % of the messages were sent ${lagMs.toFixed(0)} ms late or more; that is in their latency`,
      { ms: lagMs.toFixed(0) },
    ),
  ];
}

function when(holds: boolean, code: RemarkCode, text: string, values: RemarkValues = {}): Remark[] {
  return holds ? [{ code, text, values, bottleneck: false }] : [];
}

/** It is itself the bottleneck. */
function limit(holds: boolean, code: RemarkCode, text: string, values: RemarkValues): Remark[] {
  return holds ? [{ code, text, values, bottleneck: true }] : [];
}

function count(number: number, what: string): string {
  return `${whole(number)} ${what}${number === 1 ? '' : 's'}`;
}

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

const RATE_REACHED = 0.98;
const BUSY = 0.9;
const MACHINE_BUSY = 0.95;
/** Ten times what the timers of Node.js are late by themselves. */
const LATE_MS = 20;
