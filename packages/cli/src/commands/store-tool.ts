import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/**
 * Runs a tool. What the store or the system says is a plain Error in one clear line for the
 * operator; errors of any other kind are our own bugs and stay what they are.
 */
export async function runStoreTool(
  { err, signal }: CommandContext,
  tool: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await tool();
  } catch (error) {
    if (signal.aborted) return EXIT.failure; // whoever asked for the end knows why
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    err(error.message);
    return EXIT.failure;
  }
}

/** `1,234,567 bytes` */
export function bytesInWords(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes`;
}
