import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** Where a load test ran. Nothing of it names the machine or its user. */
export interface Environment {
  readonly version: string;
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

/** @param version Of Magpie. */
export function environmentOf(version: string): Environment {
  return {
    version,
    node: process.version,
    system: `${type()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? '?',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}
