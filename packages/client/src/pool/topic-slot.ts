/**
 * Which of `slots` connections a topic goes by: the same one every time, so that its messages stay
 * in order. FNV-1a over the text, and then mixed.
 */
export function topicSlot(topic: string, slots: number): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < topic.length; at++) {
    hash = Math.imul(hash ^ topic.charCodeAt(at), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) % slots;
}
