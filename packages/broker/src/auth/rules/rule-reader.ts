import { loadInThread, ThreadEnded, type ThreadWork } from '../../config/load-in-thread.js';
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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The same as `parseRuleFile`. A file that takes more than {@link THREAD} allows, and one that is
   * not read to its end when the broker is closed, has that as its problem.
   *
   * @param file Its name, for messages.
   */
  read(text: string, file: string): Promise<ParsedRules> {
    const read = this.#last.then(() => this.#read({ text, file }));
    this.#last = read.catch(() => undefined); // who has asked for it is told
    return read;
  }

  /** Ends what is under way, and the thread with it. */
  end(): void {
    this.#end.abort();
  }

  async #read(data: RuleText): Promise<ParsedRules> {
    const { file } = data;
    try {
      const { signal } = this.#end;
      const pieces = await loadInThread({ ...THREAD, data }, this.#clock, signal);
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

/** A hundred thousand rules take 1.5 GB and, on a machine that does nothing else, 10 s. */
const THREAD: Omit<ThreadWork, 'data'> = {
  module: new URL('./rule-pieces.js', import.meta.url),
  timeMsMax: 60_000,
  memoryMiBMax: 2048,
};
