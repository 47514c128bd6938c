import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from './program.testing.js';

/**
 * The programs that stand in a page of docs/guides, and what they print.
 *
 * A block of code whose fence ends in `run=NAME` is a piece of the program NAME of its page; the
 * pieces of one name are one program, in their order. A block `text output=NAME` is what it prints.
 * An HTML comment that starts with `run=NAME` is a piece that readers do not see: it uses what the
 * visible ones have made, as a client would. Nothing else is run. Programs are for Node.js, and for
 * the shell where the visible pieces are `sh`.
 */
export interface GuideProgram {
  readonly name: string;
  readonly language: 'js' | 'sh';
  readonly code: string;
  /** Undefined: the page does not say. */
  readonly output: string | undefined;
}

const GUIDES = 'docs/guides';
/** In the order of their alternatives: a fenced block; a comment. */
const PIECE = /^```(\w+)(?: (run|output)=(\S+))?\n(.*?)^```$|^<!-- run=(\S+)\n(.*?)^-->$/gms;
/** A port that a reader would choose. A test takes a free one. */
const USUAL_PORT = /\b(1883|8083|8080)\b/g;

interface Piece {
  /** `js`, `sh` or `text`; undefined for a piece that is not seen. */
  readonly language: string | undefined;
  readonly role: string | undefined;
  readonly name: string | undefined;
  readonly text: string;
}

/** Paths of all guides below docs/guides, e.g. `zh-CN/embedding.md`. */
export async function guidePaths(): Promise<string[]> {
  const paths = await readdir(join(REPOSITORY, GUIDES), { recursive: true });
  return paths.filter((path) => path.endsWith('.md')).sort();
}

export async function readGuide(path: string): Promise<string> {
  return readFile(join(REPOSITORY, GUIDES, path), 'utf8');
}

/** The programs of a page, in the order in which they begin. */
export function programsOf(page: string): GuideProgram[] {
  const pieces = piecesOf(page);
  const runs = pieces.filter(({ role }) => role === 'run');
  const names = new Set(runs.map(({ name }) => name as string));
  return [...names].map((name) => {
    const own = runs.filter((piece) => piece.name === name);
    const output = pieces.find((piece) => piece.role === 'output' && piece.name === name)?.text;
    const language = own.some((piece) => piece.language === 'sh') ? 'sh' : 'js';
    return { name, language, code: own.map(codeOf).join('\n'), output };
  });
}

/** The code that readers see, without comments: the same in every language. */
export function visibleCode(page: string): string[] {
  const seen = piecesOf(page).filter(({ language }) => language !== undefined);
  return seen.map(({ language, text }) => {
    const comment = language === 'sh' ? /(^|\s)# .*$/gm : /(^|\s)\/\/ .*$/gm;
    return text.replace(comment, '$1').trimEnd();
  });
}

function piecesOf(page: string): Piece[] {
  return [...page.matchAll(PIECE)].map(([, language, role, name, text, hiddenName, hidden]) => {
    if (language === undefined)
      return { language, role: 'run', name: hiddenName, text: hidden ?? '' };
    return { language, role, name, text: text ?? '' };
  });
}

function codeOf({ language, text }: Piece): string {
  return language === undefined ? text : text.replace(USUAL_PORT, '0');
}
