import { countOf } from '../count-of.js';
import type { CommandContext } from '../command-context.js';
import type { Voice } from '../mqtt/client-session.js';
import type { Ending } from '../mqtt/ending.js';
import type { Arrival, MessageLine } from '../mqtt/message-line.js';
import type { MessageSink } from '../mqtt/message-sinks.js';
import type { ViewPlan } from '../mqtt/view-flags.js';
import { safeText } from '../safe-log-line.js';
import type { ScreenSize } from '../terminal/terminal-screen.js';
import { cutText } from '../terminal/fit-text.js';
import { shortNumber } from '../terminal/short-number.js';
import { countLines } from './count-lines.js';
import { DecayingRate } from './decaying-rate.js';
import { LivePicture } from './live-picture.js';
import { RateMeter } from './rate-meter.js';
import { TopicTally } from './topic-tally.js';
import { treeLines } from './tree-lines.js';
import { valueText } from './value-text.js';
import { watchLines } from './watch-lines.js';

export interface SubViewParts {
  readonly plan: ViewPlan;
  readonly filters: readonly string[];
  /** How values are shown. */
  readonly line: MessageLine;
  readonly context: Pick<CommandContext, 'print' | 'screen'>;
  readonly voice: Voice;
}

/** What `magpie sub` shows in the place of messages: see {@link ViewPlan}. */
export class SubView {
  readonly #parts: SubViewParts;
  readonly #tally: TopicTally;
  readonly #rate = new DecayingRate(nowMs());
  #meter: RateMeter | undefined;
  #timer: NodeJS.Timeout | undefined;
  #picture: LivePicture | undefined;
  #printing: Promise<void> | undefined;
  #begun = false;

  constructor(parts: SubViewParts) {
    this.#parts = parts;
    this.#tally = new TopicTally(valueText(parts.line));
  }

  /** The lines of the connection; where something is drawn, they are drawn with it. */
  get voice(): Voice {
    const { voice } = this.#parts;
    const err = (line: string) => (this.#picture === undefined ? voice.err : this.#say)(line);
    return { ...voice, err };
  }

  /** Gets messages; what fails ends it all. */
  open(ending: Ending): MessageSink {
    const { plan, context } = this.#parts;
    if (plan.rate) this.#meter = new RateMeter(nowMs(), plan.json);
    if (plan.picture !== undefined && context.screen() !== undefined) {
      this.#picture = new LivePicture({
        context,
        title: () => this.#title(),
        lines: (size) => this.#lines(size),
        failed: (error) => ending.failed(error),
      });
    }
    return {
      take: (arrival) => this.#take(arrival),
      begin: () => this.#begin(ending),
      finish: () => this.#finish(),
    };
  }

  #take(arrival: Arrival): undefined {
    this.#rate.add(1, arrival.atMs);
    this.#meter?.count(arrival.message.payload.length);
    this.#tally.take(arrival);
    this.#picture?.touch();
    return undefined;
  }

  #begin(ending: Ending): void {
    this.#begun = true;
    this.#picture?.start();
    const meter = this.#meter;
    if (meter === undefined) return;
    this.#timer = setInterval(() => {
      // A reader that is slower than that gets a line about a longer time.
      if (this.#printing !== undefined) return;
      this.#printing = this.#parts.context.print(`${meter.look(nowMs())}\n`);
      this.#printing.then(
        () => {
          this.#printing = undefined;
        },
        (error: unknown) => ending.failed(error),
      );
    }, LINE_MS);
  }

  async #finish(): Promise<void> {
    clearInterval(this.#timer);
    const { plan, voice, context } = this.#parts;
    const said = await this.#picture?.finish();
    this.#picture = undefined;
    for (const line of said ?? []) voice.err(line);
    await this.#printing;
    if (!this.#begun) return;
    const lines = [
      ...(plan.picture === 'tree' && context.screen() === undefined ? this.#wholeTree() : []),
      ...(plan.counts ? this.#counts() : []),
    ];
    if (lines.length > 0) await context.print(`${lines.join('\n')}\n`);
  }

  readonly #say = (line: string): void => this.#picture?.say(line);

  #title(): string {
    const { messages, size } = this.#tally;
    const asked = this.#parts.filters.join(' ').slice(0, TITLE_CHARACTERS_MAX);
    const filters = cutText(safeText(asked), FILTER_COLUMNS);
    const perSecond = shortNumber(this.#rate.perSecond(nowMs()));
    const counts = `${countOf(messages, 'message')}, ${countOf(size, 'topic')}, ${perSecond}/s`;
    return `magpie sub ${filters}  ${counts}${this.#leftOut()}`;
  }

  #lines(size: ScreenSize): string[] {
    const { picture, order = 'topic' } = this.#parts.plan;
    if (picture === 'tree') return treeLines(this.#tally, size);
    return watchLines(this.#tally, { order, atMs: nowMs(), size });
  }

  #wholeTree(): string[] {
    const lines = treeLines(this.#tally, { columns: Infinity, rows: Infinity });
    const { leftOut } = this.#tally;
    return leftOut === 0 ? lines : [...lines, `… ${countOf(leftOut, 'message')} of further topics`];
  }

  #counts(): string[] {
    const { order = 'count', json } = this.#parts.plan;
    return countLines(this.#tally, { order, atMs: nowMs(), json });
  }

  #leftOut(): string {
    const { leftOut } = this.#tally;
    return leftOut === 0 ? '' : `; ${leftOut} of further topics left out`;
  }
}

const LINE_MS = 1000;

/** In ms since 1970, as messages have it; it never goes back. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

const TITLE_CHARACTERS_MAX = 1000;
/** The counts behind it matter more. */
const FILTER_COLUMNS = 30;
