const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;
const DOLLAR = 0x24;

/**
 * Whether a valid topic filter matches a valid topic name (MQTT 3.1.1, 4.7): levels are compared
 * unit by unit, without normalization (MQTT-4.7.3-4); topics that begin with $ are apart
 * (MQTT-4.7.2-1).
 */
export function matches(filter: string, topic: string): boolean {
  const first = filter.charCodeAt(0);
  if (topic.charCodeAt(0) === DOLLAR && (first === PLUS || first === HASH)) return false;

  let at = 0; // in the topic, at the start of the level that filter[index] begins or is in
  for (let index = 0; index < filter.length; index++) {
    const unit = filter.charCodeAt(index);
    if (unit === HASH) return true;
    if (unit === PLUS) {
      while (at < topic.length && topic.charCodeAt(at) !== SLASH) at++;
    } else if (at < topic.length && topic.charCodeAt(at) === unit) {
      at++;
    } else {
      // `sport/#` also matches its parent `sport` (4.7.1.2).
      return at === topic.length && unit === SLASH && filter.charCodeAt(index + 1) === HASH;
    }
  }
  return at === topic.length;
}
