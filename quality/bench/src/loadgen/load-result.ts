/** The last line of the load generator. Times are in the unit of their names. */
export interface LoadResult {
  /** Messages published and delivered in the measured pieces. */
  readonly published: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Nothing came any more although something should have. */
  readonly stalled: boolean;
  readonly elapsedS: number;
  readonly generatorCpuS: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
}

/** What a line of the load generator says. */
export type LoadLine =
  | { readonly type: 'begin' | 'end' }
  | { readonly type: 'result'; readonly result: LoadResult };

const NUMBERS = [
  'published',
  'delivered',
  'lost',
  'duplicated',
  'reordered',
  'elapsedS',
  'generatorCpuS',
  'p50Us',
  'p99Us',
  'p999Us',
  'maxUs',
] as const satisfies readonly (keyof LoadResult)[];

/** @throws {TypeError} for a line that is none of the three. */
export function parseLoadLine(line: string): LoadLine {
  if (line === 'begin' || line === 'end') return { type: line };
  if (line.startsWith('result ')) {
    const result = JSON.parse(line.slice('result '.length)) as Record<string, unknown>;
    for (const name of NUMBERS) {
      if (typeof result[name] !== 'number')
        throw new TypeError(`The result lacks ${name}: ${line}`);
    }
    return { type: 'result', result: result as unknown as LoadResult };
  }
  throw new TypeError(`The load generator must say begin, end or result: it said ${line}`);
}
