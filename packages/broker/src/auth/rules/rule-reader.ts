import { loadInThread, ThreadEnded } from '../../config/load-in-thread.js';
import type { Clock } from '../../model/clock.js';
import { Slices } from '../../model/slices.js';
import { type ParsedRules, RuleCompiler } from './rule-compiler.js';
import type { RulePiece, RuleText } from './rule-pieces.js';

/**
 * Reads files of access rules while clients are served: YAML in a thread of its own, the rest in
 * slices of {@link SLICE_MS}. One file after the other.
 */
export class RuleReader {
  readonly #clock: Clock;
  readonly #end = new AbortController();
  /** Resolves when the file that was asked for last has been read. */
  #last: Promise<unknown> = Promise.resolve();
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The same as `parseRuleFile`. A file that takes more time or memory than it may, one that is not
   * read to its end when the broker is closed, and one behind too many others has that as its
   * problem.
   *
   * @param file Its name, for messages.
   */
  async read(text: string, file: string): Promise<ParsedRules> {
    if (this.#underWay >= FILES_MAX) {
      return { problems: [`${file}: it was not read: ${FILES_MAX} others wait to be read`] };
    }
    this.#underWay++;
    const read = this.#last.then(() => this.#read({ text, file }));
    this.#last = read.catch(() => undefined); // who has asked for it is told
    try {
      return await read;
    } finally {
      this.#underWay--;
    }
  }

  /** Ends what is under way, and the thread with it. */
  end(): void {
    this.#end.abort();
  }

  async #read(data: RuleText): Promise<ParsedRules> {
    const { file } = data;
    try {
      const { signal } = this.#end;
      const memoryMiBMax = memoryMiBFor(data.text);
      const work = { module: MODULE, data, timeMsMax: TIME_MS_MAX, memoryMiBMax };
      const pieces = await loadInThread(work, this.#clock, signal);
      const slices = new Slices(this.#clock, SLICE_MS);
      const compiler = new RuleCompiler(file);
      for (let piece = pieces.next(); piece !== undefined; piece = pieces.next()) {
        compiler.add(piece as RulePiece);
        if (slices.isOver) await slices.next();
      }
      return compiler.finish();
    } catch (error) {
      if (!(error instanceof ThreadEnded)) throw error;
      return { problems: [`${file}: it was not read to its end: ${error.message}`] };
    }
  }
}

/** So long others wait. */
const SLICE_MS = 3;

/** Files that are read and that wait, in memory meanwhile. */
const FILES_MAX = 10;

const MODULE = new URL('./rule-pieces.js', import.meta.url);
/** A hundred thousand rules take 10 s on a machine that does nothing else. */
const TIME_MS_MAX = 60_000;

/** Rules take 150 times their text; what is written to take more may not take it all. */
function memoryMiBFor(text: string): number {
  return Math.min(256 * (1 + Math.ceil(text.length / (1024 * 1024))), 3072);
}
