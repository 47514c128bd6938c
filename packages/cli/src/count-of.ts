/** `1 message`, `2 messages`: a count and what is counted, which takes an s where it is not one. */
export function countOf(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
