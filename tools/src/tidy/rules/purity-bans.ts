import { type Ban, functionCalls, methodCalls, nameOf } from '../ban.js';
import { isForTests, isLibrary } from '../places.js';

/** Code that may speak to a terminal, read the clock, end the process. */
const isProgram = (path: string): boolean =>
  /^(packages\/cli|quality|tools|examples|deploy)\//.test(path);

const isLibraryBesideClock = (path: string): boolean =>
  isLibrary(path) && !/\/model\/clock[^/]*$/.test(path);

/** What would make a run differ from the one before it, or reach past the interfaces for it. */
export const PURITY_BANS: readonly Ban[] = [
  {
    name: 'no-console',
    doc: 'Libraries do not print: the host decides where a log goes.',
    where: (path) => path.startsWith('packages/') && !isProgram(path) && !isForTests(path),
    find: (file) =>
      file.nodes('MemberExpression').filter(({ node }) => nameOf(node.object) === 'console'),
    message: 'console',
    fix: 'take a Logger as an argument',
  },
  {
    name: 'no-process-exit',
    doc: 'Only main.ts ends the process; all else returns, so that its work can end.',
    where: (path) => !isForTests(path) && !/(^|\/)main\.[cm]?[jt]s$/.test(path),
    find: (file) => methodCalls(file, ['process'], ['exit', 'abort']),
    message: 'process.exit',
    fix: 'return a code to main.ts',
  },
  {
    name: 'no-own-clock',
    doc: 'Libraries ask the Clock they were given for the time; only model/clock reads a real one.',
    where: isLibraryBesideClock,
    find: (file) => [
      ...methodCalls(file, ['Date', 'performance'], ['now']),
      ...methodCalls(file, ['process'], ['hrtime', 'uptime']),
      ...file
        .nodes('NewExpression')
        .filter(({ node }) => nameOf(node.callee) === 'Date' && node.arguments.length === 0),
    ],
    message: 'a look at the real clock',
    fix: 'take the time as an argument, or a Clock (model/clock.ts)',
  },
  {
    name: 'no-own-timer',
    doc: 'Libraries arm no timers of their own: one wheel drives all deadlines.',
    where: isLibraryBesideClock,
    find: (file) => functionCalls(file, ['setTimeout', 'setInterval']),
    message: 'a timer of its own',
    fix: 'ask the Clock (model/clock.ts) or the timer wheel',
  },
  {
    name: 'no-random',
    doc: 'Libraries draw no random numbers of their own: a run of the simulation must replay.',
    where: isLibrary,
    find: (file) => methodCalls(file, ['Math'], ['random']),
    message: 'Math.random',
    fix: 'take the source of chance as an argument',
  },
  {
    name: 'no-regex',
    doc:
      'No regular expressions in `protocol`, nor in the broker but for config, observe, stores and '
      + 'admin: what is matched there comes from clients, who could choose what takes longest.',
    where: (path) => isLibrary(path) && CLIENT_TEXT.test(path),
    find: (file) => [
      ...file.nodes('Literal').filter(({ node }) => 'regex' in node),
      ...file.nodes('NewExpression').filter(({ node }) => nameOf(node.callee) === 'RegExp'),
    ],
    message: 'a regular expression where text of clients is handled',
    fix: 'walk over the characters',
  },
];

/** Where text of clients is handled. */
const CLIENT_TEXT = /^packages\/(protocol\/src\/|broker\/src\/(?!(config|observe|stores|admin)\/))/;
