import type { Budget } from './budgets.js';
import { bundle } from './bundle.js';

/** Source files that a complaint names. */
const LARGEST_SHOWN = 12;

/** Bundles what a budget is for. @returns What is wrong, or `undefined`. */
export async function checkBudget({
  name,
  code,
  gzipBytesMax,
}: Budget): Promise<string | undefined> {
  const { gzipBytes, parts } = await bundle(code);
  if (gzipBytes <= gzipBytesMax) return undefined;
  const largest = parts.slice(0, LARGEST_SHOWN).map(([file, bytes]) => `  ${bytes}  ${file}`);
  return [
    `${name}: ${gzipBytes} bytes, at most ${gzipBytesMax} are allowed`,
    'Make it smaller, or find out why something else came along. Bytes before compression:',
    ...largest,
  ].join('\n');
}
