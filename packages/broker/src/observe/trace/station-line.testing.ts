import type { Station } from './station.js';
import type { TraceReceivers, TraceView } from './trace.js';

/** A station in a few words, without its times: `sent c @ 1 dup`. */
export function stationLine(station: Station): string {
  const { kind, clientId, topic, qos, retain, dup, rule, reason, outcome, packet } = station;
  const { subscribers, groups, commit, others } = station;
  const words = [
    kind,
    clientId === '' ? '(program)' : clientId,
    topic,
    qos !== undefined && `@ ${qos}`,
    retain === true && 'retain',
    dup === true && 'dup',
    reason,
    rule !== undefined && `by ${rule}`,
    outcome,
    packet,
    subscribers,
    groups !== undefined && groups > 0 && `groups ${groups}`,
    commit !== undefined && 'on disk',
    others && `sent ${others.sent} queued ${others.queued} dropped ${others.dropped}`,
  ];
  return words.filter((word) => word !== undefined && word !== false).join(' ');
}

/** All that a trace has kept. */
export function stationLines(trace: TraceView): string[] {
  return trace.read(0, Infinity).stations.map(stationLine);
}

/** Waits until a station came that reads so. @returns All until then. */
export async function linesUntil(trace: TraceView, last: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const { stations } of trace.follow()) {
    for (const station of stations) {
      lines.push(stationLine(station));
      if (lines.at(-1) === last) return lines;
    }
  }
  throw new Error(`The trace has ended without '${last}': ${lines.join(', ')}`);
}

/** For traces that are not of a receiver. */
export const NO_RECEIVERS: TraceReceivers = { generation: 0, includes: () => false };
