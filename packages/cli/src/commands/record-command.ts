import { type Command, Option } from 'commander';
import { stat } from 'node:fs/promises';
import { matches } from '@magpie/protocol';
import { countOf } from '../count-of.js';
import { durationMs } from '../admin/time-span.js';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { byteSize } from '../mqtt/byte-size.js';
import { checkFilters } from '../mqtt/check-filters.js';
import { exitCodeOf, type Voice } from '../mqtt/client-session.js';
import { collect } from '../mqtt/collect.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf } from '../mqtt/connection-plan.js';
import { receiveUntilEnd, type Receiver, UNHURRIED } from '../mqtt/receiving.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';
import { Recorder, type RecorderLimits } from '../record/recorder.js';
import { RecordingWriter, type SyncMode } from '../record/recording-writer.js';
import { RotatingWriter, type Rotation } from '../record/rotating-writer.js';

interface RecordFlags extends ConnectionFlags {
  readonly topic?: readonly string[];
  readonly filterOut?: readonly string[];
  readonly qos: string;
  /** `false` for `-R`. */
  readonly retained: boolean;
  readonly count?: string;
  readonly duration?: string;
  readonly maxSize?: string;
  readonly rotateSize?: string;
  readonly rotateEvery?: string;
  readonly keep?: string;
  readonly append?: true;
  readonly force?: true;
  readonly flush: string;
  readonly compress: boolean;
  /** `false` for `--no-sync`. */
  readonly sync: SyncMode | false;
  readonly syncInterval?: string;
}

/** `magpie record FILE`: messages with their times, for `magpie replay`. */
export function recordCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Record the messages of topics to a file, with their times, until Ctrl-C. A message of QoS 1 '
        + 'or 2 is acknowledged when it is on the disk, or with the system (--sync).',
    )
    .argument('<FILE>', 'where to; docs/recording-format.md describes it')
    .option('-t, --topic <FILTER>', 'what to record; can be repeated', collect)
    .option('-T, --filter-out <FILTER>', 'topics not to record; can be repeated', collect)
    .option('-q, --qos <QOS>', 'highest QoS to receive', '2')
    .option('-R, --no-retained', 'leave out what was retained before')
    .option('-C, --count <N>', 'end after so many messages')
    .option('--duration <SECONDS>', 'end after so long')
    .option('--max-size <BYTES>', 'end before the file is larger; 100M, 2G')
    .option('--rotate-size <BYTES>', 'begin a new file before one is larger; 100M, 2G')
    .option('--rotate-every <TIME>', 'begin a new file after so long; 90s, 10m, 1h, 1d')
    .option('--keep <N>', 'so many files at most: the oldest of this name are removed')
    .option('--append', 'go on with a recording, also one that a crash has ended')
    .option('--force', 'overwrite what is there')
    .option('--flush <SECONDS>', 'longest that QoS 0 waits to be written', '1')
    .option('--no-compress', 'do not compress')
    .addOption(
      new Option('--sync <MODE>', 'when it is on the disk: before it is acknowledged, or later')
        .choices(['always', 'interval', 'os'])
        .default('always'),
    )
    .option('--sync-interval <MS>', 'with --sync interval, longest until then (default: 1000)')
    .option('--no-sync', 'the same as --sync os: faster')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, flags: RecordFlags) => {
      finish(await exitCodeOf(flags, context, (voice) => record(path, flags, context, voice)));
    });
}

const EXAMPLES = `
Examples:
  magpie record plant.rec -t 'plant/#'
  magpie record plant.rec -L mqtts://me:secret@broker.example/plant/# --duration 3600
  magpie record all.rec -t '#' -R --max-size 2G
  magpie record all.rec -t '#' --rotate-every 1h --keep 24    all-20260131T080509Z-000001.rec, …
  magpie record orders.rec -t orders -i recorder -c --append    misses nothing between two runs`;

