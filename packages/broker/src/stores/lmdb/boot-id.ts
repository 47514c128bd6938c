import { readFileSync } from 'node:fs';

/**
 * Names the run of the machine: another one after each start of its system, the same for all
 * containers. Empty where the system tells none (only Linux does).
 */
export function bootId(path = '/proc/sys/kernel/random/boot_id'): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
