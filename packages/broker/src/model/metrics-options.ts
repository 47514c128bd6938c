import { parseSharedFilter, ProtocolError, validateTopicFilter } from '@magpie/protocol';

/** What the broker tells of itself beyond what it counts anyway. */
export interface MetricsOptions {
  /**
   * Seconds from one time to the next that the broker tells of itself on `$SYS/broker/…`; 0: never.
   */
  readonly sysInterval: number;
  /** Topic filters whose messages are counted by themselves: `magpie_topic_…{filter="…"}`. */
  readonly topics: readonly string[];
}

type GivenOptions = {
  readonly [Name in keyof MetricsOptions]?: MetricsOptions[Name] | undefined;
};

/** Range and default of {@link MetricsOptions.sysInterval}, in seconds. */
export const SYS_INTERVAL_S = { min: 0, max: 86_400, default: 10 } as const;

/** Most of {@link MetricsOptions.topics}: each is a value of five metrics. */
export const METERED_TOPICS_MAX = 64;

/**
 * Fills what is left out with the defaults.
 *
 * @throws {RangeError} if the interval or the number of filters is out of range.
 * @throws {TypeError} naming the filter that is none, or that stands there twice.
 */
export function metricsOptionsFrom(given: GivenOptions = {}): MetricsOptions {
  const { sysInterval = SYS_INTERVAL_S.default, topics = [] } = given;
  const { min, max } = SYS_INTERVAL_S;
  if (!Number.isSafeInteger(sysInterval) || sysInterval < min || sysInterval > max) {
    throw new RangeError(
      `metrics.sysInterval must be an integer from ${min} to ${max} (s): `
        + `current value is ${String(sysInterval)}`,
    );
  }
  if (topics.length > METERED_TOPICS_MAX) {
    throw new RangeError(
      `metrics.topics must be at most ${METERED_TOPICS_MAX} filters: there are ${topics.length}`,
    );
  }
  for (const [index, topic] of topics.entries()) {
    const problem = topics.indexOf(topic) < index ? 'it is there twice' : meteredProblem(topic);
    if (problem !== undefined) throw new TypeError(`metrics.topics has '${topic}': ${problem}`);
  }
  return { sysInterval, topics: [...topics] };
}

/** Why messages of this filter cannot be counted, in words; `undefined`: they can. */
export function meteredProblem(filter: string): string | undefined {
  const problem = validateTopicFilter(filter);
  if (problem !== undefined) return problem;
  return isShared(filter) ? 'a share group is no part of a topic' : undefined;
}

function isShared(filter: string): boolean {
  try {
    return parseSharedFilter(filter) !== undefined;
  } catch (error) {
    if (error instanceof ProtocolError) return true;
    throw error;
  }
}
