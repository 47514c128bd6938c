import type { Finding } from './rule.js';
import type { SourceFile } from './source-file.js';

/**
 * A comment that allows what a rule forbids: `tidy-allow NAME: reason`.
 *
 * It holds for its own line and the one after it. Before the first statement of a file it holds for
 * the whole file.
 */
export interface Excuse {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly reason: string;
  /** Whether it stands before all code. */
  readonly wholeFile: boolean;
  /** Last line of its comment. */
  readonly lastLine: number;
}

const EXCUSE = /\btidy-allow ([a-z-]+)(?::[ \t]*(.*))?/g;

export function excusesOf(file: SourceFile): Excuse[] {
  if (!file.text.includes('tidy-allow')) return [];
  const firstStatement = file.program.body[0]?.start ?? Infinity;
  return file.comments.flatMap((comment) =>
    [...comment.value.matchAll(EXCUSE)].map((match) => ({
      path: file.path,
      line: file.lineAt(comment.start + match.index),
      rule: match[1] ?? '',
      reason: match[2]?.trim() ?? '',
      wholeFile: comment.end <= firstStatement,
      lastLine: file.lineAt(comment.end),
    })),
  );
}

export function excuses(excuse: Excuse, rule: string, { path, line }: Finding): boolean {
  if (excuse.rule !== rule || excuse.path !== path) return false;
  return excuse.wholeFile || (line >= excuse.line && line <= excuse.lastLine + 1);
}
