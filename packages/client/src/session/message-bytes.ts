/** What a message counts for limits in bytes: its topic, roughly, and its payload. */
export function messageBytes(message: {
  readonly topic: string;
  readonly payload: Uint8Array;
}): number {
  return message.topic.length + message.payload.length;
}