async function record(
  path: string,
  flags: RecordFlags,
  { env, signal, out }: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const connection = await planConnection(flags, env);
  const { topic: topics = [], filterOut = [] } = flags;
  const filters = connection.topic === undefined ? topics : [connection.topic, ...topics];
  if (filters.length === 0) throw new UsageError('What to record? Give --topic');
  checkFilters([...filters, ...filterOut]);
  const limits = limitsOf(flags);
  const plan = {
    ...UNHURRIED,
    filters,
    qos: qosOf('--qos', flags.qos),
    timeoutMs: flags.duration === undefined ? undefined : secondsInMs('--duration', flags.duration),
  };
  await using writer = await open(path, flags, voice);
  if (writer.cutBytes > 0) voice.err(`Cut ${countOf(writer.cutBytes, 'byte')} not written whole`);
  const recorders: Recorder[] = [];
  const beganAtMs = performance.now();
  let code: ExitCode;
  try {
    code = await receiveUntilEnd(connection, plan, { signal, voice }, (_client, ending) => {
      const recorder = new Recorder(writer, ending, limits);
      recorders.push(recorder);
      return receiverOf(recorder, { filterOut, retained: flags.retained });
    });
  } catch (error) {
    await writer.discard();
    throw error;
  }
  const { messages = 0, payloadBytes = 0 } = recorders[0] ?? {};
  const seconds = ((performance.now() - beganAtMs) / 1000).toFixed(1);
  const [count, bytes] = [countOf(messages, 'message'), countOf(payloadBytes, 'byte')];
  out(`Recorded ${count} of ${bytes} in ${seconds} s`);
  const { size } = await stat(writer.path);
  const files = writer.files === 1 ? '' : `, the last of ${writer.files} files`;
  out(`${writer.path} has ${countOf(size, 'byte')}${files}`);
  return code === EXIT.timeout ? EXIT.ok : code;
}

function receiverOf(
  recorder: Recorder,
  { filterOut, retained }: { readonly filterOut: readonly string[]; readonly retained: boolean },
): Receiver {
  return {
    take: (message) => {
      if (message.retain && !retained) return undefined;
      if (filterOut.some((one) => matches(one, message.topic))) return undefined;
      return recorder.take(message);
    },
    finish: () => recorder.finish(),
  };
}

function limitsOf({ count, maxSize, flush, sync, syncInterval }: RecordFlags): RecorderLimits {
  if (syncInterval !== undefined && sync !== 'interval') {
    throw new UsageError('--sync-interval needs --sync interval');
  }
  const syncMs = wholeNumber('--sync-interval', syncInterval ?? '1000', 10, 60_000);
  return {
    syncMs: sync === 'interval' ? syncMs : undefined,
    flushMs: secondsInMs('--flush', flush),
    countMax: count === undefined ? Infinity : wholeNumber('--count', count, 1, 2 ** 31),
    bytesMax: maxSize === undefined ? Infinity : byteSize('--max-size', maxSize),
  };
}

async function open(
  path: string,
  flags: RecordFlags,
  voice: Voice,
): Promise<RecordingWriter | RotatingWriter> {
  const { compress, append = false, force = false } = flags;
  const sync = flags.sync === false ? 'os' : flags.sync;
  if (append && force) {
    throw new UsageError('--append keeps what is there, --force does not: give one of them');
  }
  const rotation = rotationOf(flags);
  if (rotation !== undefined) {
    const onKept = (why: string) => voice.err(why);
    return RotatingWriter.open(path, { compress, sync, append, rotation, onKept });
  }
  if (append) return RecordingWriter.append(path, { compress, sync });
  return RecordingWriter.create(path, { compress, sync, overwrite: force });
}

/** `undefined`: there is one file. */
function rotationOf(flags: RecordFlags): Rotation | undefined {
  const { rotateSize, rotateEvery, keep, maxSize, force } = flags;
  if (rotateSize === undefined && rotateEvery === undefined) {
    if (keep === undefined) return undefined;
    throw new UsageError('--keep is about several files: give --rotate-size or --rotate-every');
  }
  if (maxSize !== undefined) {
    throw new UsageError('--max-size is about one file: with several, give --keep');
  }
  if (force === true) {
    throw new UsageError('With several files nothing is overwritten: leave out --force');
  }
  const bytesMax = rotateSize === undefined ? Infinity : byteSize('--rotate-size', rotateSize);
  if (bytesMax < ROTATE_BYTES_MIN) {
    throw new UsageError(`--rotate-size must be at least 4k: it is '${rotateSize}'`);
  }
  return {
    bytesMax,
    ageMsMax: rotateEvery === undefined ? Infinity : durationMs('--rotate-every', rotateEvery),
    filesMax: keep === undefined ? Infinity : wholeNumber('--keep', keep, 1, 2 ** 31),
  };
}

/** Less is a mistyped unit: each message would have a file. */
const ROTATE_BYTES_MIN = 4096;
