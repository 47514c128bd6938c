import type { Client } from '@magpie/client';
import type { Command } from 'commander';
import { countOf } from '../count-of.js';
import { checkSharedKey } from '../mqtt/tls-flags.js';
import type { CommandContext } from '../command-context.js';
import { Copier, type CopyPlan } from '../copy/copier.js';
import { copyLoop, isSameServer } from '../copy/copy-loop.js';
import { forgetSession, lastingSession, type SessionPlan } from '../copy/temporary-session.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { checkFilters } from '../mqtt/check-filters.js';
import { audibleClient, exitCodeOf, type Voice } from '../mqtt/client-session.js';
import { collect } from '../mqtt/collect.js';
import type { ConnectionFlags } from '../mqtt/connection-flags.js';
import { planConnection, qosOf, withScheme } from '../mqtt/connection-plan.js';
import type { Ending } from '../mqtt/ending.js';
import { type ReceivePlan, receiveUntilEnd, type Receiver, UNHURRIED } from '../mqtt/receiving.js';
import { secondsInMs, UsageError, wholeNumber } from '../mqtt/usage-error.js';
import { topicRule } from '../replay/topic-rule.js';
import { StatusLine } from '../terminal/status-line.js';

/** Of both sides. */
type SharedFlags = Pick<ConnectionFlags, (typeof SHARED | typeof AUTHORITIES)[number]>;

const SHARED = [
  'keepalive',
  'maxInflight',
  'bindAddress',
  'tlsVersion',
  'ciphers',
  'tlsAlpn',
  'insecure',
] as const;
const AUTHORITIES = ['cafile', 'capath', 'tlsUseOsCerts'] as const;

interface CopyFlags extends SharedFlags {
  readonly topic?: readonly string[];
  readonly filterOut?: readonly string[];
  readonly map?: readonly string[];
  readonly qos: string;
  /** `false` for `-R`. */
  readonly retained: boolean;
  readonly retainedOnly?: true;
  readonly retain?: boolean;
  readonly count?: string;
  readonly duration?: string;
  readonly fromProfile?: string;
  readonly toProfile?: string;
  readonly fromId?: string;
  readonly toId?: string;
  readonly fromPsk?: string;
  readonly fromPskIdentity?: string;
  readonly toPsk?: string;
  readonly toPskIdentity?: string;
  readonly json?: true;
  readonly debug?: true;
  readonly quiet?: true;
}

/** `magpie copy FROM TO`: from one broker to another, live. */
export function copyCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .helpOption('--help', 'Show this help')
    .description(
      'Copy messages from one broker to another until Ctrl-C. A message of QoS 1 or 2 is '
        + 'acknowledged to the source when the target has acknowledged it, so none is lost with a '
        + 'connection.',
    )
    .argument('<FROM>', 'the source: mqtt://user:pw@host:port, also mqtts, ws and wss')
    .argument('<TO>', 'the target, likewise')
    .option('-t, --topic <FILTER>', 'what to copy; can be repeated', collect)
    .option('-T, --filter-out <FILTER>', 'topics not to copy; can be repeated', collect)
    .option('--map <RULE>', "FILTER=TOPIC, $1 is the first wildcard: 'a/+=b/$1'; repeat", collect)
    .option('-q, --qos <QOS>', 'highest QoS', '2')
    .option('-R, --no-retained', 'leave out what was retained before')
    .option('--retained-only', 'copy what is retained, and end')
    .option('-r, --retain', 'retain all (default: as received)')
    .option('--no-retain', 'retain none')
    .option('-C, --count <N>', 'end after so many messages')
    .option('--duration <SECONDS>', 'end after so long')
    .option('--from-id <ID>', 'client identifier at the source, whose session stays there')
    .option('--to-id <ID>', 'the same at the target')
    .option('--from-profile <NAME>', 'flags for the source from ~/.config/magpie/profiles.yaml')
    .option('--to-profile <NAME>', 'flags for the target')
    .option('-k, --keepalive <SECONDS>', 'keep-alive of both (default: 60)')
    .option('-M, --max-inflight <N>', 'QoS 1 and 2 on their way to the target (default: 20)')
    .option('-A, --bind-address <ADDRESS>', 'IP address of this machine to connect from')
    .option('--cafile <FILE>', 'certificates of authorities to trust')
    .option('--capath <DIR>', 'a folder of them')
    .option('--tls-use-os-certs', 'trust the authorities of this system')
    .option('--tls-version <VERSION>', 'lowest version of TLS: tlsv1.3, tlsv1.2 (default), tlsv1.1')
    .option('--ciphers <LIST>', 'cipher suites as OpenSSL lists them')
    .option('--tls-alpn <PROTOCOL>', 'protocol to ask for by ALPN (default: mqtt)')
    .option('--from-psk <HEX>', 'a key that the source has, too, instead of a certificate')
    .option('--from-psk-identity <NAME>', 'by which the source knows that key')
    .option('--to-psk <HEX>', 'the same for the target')
    .option('--to-psk-identity <NAME>', 'the same for the target')
    .option('--insecure', 'do not compare the hosts with their certificates')
    .option('--json', 'print the statistics as JSON')
    .option('-d, --debug', 'say on stderr what the clients do')
    .option('--quiet', 'say nothing on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (from: string, to: string, flags: CopyFlags) => {
      finish(
        await exitCodeOf(flags, context, (voice) => copy({ from, to }, flags, context, voice)),
      );
    });
}

