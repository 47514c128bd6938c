import type { QoS } from '@magpie/protocol';
import type { Command } from 'commander';
import { countOf } from '../count-of.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { checkFilters } from '../mqtt/check-filters.js';
import { audibleClient, exitCodeOf, type Voice } from '../mqtt/client-session.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf } from '../mqtt/connection-plan.js';
import { addOutputFlags, lineOf, type OutputFlags } from '../mqtt/output-flags.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';
import { checkRecording } from '../record/read-recording.js';
import { type Findings, recordedMessages, type Selection } from '../replay/recorded-messages.js';
import { recordingPaths } from '../replay/recording-paths.js';
import { arrivalOf, RecordingSummary } from '../replay/recording-summary.js';
import { type ReplayPlan, Replayer } from '../replay/replayer.js';
import { timeBound } from '../replay/time-bound.js';
import { topicRule } from '../replay/topic-rule.js';

interface ReplayFlags extends ConnectionFlags, OutputFlags {
  readonly speed: string;
  readonly fast?: true;
  readonly maxPause?: string;
  readonly loop: string;
  readonly map?: readonly string[];
  readonly filter?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly qos?: string;
  readonly retain?: boolean;
  readonly list?: true;
  readonly info?: true;
}

/** `magpie replay FILE …`: what `magpie record` has written, published again. */
export function replayCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Publish again what magpie record has recorded, with the same times in between, and end when '
        + 'the server has it. What is damaged in a file is told and left out.',
    )
    .argument('<FILE...>', 'recordings, one behind the other; also folders and patterns')
    .option('--speed <FACTOR>', '2: twice as fast; 0: as fast as the server takes it', '1')
    .option('--fast', 'the same as --speed 0')
    .option('--max-pause <SECONDS>', 'longest time between two messages')
    .option('--loop <N>', 'so many times; 0: until Ctrl-C', '1')
    .option('--map <RULE>', "FILTER=TOPIC, $1 is the first wildcard: 'a/+=b/$1'; repeat", collect)
    .option('--filter <FILTER>', 'only these topics, as recorded; can be repeated', collect)
    .option('--from <TIME>', 'seconds from the first message on, or a time: 2026-01-31T08:05:09Z')
    .option('--to <TIME>', 'leave out what came then or later')
    .option('-q, --qos <QOS>', 'at this QoS (default: as recorded)')
    .option('-r, --retain', 'retain all (default: as recorded)')
    .option('--no-retain', 'retain none')
    .option('--list', 'publish nothing, print the messages')
    .option('--info', 'publish nothing, say what is in the files');
  addOutputFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: ReplayFlags) => {
      finish(await exitCodeOf(flags, context, (voice) => run(paths, flags, context, voice)));
    });
}

const EXAMPLES = `
Examples:
  magpie replay plant.rec
  magpie replay plant.rec --speed 10 --max-pause 60 -h test.example
  magpie replay plant.rec --map 'plant/#=test/$1' --from 60 --to 120 --loop 0
  magpie replay plant.rec --info
  magpie replay 'plant-20260131*.rec' other.rec recordings/    one behind the other
  magpie replay plant.rec --list -F '%I %t %p' --filter 'plant/+/temperature'

Exit codes: 0 all was published, ${EXIT.warning} but for what is damaged in a file.`;

async function run(
  paths: readonly string[],
  flags: ReplayFlags,
  context: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const selection = selectionOf(paths, flags);
  const plan = planOf(flags);
  const loops = wholeNumber('--loop', flags.loop, 0, 2 ** 31) || Infinity;
  const found = new Told(voice);
  if (flags.info === true) await inform(selection, context, found);
  else if (flags.list === true) await list(selection, flags, context, found);
  else await replay(selection, { plan, loops }, { flags, context, voice, found });
  return found.damaged ? EXIT.warning : EXIT.ok;
}

