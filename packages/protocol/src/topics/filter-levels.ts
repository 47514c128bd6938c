const DOLLAR = 0x24;

/**
 * The levels of a valid topic filter, so that no topic is hidden in a short form: `#` is written as
 * `+/#`, and `/#` as `/+/#`, since their parent, the topic without a character, cannot be
 * (MQTT-4.7.3-1).
 */
export function filterLevels(filter: string): string[] {
  if (filter === '#') return ['+', '#'];
  if (filter === '/#') return ['', '+', '#'];
  return filter.split('/');
}

/** Whether a level is one that a leading wildcard does not match (MQTT-4.7.2-1). */
export function isHiddenLevel(level: string | undefined): boolean {
  return level !== undefined && level.charCodeAt(0) === DOLLAR;
}
