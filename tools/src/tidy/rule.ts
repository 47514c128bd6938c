import type { Tree } from './tree.js';

/** A place that breaks a house rule, and what to do about it. */
export interface Finding {
  /** From the repository's folder. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** A house rule. It sees the whole tree as text, never a disk, so that its tests are tables. */
export interface Rule {
  /** In kebab-case; findings and exemptions carry it. */
  readonly name: string;
  /** One sentence for docs/house-rules.md. */
  readonly doc: string;
  /** Whether a comment `tidy-allow NAME: reason` can excuse a place. */
  readonly excusable: boolean;
  check(tree: Tree): Iterable<Finding>;
}