const EXAMPLES = `
Examples:
  magpie copy mqtt://old.example mqtt://new.example -t '#'
  magpie copy mqtt://old.example mqtt://new.example -t '#' --retained-only
  magpie copy mqtts://me:secret@plant.example mqtt://localhost -t 'plant/#' --map 'plant/#=copy/$1'
  magpie copy mqtt://a.example mqtt://b.example -t orders --from-id copier    goes on later

Exit codes: 0 done, 1 to 5 as of magpie sub; 1 also if the target has not acknowledged all.`;

/** A server, and who we are there. */
interface Side extends SessionPlan {
  readonly server: URL;
  readonly topic: string | undefined;
}

async function copy(
  urls: { readonly from: string; readonly to: string },
  flags: CopyFlags,
  context: CommandContext,
  voice: Voice,
): Promise<ExitCode> {
  const [source, target] = await sidesOf(urls, flags, context);
  const { topic: topics = [], filterOut = [] } = flags;
  const filters = source.topic === undefined ? topics : [source.topic, ...topics];
  if (filters.length === 0) throw new UsageError('What to copy? Give --topic');
  checkFilters([...filters, ...filterOut]);
  const plan = planOf(flags);
  const received = receivePlanOf(flags, filters);
  await checkLoop(filters, plan, source, target);
  const status = new StatusLine(context);
  const heard = (side: string): Voice => ({
    ...voice,
    err: (line) => void status.clear().then(() => voice.err(`${side}: ${line}`)),
  });
  const client = audibleClient(target.server, { ...target.options, ...OUTBOX }, heard('target'));
  const copiers: Copier[] = [];
  const opened: Side[] = [];
  const beganAtMs = performance.now();
  try {
    await client.start();
    await client.connected(context.signal);
    opened.push(target);
    const parts = { signal: context.signal, voice: heard('source') };
    const code = await receiveUntilEnd(source, received, parts, (sender, ending) => {
      const copier = new Copier(client, ending, plan);
      copiers.push(copier);
      // From then on it has a session of ours, whether it grants something or not.
      sender.on('state', ({ type }) => {
        if (type === 'connected' && !opened.includes(source)) opened.push(source);
      });
      return receiverOf(copier, {
        client,
        ending,
        status,
        granted: () => copier.begin(() => sender.state.type === 'connected'),
      });
    });
    await status.clear();
    const [copier] = copiers;
    if (copier === undefined) return code;
    return report(copier, { flags, context, voice, seconds: secondsSince(beganAtMs) });
  } finally {
    await client.end({ drain: false });
    await forget(opened, voice);
  }
}

function receiverOf(
  copier: Copier,
  {
    client,
    ending,
    status,
    granted,
  }: {
    readonly client: Client;
    readonly ending: Ending;
    readonly status: StatusLine;
    readonly granted: () => void;
  },
): Receiver {
  client.on('state', (state) => {
    if (state.type === 'ended' && state.why !== undefined) ending.failed(state.why);
  });
  const beganAtMs = performance.now();
  const tell = () => {
    const seconds = Math.round(secondsSince(beganAtMs));
    const text = `${countOf(copier.messages, 'message')}, ${copier.done} there, ${seconds} s`;
    status.show(text).catch((error: unknown) => ending.failed(error));
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    take: (message) => copier.take(message),
    granted: async () => {
      granted();
      timer = setInterval(tell, STATUS_MS);
      return undefined;
    },
    finish: async () => {
      clearInterval(timer);
      await copier.finish();
    },
  };
}

function report(
  copier: Copier,
  {
    flags,
    context,
    voice,
    seconds,
  }: {
    readonly flags: CopyFlags;
    readonly context: CommandContext;
    readonly voice: Voice;
    readonly seconds: number;
  },
): ExitCode {
  const { messages, done, payloadBytes, retained, byQos } = copier;
  if (flags.json === true) {
    const qos = { 0: byQos[0], 1: byQos[1], 2: byQos[2] };
    context.out(JSON.stringify({ messages, done, payloadBytes, retained, qos, seconds }));
  } else {
    const kinds = `QoS 0: ${byQos[0]}, 1: ${byQos[1]}, 2: ${byQos[2]}; retained: ${retained}`;
    const rest = `of ${countOf(payloadBytes, 'byte')} in ${seconds.toFixed(1)} s`;
    context.out(`Copied ${countOf(done, 'message')} ${rest} (${kinds})`);
  }
  if (done === messages) return EXIT.ok;
  const missing = countOf(messages - done, 'message');
  voice.err(`The target has not acknowledged ${missing}: nor has the source heard`);
  return EXIT.failure;
}

