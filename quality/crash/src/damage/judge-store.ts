import { checkStore, exportStore, type Finding } from '@magpie/broker/server';
import { contentOf, type KnownStore } from './known-store.js';
import type { Files } from './damages.js';

/** What became of a damaged store. */
export interface Verdict {
  /**
   * `right`: it opens, and everything is there. `refused`: in one clear line. `new`: it held
   * nothing any more that says that there was a store. `wrong`: anything else.
   */
  readonly outcome: 'right' | 'refused' | 'new' | 'wrong';
  readonly said: string;
}

/**
 * Opens a store whose files were damaged, checks it, and exports what can be read of it: nothing
 * that comes out may be anything else than what was put in.
 */
export async function judgeStore(dir: string, files: Files, known: KnownStore): Promise<Verdict> {
  const opened = await open(dir, known);
  if (opened.outcome === 'wrong' && holdsNothing(files)) return { outcome: 'new', said: '' };
  if (opened.outcome === 'wrong') return opened;
  const problem = (await checkIt(dir, opened)) ?? (await exportIt(dir, known));
  return problem === undefined ? opened : { outcome: 'wrong', said: problem };
}

async function open(dir: string, known: KnownStore): Promise<Verdict> {
  try {
    const difference = differenceOf(await contentOf(dir), known.content);
    if (difference === undefined) return { outcome: 'right', said: '' };
    return { outcome: 'wrong', said: `it opens, and ${difference}` };
  } catch (error) {
    const unclear = unclearIn(error);
    if (unclear !== undefined) return { outcome: 'wrong', said: unclear };
    return { outcome: 'refused', said: (error as Error).message };
  }
}

/** @returns What is wrong. */
async function checkIt(dir: string, opened: Verdict): Promise<string | undefined> {
  try {
    const { damages } = await checkStore(dir);
    if (damages > 0 || opened.outcome === 'right') return undefined;
    return `the check finds nothing where the broker says: ${opened.said}`;
  } catch (error) {
    return unclearIn(error);
  }
}

/** @returns What is wrong. */
async function exportIt(dir: string, known: KnownStore): Promise<string | undefined> {
  const lines: string[] = [];
  const write = async (text: string) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
  };
  const findings: Finding[] = [];
  try {
    await exportStore(dir, write, { onFinding: (finding) => findings.push(finding) });
  } catch (error) {
    return unclearIn(error);
  }
  const expected = new Map<string, Set<string>>();
  for (const line of known.lines) {
    const { what, recipients } = partsOf(line);
    expected.set(what, new Set([...(expected.get(what) ?? []), ...recipients]));
  }
  // What was acknowledged is known from these tables: without them messages are owed once more.
  const isForgotten = findings.some(({ table }) => table === undefined || ACKNOWLEDGED.has(table));
  for (const line of lines) {
    const { type } = JSON.parse(line) as { readonly type?: string };
    if (type === undefined || !PAYLOADS.includes(type)) continue;
    const { what, recipients } = partsOf(line);
    const right = expected.get(what);
    if (right === undefined) return `garbage is exported: ${line.slice(0, 200)}`;
    const wrong = recipients.find((recipient) => !right.has(recipient));
    if (wrong !== undefined && !isForgotten)
      return `a message is exported for somebody else: ${wrong}`;
  }
  return undefined;
}

/** A line of an export, and who gets it. */
function partsOf(line: string): { readonly what: string; readonly recipients: readonly string[] } {
  const { recipients = [], ...rest } = JSON.parse(line) as { readonly recipients?: unknown[] };
  return { what: JSON.stringify(rest), recipients: recipients.map((each) => JSON.stringify(each)) };
}

/** What is not as it should be about an error; `undefined`: it is one clear line. */
function unclearIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `it throws ${String(error)}`;
  const { name, message } = error;
  const isOurs = name === 'Error' || name === 'Damage';
  if (isOurs && message.length > 20 && !message.includes('\n')) return undefined;
  return `it throws what is no clear line: ${error.stack ?? message}`;
}

/** The first line that is not where it should be. */
export function differenceOf(
  found: readonly string[],
  expected: readonly string[],
): string | undefined {
  const at = expected.findIndex((line, index) => line !== found[index]);
  if (at < 0 && found.length === expected.length) return undefined;
  const [is, should] = [found[at < 0 ? expected.length : at], expected[at]];
  return `it holds ${shown(is)} in place of ${shown(should)}`;
}

function shown(line: string | undefined): string {
  return line === undefined ? 'nothing' : line.slice(0, 200);
}

/** Whether nothing says that there was a store. */
export function holdsNothing(files: Files): boolean {
  return !files.has('magpie-store') && (files.get('data.mdb') ?? '').length === 0;
}

/** Tables that say what clients have acknowledged. */
const ACKNOWLEDGED: ReadonlySet<string> = new Set(['progress', 'released']);
/** Lines with something that was published. */
const PAYLOADS: readonly string[] = ['message', 'retained', 'will'];
