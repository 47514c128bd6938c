/**
 * What the operator asked for cannot be had: an address, a file, room on the disk. The message is
 * for him; each of its lines is a problem of its own.
 */
export class ServeFailure extends Error {
  override readonly name = 'ServeFailure';
}
