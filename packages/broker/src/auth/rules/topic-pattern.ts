import type { Principal } from '../../model/principal.js';

/**
 * A topic filter in which `%u` stands for the user name and `%c` for the client identifier of who
 * is asked about; `%%` is a percent sign.
 *
 * Whatever a client is called, it cannot widen the filter: a name that is empty or holds `+`, `#`
 * or `/`, and one that begins with `$` where the filter begins with it, gives no filter at all
 * ({@link filterFor}), so the rule does not match.
 */
export class TopicPattern {
  /** As the operator wrote it. */
  readonly text: string;
  readonly #parts: readonly Part[];
  /** The filter where no name is wanted; it is the same for everybody. */
  readonly fixed: string | undefined;

  /** @param text Without a {@link patternProblem}. */
  constructor(text: string) {
    this.text = text;
    this.#parts = partsOf(text);
    const isFixed = this.#parts.every((part) => typeof part === 'string');
    this.fixed = isFixed ? this.#parts.join('') : undefined;
  }

  /** Levels; `undefined` for one that depends on the client. */
  get levels(): readonly (string | undefined)[] {
    return this.text.split('/').map((level) => {
      const parts = partsOf(level);
      return parts.every((part) => typeof part === 'string') ? parts.join('') : undefined;
    });
  }

  /** The filter of this client; `undefined` if a name of its cannot stand in a filter. */
  filterFor(client: Principal): string | undefined {
    if (this.fixed !== undefined) return this.fixed;
    if (this.nameProblem(client) !== undefined) return undefined;
    return this.#parts
      .map((part) => (typeof part === 'string' ? part : nameOf(part, client)))
      .join('');
  }

  /** Why a name of this client cannot stand in the filter: `the user name holds +`. */
  nameProblem(client: Principal): string | undefined {
    for (const [at, part] of this.#parts.entries()) {
      if (typeof part === 'string') continue;
      const name = nameOf(part, client);
      const problem = nameProblem(name, at === 0);
      if (problem !== undefined) return `the ${part.stands} ${problem}`;
    }
    return undefined;
  }
}

/** What is wrong with the `%` of a pattern, as what is wanted; `undefined` if nothing is. */
export function patternProblem(text: string): string | undefined {
  for (const level of text.split('/')) {
    let names = 0;
    for (let at = level.indexOf('%'); at >= 0; at = level.indexOf('%', at + 2)) {
      const letter = level.charAt(at + 1);
      if (letter === 'u' || letter === 'c') names++;
      else if (letter !== '%') return 'a topic filter with no % but %u, %c and %% (a percent sign)';
    }
    // `%u-%c`: the user `a-b` with the client `c` would be the user `a` with the client `b-c`.
    if (names > 1) return 'a topic filter with at most one of %u and %c in a level';
  }
  return undefined;
}

/**
 * Why a name that a client brings cannot stand in a level of a topic filter.
 *
 * @param isFirst Whether the filter would begin with it.
 */
export function nameProblem(name: string, isFirst = false): string | undefined {
  if (name === '') return 'is empty';
  for (const unsafe of ['+', '#', '/']) if (name.includes(unsafe)) return `holds ${unsafe}`;
  return isFirst && name.startsWith('$') ? 'begins with $' : undefined;
}

interface Placeholder {
  readonly stands: 'user name' | 'client identifier';
}

type Part = string | Placeholder;

const USER: Placeholder = { stands: 'user name' };
const CLIENT: Placeholder = { stands: 'client identifier' };

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', start)) {
    if (at > start) parts.push(text.slice(start, at));
    const letter = text.charAt(at + 1);
    if (letter === 'u') parts.push(USER);
    else if (letter === 'c') parts.push(CLIENT);
    else parts.push('%');
    start = at + 2;
  }
  if (start < text.length) parts.push(text.slice(start));
  return parts;
}

function nameOf(part: Placeholder, client: Principal): string {
  return (part === USER ? client.username : client.clientId) ?? '';
}
