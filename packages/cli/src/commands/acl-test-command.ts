import type { QoS } from '@magpie/protocol';
import type { Principal } from '@magpie/broker';
import {
  type AccessRules,
  explainAccess,
  type Explanation,
  loadConfigFile,
  resolveConfig,
  ruleInWords,
} from '@magpie/broker/server';
import { type Command, Argument, Option } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { safeText } from '../safe-log-line.js';
import { checkedRules } from './read-rules.js';

interface AclTestOptions {
  readonly config?: string;
  readonly rules?: string;
  readonly user?: string;
  readonly client: string;
  readonly address: string;
  readonly cn?: string;
  readonly dns?: string;
  readonly email?: string;
  readonly fingerprint?: string;
  readonly qos: string;
  readonly retain?: true;
  readonly all?: true;
  readonly json?: true;
}

/** `magpie acl test`: asks a file of access rules, without a broker. */
export function aclTestCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .command('test')
    .summary('Ask whether a client may publish or subscribe')
    .description(
      'Ask a file of access rules whether a client may publish to a topic or subscribe to a topic '
        + 'filter: the answer, the rule that decides, and why the rules before it do not. Exit '
        + 'code 0: allowed, 3: denied.',
    )
    .addArgument(new Argument('<ACTION>', 'what the client does').choices(['publish', 'subscribe']))
    .argument('<TOPIC>', 'topic, or topic filter to subscribe to')
    .option('--config <FILE>', 'the configuration that names the rules', 'magpie.yaml')
    .option('--rules <FILE>', 'the file of rules itself')
    .option('-u, --user <NAME>', 'user name; left out, the client is anonymous')
    .option('-i, --client <ID>', 'client identifier', '')
    .option('--address <IP>', 'its address', '127.0.0.1')
    .option('--cn <NAME>', 'common name in its certificate')
    .option('--dns <NAME>', 'DNS name in its certificate')
    .option('--email <NAME>', 'email address in its certificate')
    .option('--fingerprint <HEX>', 'SHA-256 of its certificate')
    .addOption(new Option('-q, --qos <QOS>', 'QoS').choices(['0', '1', '2']).default('0'))
    .option('-r, --retain', 'the message is retained')
    .option('--all', 'show rules for other clients, too')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (action: 'publish' | 'subscribe', topic: string, options: AclTestOptions) => {
      finish(await testRules(action, topic, options, context));
    });
}

const EXAMPLES = `
Examples:
  magpie acl test --user alice publish plant/press-1/state
  magpie acl test --rules acl.yaml --user bob --client b1 subscribe 'plant/#' --qos 1`;

async function testRules(
  action: 'publish' | 'subscribe',
  topic: string,
  options: AclTestOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const rules = await rulesOf(options, context);
  if (rules === undefined) return EXIT.failure;
  const asked = explain(rules, action, topic, options);
  if (typeof asked === 'string') {
    context.err(asked);
    return EXIT.usage;
  }
  const lines = options.json === true ? [inJson(asked)] : inWords(asked, options.all === true);
  for (const line of lines) context.out(line);
  return asked.allowed === false ? EXIT.denied : EXIT.ok;
}

async function rulesOf(
  { config, rules }: AclTestOptions,
  { env, err }: CommandContext,
): Promise<AccessRules | undefined> {
  const path = rules ?? (await rulesPath(config, env, err));
  return path === undefined ? undefined : checkedRules(path, err);
}

async function rulesPath(
  config: string | undefined,
  env: CommandContext['env'],
  err: CommandContext['err'],
): Promise<string | undefined> {
  const file = await loadConfigFile(config);
  const resolved = resolveConfig({ flags: {}, env, file });
  if (!resolved.ok) {
    for (const { message } of resolved.problems) err(message);
    return undefined;
  }
  const { authorization } = resolved.config;
  if (authorization === undefined) {
    err(`${config} names no access rules (authorization): every client may do everything`);
  }
  return authorization;
}

/** @returns A text: what is wrong with the question. */
function explain(
  rules: AccessRules,
  action: 'publish' | 'subscribe',
  topic: string,
  options: AclTestOptions,
): Explanation | string {
  if (action === 'subscribe' && options.retain === true) return '--retain belongs to publish';
  const qos = Number(options.qos) as QoS;
  const retain = options.retain === true;
  return explainAccess(rules, clientOf(options), { action, topic, qos, retain });
}

function clientOf({ user, client, address, ...shown }: AclTestOptions): Principal {
  const { cn, dns, email, fingerprint } = shown;
  const given = [cn, dns, email, fingerprint].some((one) => one !== undefined);
  const list = (name: string | undefined) => (name === undefined ? [] : [name]);
  return {
    clientId: client,
    username: user,
    address,
    certificate: given
      ? {
          commonNames: list(cn),
          dnsNames: list(dns),
          emails: list(email),
          fingerprint: fingerprint?.toUpperCase() ?? '',
        }
      : undefined,
  };
}

function inWords({ allowed, rule, passed }: Explanation, all: boolean): string[] {
  const answer = allowed === false ? 'denied' : 'allowed';
  const by = rule === undefined ? ': no rule matches' : ` by ${rule.place}: ${ruleInWords(rule)}`;
  const checked = allowed === 'checked' ? ' (each message is checked)' : '';
  const lines = [`${answer}${by}${checked}`];
  const listed = passed.filter(({ isForOthers }) => all || !isForOthers);
  for (const { rule: one, why } of listed) {
    lines.push(`  not by ${one.place}: ${ruleInWords(one)}: ${why}`);
  }
  const others = passed.length - listed.length;
  if (others > 0) lines.push(`  nor by ${others} rules for other clients (--all shows them)`);
  return lines.map(safeText);
}

function inJson({ allowed, rule, passed }: Explanation): string {
  const shown = (one: NonNullable<Explanation['rule']>) => ({
    place: one.place,
    line: one.denial.line ?? null,
    text: ruleInWords(one),
  });
  return JSON.stringify({
    allowed: allowed !== false,
    checked: allowed === 'checked',
    rule: rule === undefined ? null : shown(rule),
    passed: passed.map(({ rule: one, why }) => ({ ...shown(one), why })),
  });
}
