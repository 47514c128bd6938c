import { validateTopicName } from '@magpie/protocol';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { exitCodeOf, returnCodeOf, type Voice } from '../mqtt/client-session.js';
import { addConnectionFlags, type ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf } from '../mqtt/connection-plan.js';
import { lineSink } from '../mqtt/message-sinks.js';
import { addOutputFlags, lineOf, type OutputFlags } from '../mqtt/output-flags.js';
import {
  addPayloadFlags,
  checkOneWay,
  type PayloadFlags,
  payloadOf,
} from '../mqtt/payload-flags.js';
import { subscribeAndShow } from '../mqtt/subscribing.js';
import { secondsInMs, UsageError } from '../mqtt/usage-error.js';

interface RrFlags extends ConnectionFlags, OutputFlags, PayloadFlags {
  readonly topic?: string;
  readonly responseTopic?: string;
  readonly qos: string;
  readonly timeout?: string;
  /** `false` for `-R`. */
  readonly retained: boolean;
}

/** `magpie rr`: a request and its response, with the flags of mosquitto_rr. */
export function rrCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  addConnectionFlags(command);
  command
    .description(
      'Publish a request, and print the first message that comes on the response topic. The '
        + 'flags are those of mosquitto_rr.',
    )
    .option('-t, --topic <TOPIC>', 'where the request goes')
    .option('-e, --response-topic <TOPIC>', 'where the response comes');
  addPayloadFlags(command);
  command
    .option('-q, --qos <QOS>', 'QoS of both', '0')
    .option('-W, --timeout <SECONDS>', `give up after so long, with exit code ${EXIT.timeout}`)
    .option('-R, --no-retained', 'a retained message is no response');
  addOutputFlags(command);
  command.addHelpText('after', EXAMPLES).action(async (flags: RrFlags) => {
    const run = (voice: Voice) => requestAndPrint(flags, context, voice);
    finish(await exitCodeOf(flags, context, run, returnCodeOf));
  });
}

async function requestAndPrint(
  flags: RrFlags,
  context: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const connection = await planConnection(flags, context.env);
  const topic = flags.topic ?? connection.topic;
  if (topic === undefined) throw new UsageError('Where to? Give --topic');
  if (flags.responseTopic === undefined) {
    throw new UsageError('Where does the response come? Give --response-topic');
  }
  for (const name of [topic, flags.responseTopic]) {
    const problem = validateTopicName(name);
    if (problem !== undefined) throw new UsageError(`'${name}' is no topic: ${problem}`);
  }
  checkOneWay(flags);
  const payload = await payloadOf(flags, context);
  const qos = qosOf('--qos', flags.qos);
  const plan = {
    filters: [flags.responseTopic],
    qos,
    countMax: 1,
    timeoutMs: flags.timeout === undefined ? undefined : secondsInMs('--timeout', flags.timeout),
    skipRetained: !flags.retained,
  };
  const line = await lineOf(flags);
  return subscribeAndShow(connection, plan, context.signal, {
    voice,
    open: () => lineSink({ line, newline: flags.newline }, context.write),
    granted: async (client) => {
      await client.publish(topic, payload, { qos });
      return undefined;
    },
  });
}

const EXAMPLES = `
Examples:
  magpie rr -t lamp/1/get -e lamp/1/state -m '' -W 5
  magpie rr -L mqtts://me:secret@broker.example/rpc/add -e rpc/add/answer -m '[1,2]' -F json`;