async function sidesOf(
  { from, to }: { readonly from: string; readonly to: string },
  flags: CopyFlags,
  { env }: CommandContext,
): Promise<readonly [Side, Side]> {
  // What the environment says is about one server: its password must not reach two.
  const { MQTT_URL: _url, MQTT_USERNAME: _user, MQTT_PASSWORD: _pw, ...rest } = env;
  const sideOf = async (url: string, side: 'from' | 'to') => {
    const profile = flags[`${side}Profile`];
    const named = profile === undefined ? {} : { profile };
    const own = withScheme({ ...sideFlags(flags, side), ...named, url });
    const { server, topic, options } = await planConnection(own, rest);
    if (flags[`${side}Psk`] !== undefined && !/^(mqtts|wss):$/.test(server.protocol)) {
      throw new UsageError(`--${side}-psk is of TLS: ${server.host} needs mqtts:// or wss://`);
    }
    return { ...lastingSession(options, flags[`${side}Id`]), server, topic };
  };
  const source = await sideOf(from, 'from');
  const target = await sideOf(to, 'to');
  if (target.topic !== undefined) {
    throw new UsageError("A topic in the target's URL says nothing: topics are given by --map");
  }
  return [source, target];
}

/** What holds for one side; a key that it has, too, stands for authorities to trust. */
function sideFlags(flags: CopyFlags, side: 'from' | 'to'): ConnectionFlags {
  const [psk, pskIdentity] = [flags[`${side}Psk`], flags[`${side}PskIdentity`]];
  if ((psk === undefined) !== (pskIdentity === undefined)) {
    const both = `--${side}-psk and --${side}-psk-identity`;
    throw new UsageError(`A shared key needs its name: give ${both}`);
  }
  if (psk !== undefined) checkSharedKey(`--${side}-psk`, psk);
  const names = psk === undefined ? [...SHARED, ...AUTHORITIES] : SHARED;
  const given = names.map((name) => [name, flags[name]] as const);
  const all = [...given, ['psk', psk] as const, ['pskIdentity', pskIdentity] as const];
  // What is not given must not hide what a profile says.
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function planOf({ map = [], filterOut = [], retained, retainedOnly, retain, count }: CopyFlags) {
  if (!retained && retainedOnly === true) {
    throw new UsageError('--no-retained leaves out all that --retained-only copies: give one');
  }
  return {
    rules: map.map(topicRule),
    leftOut: filterOut,
    skipRetained: !retained,
    retainedOnly: retainedOnly === true,
    retain,
    countMax: count === undefined ? Infinity : wholeNumber('--count', count, 1, 2 ** 31),
  } satisfies CopyPlan;
}

function receivePlanOf({ qos, duration }: CopyFlags, filters: readonly string[]): ReceivePlan {
  return {
    ...UNHURRIED,
    filters,
    qos: qosOf('--qos', qos),
    timeoutMs: duration === undefined ? undefined : secondsInMs('--duration', duration),
    handlersMax: Math.ceil(HANDLERS_MAX / filters.length),
  };
}

async function checkLoop(
  filters: readonly string[],
  { rules }: CopyPlan,
  source: Side,
  target: Side,
): Promise<void> {
  const loop = copyLoop(filters, rules);
  if (loop === undefined || !(await isSameServer(source.server, target.server))) return;
  const server = target.server.host;
  const why = `copies of '${loop}' would be copied again`;
  throw new UsageError(`Source and target are both ${server}, and ${why}: map it by --map`);
}

/** Sessions that nobody named are not left behind. */
async function forget(sides: readonly Side[], voice: Voice): Promise<void> {
  for (const { server, options, isTemporary } of sides) {
    if (!isTemporary || (await forgetSession(server, options))) continue;
    voice.err(
      `${server.host} may keep the session ${options.clientId ?? ''}: it cannot be reached`,
    );
  }
}

function secondsSince(atMs: number): number {
  return Math.round(performance.now() - atMs) / 1000;
}

/** Fewer than the outbox holds, and what has no window yet comes on top. */
const HANDLERS_MAX = 4000;
/** A message is as large as the source may send it. */
const OUTBOX = { outboxBytesMax: 512 * 1024 * 1024 } as const;
const STATUS_MS = 500;
