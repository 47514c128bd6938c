import { setTimeout as wait } from 'node:timers/promises';
import type { Client } from '@magpie/client';
import { type QoS, validateTopicName } from '@magpie/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { audibleClient, exitCodeOf, returnCodeOf, type Voice } from '../mqtt/client-session.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf } from '../mqtt/connection-plan.js';
import {
  addPayloadFlags,
  checkOneWay,
  PAYLOAD_WAYS,
  type PayloadFlags,
  payloadOf,
} from '../mqtt/payload-flags.js';
import {
  type Payload,
  PAYLOAD_FORMATS,
  type PayloadFormat,
  payloadFormat,
} from '../mqtt/payload-format.js';
import { linesOf } from '../mqtt/payload-source.js';
import { PLACEHOLDERS } from '../mqtt/payload-template.js';
import { PublishWindow } from '../mqtt/publish-window.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';

interface PubFlags extends ConnectionFlags, PayloadFlags {
  readonly topic?: string;
  readonly qos: string;
  readonly retain?: true;
  readonly repeat?: string;
  readonly repeatDelay?: string;
  readonly format: string;
}

/** `magpie pub`: publishes, with the flags of mosquitto_pub. */
export function pubCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Publish to a topic and end when that is done: at QoS 1 and 2 when the server has '
        + 'acknowledged it. The flags are those of mosquitto_pub.',
    )
    .option('-t, --topic <TOPIC>', 'where to')
    .option('-l, --stdin-line', 'what: each line of standard input is a message');
  addPayloadFlags(command)
    .option('-q, --qos <QOS>', 'at which QoS: 0, 1 or 2', '0')
    .option('-r, --retain', 'the server keeps it for those who subscribe later')
    .option('--repeat <N>', 'publish it so many times')
    .option('--repeat-delay <SECONDS>', 'and wait in between')
    .option(
      '-F, --format <FORMAT>',
      `what is given: ${PAYLOAD_FORMATS.join(', ')}; json is checked, cbor is made of JSON, a `
        + `template has ${PLACEHOLDERS}`,
      'text',
    )
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PubFlags) => {
      const run = (voice: Voice) => publishAll(flags, context, voice);
      finish(await exitCodeOf(flags, context, run, returnCodeOf));
    });
}

const EXAMPLES = `
Examples:
  magpie pub -t home/door -m open
  magpie pub -h broker.example -u me -P secret -t lights/1 -m on -q 1 -r
  magpie pub -L mqtts://me:secret@broker.example/lights/1 -f scene.json
  sensor | magpie pub -t plant/7/temperature -l -q 1
  magpie pub -t plant/7/command -F hex -m '01 ff 0a'
  magpie pub -t plant/7 -F template -m '%{n}: %{random:20.0:22.5}' --repeat 60 --repeat-delay 1`;

/** What goes with each message. */
interface Kind {
  readonly topic: string;
  readonly qos: QoS;
  readonly retain: boolean;
}

async function publishAll(
  flags: PubFlags,
  context: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const { env, signal } = context;
  const plan = await planConnection(flags, env);
  const kind = kindOf(flags, plan.topic);
  const format = await formatOf(flags);
  const payload =
    flags.stdinLine === true ? undefined : format(await payloadOf(flags, context), 'The message');
  const times = flags.repeat === undefined ? 1 : wholeNumber('--repeat', flags.repeat, 1, 2 ** 31);
  const { repeatDelay = '0' } = flags;
  const delayMs = secondsInMs('--repeat-delay', repeatDelay);
  // Lines may come for days; a single message is over at the first fault.
  const reconnect = payload === undefined ? {} : { reconnect: false as const };
  const client = audibleClient(plan.server, { ...plan.options, ...reconnect }, voice);
  await using _ended = { [Symbol.asyncDispose]: () => client.end({ drain: false }) };
  await client.start();
  await client.connected(signal);
  if (payload === undefined) await publishLines(client, kind, { format, context });
  else await publishTimes(client, kind, payload, { times, delayMs, signal });
  await client.end();
  return EXIT.ok;
}

function formatOf({ format, nullMessage }: PubFlags): Promise<PayloadFormat> {
  if (nullMessage === true && format !== 'text') {
    throw new UsageError('--null-message is no payload: --format says nothing about it');
  }
  return payloadFormat(format);
}

function kindOf(flags: PubFlags, topicOfUrl: string | undefined): Kind {
  const topic = flags.topic ?? topicOfUrl;
  if (topic === undefined) throw new UsageError('Where to? Give --topic');
  const problem = validateTopicName(topic);
  if (problem !== undefined) throw new UsageError(`Cannot publish to '${topic}': ${problem}`);
  checkOneWay(flags, [...PAYLOAD_WAYS, 'stdinLine']);
  return { topic, qos: qosOf('--qos', flags.qos), retain: flags.retain === true };
}

async function publishTimes(
  client: Client,
  { topic, ...options }: Kind,
  payload: Payload,
  { times, delayMs, signal }: { times: number; delayMs: number; signal: AbortSignal },
): Promise<void> {
  const window = new PublishWindow();
  for (let time = 0; time < times; time++) {
    if (time > 0 && delayMs > 0) await wait(delayMs, undefined, { signal });
    signal.throwIfAborted();
    const bytes = payload(time + 1);
    await window.add(client.publish(topic, bytes, { ...options, signal }), bytes.length);
  }
  await window.settled();
}

async function publishLines(
  client: Client,
  { topic, ...options }: Kind,
  { format, context }: { readonly format: PayloadFormat; readonly context: CommandContext },
): Promise<void> {
  const { stdin, signal } = context;
  const window = new PublishWindow();
  let number = 0;
  try {
    for await (const lines of linesOf(stdin())) {
      if (signal.aborted) break;
      for (const line of lines) {
        number++;
        const payload = format(line, `Line ${number}`)(number);
        await window.add(client.publish(topic, payload, options), payload.length);
      }
    }
  } finally {
    // Lines before one that is wrong are published all the same.
    await window.settled();
  }
}
