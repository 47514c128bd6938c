import { readdirSync, readFileSync } from 'node:fs';

/** What a process has used until now. */
export interface ProcessUsage {
  /** CPU time of all its living threads, user and system, in ns. */
  readonly cpuNs: number;
  /** Time its threads were ready to run but had no CPU, in ns: how much others were in its way. */
  readonly waitNs: number;
  /** The same time apart, in ticks of 10 ms. */
  readonly userTicks: number;
  readonly systemTicks: number;
  /** Memory of its own that lies in RAM, in bytes. */
  readonly residentBytes: number;
}

/**
 * Reads /proc of a process.
 *
 * The scheduler's own account (`schedstat`, in ns) is taken where the kernel has one; utime + stime
 * of `stat` count the same time in ticks of 10 ms.
 *
 * @throws if there is no such process.
 */
export function readProcessUsage(pid: number): ProcessUsage {
  const { userTicks, systemTicks } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const residentBytes = parseResidentBytes(readFileSync(`/proc/${pid}/status`, 'utf8'));
  const ticksNs = (userTicks + systemTicks) * NS_PER_TICK;
  const { cpuNs, waitNs } = readScheduler(pid) ?? { cpuNs: ticksNs, waitNs: 0 };
  return { cpuNs, waitNs, userTicks, systemTicks, residentBytes };
}

/**
 * CPU time of the first thread, in ns: in Node.js the one of the event loop, without those that
 * collect garbage or wait for the disk beside it.
 *
 * @throws if there is no such process, or its kernel keeps no such account.
 */
export function readFirstThreadNs(pid: number): number {
  return parseSchedstat(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).cpuNs;
}

/**
 * Fields 14 and 15 of /proc/PID/stat. The second field, the command, may hold spaces and brackets.
 */
export function parseStat(text: string): { userTicks: number; systemTicks: number } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { userTicks: numberOf(fields[11], 'utime'), systemTicks: numberOf(fields[12], 'stime') };
}

/** The first two fields of /proc/PID/task/TID/schedstat: time on a CPU and time waiting for one. */
export function parseSchedstat(text: string): { cpuNs: number; waitNs: number } {
  const [cpu, wait] = text.trim().split(' ');
  return { cpuNs: numberOf(cpu, 'schedstat'), waitNs: numberOf(wait, 'schedstat') };
}

/** `VmRSS` of /proc/PID/status in bytes. */
export function parseResidentBytes(text: string): number {
  return numberOf(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1], 'VmRSS') * 1024;
}

/** `RssAnon` of /proc/PID/status in bytes: what lies in RAM and in no file. */
export function parseOwnBytes(text: string): number {
  return numberOf(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1], 'RssAnon') * 1024;
}

/** The soft limit of open files in /proc/PID/limits. */
export function parseOpenFilesMax(text: string): number {
  const limit = /^Max open files\s+(\S+)/m.exec(text)?.[1];
  return limit === 'unlimited' ? Infinity : numberOf(limit, 'Max open files');
}

/** USER_HZ, the unit of /proc: 100 on every Linux that Node.js runs on. */
const NS_PER_TICK = 10_000_000;

function readScheduler(pid: number): { cpuNs: number; waitNs: number } | undefined {
  const sum = { cpuNs: 0, waitNs: 0 };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const text = readIfThere(`/proc/${pid}/task/${thread}/schedstat`);
    if (text === undefined) return undefined;
    const { cpuNs, waitNs } = parseSchedstat(text);
    sum.cpuNs += cpuNs;
    sum.waitNs += waitNs;
  }
  return sum;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function numberOf(text: string | undefined, field: string): number {
  const value = Number(text);
  if (text === undefined || text === '' || !Number.isFinite(value)) {
    throw new TypeError(`${field} must be a number: current value is ${String(text)}`);
  }
  return value;
}
