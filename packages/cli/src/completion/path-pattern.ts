import type { CompletionPlace } from './completion-places.js';
import { quoteWord } from './quote-word.js';

/** The pattern of everything that is a command, for the `case` of bash and zsh. */
export function pathPattern(places: readonly CompletionPlace[]): string {
  return places.map(({ path }) => quoteWord(path)).join(' | ');
}
