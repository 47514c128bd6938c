import { stat } from 'node:fs/promises';
import {
  loadTextFile,
  newPasswordHash,
  parseUserFile,
  replaceFile,
  UserLines,
  userNameProblem,
} from '@magpie/broker/server';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';

/** `magpie passwd FILE USER`: sets, changes or deletes a user in a user file. */
export function passwdCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description(
      'Set or change the password of a user in a user file, which is made if it is not there. The '
        + 'password is typed twice, or is the first line of what is piped in. A broker reads the '
        + 'file when it starts, and again on SIGHUP.',
    )
    .argument('<FILE>', 'the user file, `authentication.users` of magpie.yaml')
    .argument('<USER>', 'the name of the user')
    .option('-D, --delete', 'delete the user')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, user: string, options: { delete?: true }) => {
      const change = options.delete === true ? deleteUser : setPassword;
      finish(await change(file, user, context));
    });
}

const EXAMPLES = `
Examples:
  magpie passwd passwd alice
  echo secret | magpie passwd passwd sensor-1
  magpie passwd --delete passwd alice`;

async function setPassword(file: string, user: string, context: CommandContext): Promise<ExitCode> {
  const { err, out } = context;
  const problem = userNameProblem(user);
  if (problem !== undefined) return failed(err, `The user name cannot be used: ${problem}`);
  const lines = await readLines(file, context, true);
  if (lines === undefined) return EXIT.failure;
  const password = await newPassword(context);
  if (password === undefined) return EXIT.failure;
  const isNew = lines.put(user, await newPasswordHash(password));
  if (!(await write(file, lines, context))) return EXIT.failure;
  out(isNew ? `${file} has a new user ${user}` : `${file} has a new password of ${user}`);
  return EXIT.ok;
}

async function deleteUser(file: string, user: string, context: CommandContext): Promise<ExitCode> {
  const { err, out } = context;
  const lines = await readLines(file, context, false);
  if (lines === undefined) return EXIT.failure;
  if (!lines.remove(user)) return failed(err, `There is no user ${user} in ${file}`);
  if (!(await write(file, lines, context))) return EXIT.failure;
  out(`${file} has no user ${user} any more`);
  return EXIT.ok;
}

async function newPassword({
  err,
  readSecret,
  typesSecrets,
}: CommandContext): Promise<string | undefined> {
  const password = await readSecret('Password: ');
  if (password === undefined || password === '') {
    err('The password is empty: nothing was changed');
    return undefined;
  }
  const again = typesSecrets ? await readSecret('Again: ') : password;
  if (again === password) return password;
  err('The passwords differ: nothing was changed');
  return undefined;
}

/** Lines of a user file that is in order; says so otherwise. */
async function readLines(
  file: string,
  { err }: CommandContext,
  mayBeMissing: boolean,
): Promise<UserLines | undefined> {
  const loaded = await loadTextFile(file, FILE_BYTES_MAX);
  if ('problem' in loaded) {
    if (mayBeMissing && !(await isThere(file))) return new UserLines('');
    err(`Cannot read the user file ${file}: ${loaded.problem}`);
    return undefined;
  }
  const { users, problems } = parseUserFile(loaded.text, file);
  // Without users it is no good for a broker, but for us it is.
  const isEmpty = users.size === 0 && problems.length === 1;
  if (problems.length === 0 || isEmpty) return new UserLines(loaded.text);
  for (const problem of problems) err(problem);
  return undefined;
}

/** Readable for its owner alone, unless it was for others before. */
async function write(file: string, { text }: UserLines, { err }: CommandContext): Promise<boolean> {
  try {
    const mode = (await isThere(file)) ? (await stat(file)).mode & 0o777 : 0o600;
    const unfinished = `${file}.${process.pid}.new`; // a broker may write, too
    await replaceFile(file, text, { mode, unfinished });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    err(`Cannot write the user file ${file}: ${code}`);
    return false;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch {
    return false;
  }
}

function failed(err: CommandContext['err'], message: string): ExitCode {
  err(message);
  return EXIT.failure;
}

const FILE_BYTES_MAX = 64 * 1024 * 1024;
