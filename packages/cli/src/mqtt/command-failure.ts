/**
 * A command cannot do what it was asked, through no fault of ours: a full disk, a damaged file. The
 * message is one line; the exit code is `EXIT.failure`.
 */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
