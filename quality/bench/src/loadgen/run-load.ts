import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { parseLoadLine } from './load-result.js';
import type { LoadResult } from './load-result.js';

/** One run of the load generator. */
export interface Load {
  /** Its path: see compile-loadgen.ts. */
  readonly loadgen: string;
  readonly program: string;
  readonly options: Readonly<Record<string, number | string>>;
}

/** What is read of the broker at the marks. */
export interface Usage {
  readonly cpuNs: number;
  readonly waitNs: number;
  readonly residentBytes: number;
}

/** The load's own result, and what the broker used between the marks. */
export interface LoadOutcome {
  readonly result: LoadResult;
  /** All measured pieces together. */
  readonly brokerCpuNs: number;
  readonly brokerWaitNs: number;
  /** Growth from the first `begin` to the last `end`. */
  readonly residentBytes: number;
}

/**
 * Runs the load generator and reads the broker's usage at its marks, while it waits for our answer.
 *
 * @throws with its own words if the run breaks off.
 */
export async function runLoad(load: Load, readUsage: () => Usage): Promise<LoadOutcome> {
  const options = Object.entries(load.options).map(([name, value]) => `${name}=${value}`);
  const child = spawn(load.loadgen, [load.program, ...options], { stdio: 'pipe' });
  const exited = once(child, 'close') as Promise<[code: number | null]>;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const meter = new Meter(readUsage);
  let result: LoadResult | undefined;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = parseLoadLine(text);
    if (line.type === 'result') {
      result = line.result;
    } else {
      meter.mark(line.type);
      child.stdin.write('\n');
    }
  }
  const [code] = await exited;
  if (code !== 0 || result === undefined) {
    throw new Error(errors.trim() || `The load generator ended with code ${code}`);
  }
  return { result, ...meter.total };
}

/** Adds up usage between `begin` and `end`, which may come more than once. */
class Meter {
  readonly #readUsage: () => Usage;
  #first: Usage | undefined;
  #begin: Usage | undefined;
  #cpuNs = 0;
  #waitNs = 0;
  #residentBytes = 0;

  constructor(readUsage: () => Usage) {
    this.#readUsage = readUsage;
  }

  get total(): Omit<LoadOutcome, 'result'> {
    return {
      brokerCpuNs: this.#cpuNs,
      brokerWaitNs: this.#waitNs,
      residentBytes: this.#residentBytes,
    };
  }

  mark(type: 'begin' | 'end'): void {
    const usage = this.#readUsage();
    this.#first ??= usage;
    if (type === 'begin') {
      this.#begin = usage;
      return;
    }
    if (this.#begin === undefined) throw new TypeError('The load generator said end before begin');
    this.#cpuNs += usage.cpuNs - this.#begin.cpuNs;
    this.#waitNs += usage.waitNs - this.#begin.waitNs;
    this.#residentBytes = usage.residentBytes - this.#first.residentBytes;
    this.#begin = undefined;
  }
}
