import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freshFolder } from '../../fresh-folder.testing.js';

/** A file with this text. @returns Its path. */
export async function scenarioFile(t: TestContext, text: string): Promise<string> {
  const path = join(await freshFolder(t), 'scenario.yaml');
  await writeFile(path, text);
  return path;
}

/** One of the scenarios that are delivered, with all times of coming and going so much shorter. */
export async function shortened(name: string, factor: number): Promise<string> {
  const file = new URL(`../../../scenarios/${name}.yaml`, import.meta.url);
  const less = (number: string) => String(Number((Number(number) / factor).toFixed(4)));
  return (await readFile(file, 'utf8'))
    .replaceAll(
      /\b(after|away): \[(\d+), (\d+)\]/g,
      (_, key: string, low: string, high: string) => {
        return `${key}: [${less(low)}, ${less(high)}]`;
      },
    )
    .replaceAll(/\b(at|every|duration|period): (\d+)/g, (_, key: string, number: string) => {
      return `${key}: ${less(number)}`;
    })
    .replace(/warmUp: .*/, 'warmUp: 0.2')
    .replace(/ramp: .*/, 'ramp: 0.2')
    .replace('rate: 2', 'rate: 20');
}
