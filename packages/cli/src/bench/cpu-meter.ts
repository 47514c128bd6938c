import { availableParallelism, cpus } from 'node:os';

interface CpuTimes {
  readonly busyMs: number;
  readonly allMs: number;
}

/** How much of the machine is used, from one look to the next. */
export class CpuMeter {
  readonly #cores = availableParallelism();
  readonly #read: () => CpuTimes;
  #machine: CpuTimes;
  #ownUs = 0;
  #atMs: number;

  constructor(read: () => CpuTimes = readMachine, nowMs = performance.now()) {
    this.#read = read;
    this.#machine = read();
    this.#atMs = nowMs;
  }

  /**
   * @param ownUs CPU time of all own processes since their start, in µs.
   * @returns Parts of what there is, 0 to 1, since it was asked before.
   */
  look(
    ownUs: number,
    nowMs = performance.now(),
  ): { readonly cpu: number; readonly machine: number } {
    const before = this.#machine;
    const elapsedUs = (nowMs - this.#atMs) * 1000 * this.#cores;
    const cpu = elapsedUs > 0 ? (ownUs - this.#ownUs) / elapsedUs : 0;
    this.#machine = this.#read();
    this.#atMs = nowMs;
    this.#ownUs = ownUs;
    const allMs = this.#machine.allMs - before.allMs;
    const machine = allMs > 0 ? (this.#machine.busyMs - before.busyMs) / allMs : 0;
    return { cpu: Math.min(1, Math.max(0, cpu)), machine: Math.min(1, Math.max(0, machine)) };
  }
}

function readMachine(): CpuTimes {
  let [busyMs, allMs] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    allMs += busy + times.idle;
  }
  return { busyMs, allMs };
}
