/**
 * Nothing can be written to this store any more, and what was not safe is lost. What was safe is
 * there when it is opened again.
 */
export class StoreLost extends Error {
  override readonly name = 'StoreLost';
}