async function replay(
  asked: Selection,
  { plan, loops }: { readonly plan: ReplayPlan; readonly loops: number },
  parts: {
    readonly flags: ReplayFlags;
    readonly context: CommandContext;
    readonly voice: Voice;
    readonly found: Told;
  },
): Promise<void> {
  const { flags, context, voice, found } = parts;
  const { signal } = context;
  const { server, options, topic } = await planConnection(flags, context.env);
  if (topic !== undefined) throw new UsageError(`Topics are those of the recording: give --map`);
  // A file that cannot be read is told before anybody connects.
  const selection = await located(asked);
  for (const path of selection.paths) await checkRecording(path);
  const client = audibleClient(server, options, voice);
  await using _ended = { [Symbol.asyncDispose]: () => client.end({ drain: false }) };
  await client.start();
  await client.connected(signal);
  const replayer = new Replayer(client, plan, signal);
  const beganAtMs = performance.now();
  try {
    await publishAll(replayer, selection, { loops, findings: found });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await replayer.settled();
  await client.end();
  const { messages, payloadBytes, lateMsMax } = replayer;
  const seconds = ((performance.now() - beganAtMs) / 1000).toFixed(1);
  const late = lateMsMax < LATE_MS_MIN ? '' : `, up to ${Math.round(lateMsMax)} ms late`;
  const [count, bytes] = [countOf(messages, 'message'), countOf(payloadBytes, 'byte')];
  context.out(`Replayed ${count} of ${bytes} in ${seconds} s${late}`);
}

async function publishAll(
  replayer: Replayer,
  selection: Selection,
  { loops, findings }: { readonly loops: number; readonly findings: Told },
): Promise<void> {
  for (let loop = 0; loop < loops; loop++) {
    const before = replayer.messages;
    replayer.restart();
    for await (const messages of recordedMessages(selection, loop === 0 ? findings : SILENT)) {
      await replayer.publish(messages);
    }
    // Nothing, again and again, would never end.
    if (replayer.messages === before) return;
  }
}

async function list(
  asked: Selection,
  flags: ReplayFlags,
  { signal, write }: CommandContext,
  found: Told,
): Promise<void> {
  const line = await lineOf(flags);
  const selection = await located(asked);
  for await (const messages of recordedMessages(selection, found)) {
    for (const message of messages) {
      if (signal.aborted) return;
      const bytes = line(arrivalOf(message));
      if (bytes !== undefined) {
        await write(flags.newline ? Buffer.concat([bytes, LINE_END]) : bytes);
      }
    }
  }
}

async function inform(asked: Selection, context: CommandContext, found: Told): Promise<void> {
  const selection = await located(asked);
  const summary = new RecordingSummary();
  for await (const messages of recordedMessages(selection, found)) {
    context.signal.throwIfAborted();
    for (const message of messages) summary.add(message);
  }
  for (const text of summary.lines()) context.out(text);
}

/** With the files that were meant. */
async function located(selection: Selection): Promise<Selection> {
  return { ...selection, paths: await recordingPaths(selection.paths) };
}

function selectionOf(paths: readonly string[], { filter = [], from, to }: ReplayFlags): Selection {
  checkFilters(filter);
  return {
    paths,
    filters: filter,
    from: from === undefined ? undefined : timeBound('--from', from),
    to: to === undefined ? undefined : timeBound('--to', to),
  };
}

function planOf({ speed, fast, maxPause, map = [], qos, retain }: ReplayFlags): ReplayPlan {
  const factor = speed.trim() === '' ? Number.NaN : Number(speed);
  if (!(factor === 0 || (factor >= SPEED_MIN && factor <= SPEED_MAX))) {
    throw new UsageError(`--speed must be 0, or from 0.001 to 1000000: it is '${speed}'`);
  }
  const asRecorded: QoS | undefined = qos === undefined ? undefined : qosOf('--qos', qos);
  return {
    speed: fast === true ? 0 : factor,
    pauseMsMax: maxPause === undefined ? Infinity : secondsInMs('--max-pause', maxPause),
    rules: map.map(topicRule),
    qos: asRecorded,
    retain,
  };
}

/** Says what is wrong with files. */
class Told implements Findings {
  readonly #voice: Voice;
  damaged = false;

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  damage(path: string, from: number, to: number): void {
    this.damaged = true;
    this.#voice.err(`${path} is damaged from byte ${from} to ${to}: that is left out`);
  }

  torn(path: string, bytes: number): void {
    this.#voice.err(
      `${path} was not written to its end: the last ${countOf(bytes, 'byte')} of it are left out`,
    );
  }
}

const SILENT: Findings = { damage: () => {}, torn: () => {} };
const LINE_END = Buffer.from('\n');
const SPEED_MIN = 0.001;
const SPEED_MAX = 1_000_000;
/** Less cannot be told from the timer. */
const LATE_MS_MIN = 50;
