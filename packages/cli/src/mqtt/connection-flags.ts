import type { Command } from 'commander';

/** How to reach a server and who to be there, as mosquitto's tools spell it. */
export interface ConnectionFlags {
  readonly host?: string;
  readonly port?: string;
  readonly url?: string;
  readonly profile?: string;
  readonly username?: string;
  readonly pw?: string;
  readonly id?: string;
  readonly idPrefix?: string;
  readonly disableCleanSession?: true;
  readonly keepalive?: string;
  readonly maxInflight?: string;
  readonly protocolVersion?: string;
  readonly willTopic?: string;
  readonly willPayload?: string;
  readonly willQos?: string;
  readonly willRetain?: true;
  readonly cafile?: string;
  readonly capath?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly tlsUseOsCerts?: true;
  readonly keyform?: string;
  readonly tlsVersion?: string;
  readonly ciphers?: string;
  readonly tlsAlpn?: string;
  readonly psk?: string;
  readonly pskIdentity?: string;
  readonly bindAddress?: string;
  readonly unix?: string;
  readonly servername?: string;
  readonly insecure?: true;
  readonly debug?: true;
  readonly quiet?: true;
}

/** Gives a command the flags of {@link ConnectionFlags}. `-h` is the host: help is `--help`. */
export function addConnectionFlags(command: Command): void {
  command
    .helpOption('--help', 'Show this help')
    .option('-h, --host <HOST>', 'the server (default: localhost)')
    .option('-p, --port <PORT>', 'its port (default: 1883, with TLS 8883)')
    .option('--unix <PATH>', 'a Unix socket instead of host and port, without TLS')
    .option('-L, --url <URL>', 'server, user, password and topic: mqtt://user:pw@host:port/topic')
    .option('--profile <NAME>', 'flags from ~/.config/magpie/profiles.yaml')
    .option('-u, --username <USER>', 'the user name')
    .option('-P, --pw <PASSWORD>', 'its password')
    .option('-i, --id <ID>', 'the client identifier (default: the server makes one)')
    .option('-I, --id-prefix <PREFIX>', 'client identifier: this and the number of the process')
    .option('-c, --disable-clean-session', 'the session outlives the connection; needs --id')
    .option('-k, --keepalive <SECONDS>', 'keep-alive (default: 60)')
    .option('-M, --max-inflight <N>', 'QoS 1 and 2 on their way at one time (default: 20)')
    .option('-A, --bind-address <ADDRESS>', 'IP address of this machine to connect from')
    .addOption(command.createOption('-V, --protocol-version <VERSION>', 'only mqttv311').hideHelp())
    .addOption(command.createOption('--nodelay', 'always so').hideHelp())
    .option('--will-topic <TOPIC>', 'published by the server when this client is lost')
    .option('--will-payload <TEXT>', 'what is published then')
    .option('--will-qos <QOS>', 'at which QoS (default: 0)')
    .option('--will-retain', 'and retained')
    .option('--cafile <FILE>', 'certificates of authorities to trust; turns TLS on')
    .option('--capath <DIR>', 'a folder of them; turns TLS on')
    .option('--cert <FILE>', 'certificate of this client')
    .option('--key <FILE>', 'its private key')
    .addOption(command.createOption('--keyform <FORM>', 'only pem').hideHelp())
    .option('--tls-version <VERSION>', 'lowest version of TLS: tlsv1.3, tlsv1.2 (default), tlsv1.1')
    .option('--ciphers <LIST>', 'cipher suites as OpenSSL lists them')
    .option('--tls-alpn <PROTOCOL>', 'protocol to ask for by ALPN (default: mqtt)')
    .option('--psk <HEX>', 'a key that the server has, too; turns TLS on')
    .option('--psk-identity <NAME>', 'by which the server knows that key')
    .option('--servername <NAME>', "name in the server's certificate, if it is not the host's")
    .option('--tls-use-os-certs', 'trust the authorities of this system; turns TLS on')
    .option('--insecure', "do not compare the host with the server's certificate")
    .option('-d, --debug', 'say on stderr what the client does')
    .option('--quiet', 'say nothing on stderr');
  explainForeignFlags(command);
}

/** What mosquitto's tools have and ours do not is refused with the reason. */
function explainForeignFlags(command: Command): void {
  const output = command.configureOutput();
  command.configureOutput({
    ...output,
    outputError: (text, write) => output.outputError?.(explained(text), write),
  });
}

function explained(text: string): string {
  const flag = /^error: unknown option '(-[\w-]+)'/.exec(text)?.[1] ?? '';
  const why = FOREIGN_FLAGS.get(flag);
  return why === undefined ? text : `error: ${flag} cannot be had here: ${why}`;
}

const ENGINE = 'Node.js has no engines of OpenSSL; --key takes a file in PEM';
const PROPERTIES = 'MQTT 3.1.1 has no properties';
const FOREIGN_FLAGS: ReadonlyMap<string, string> = new Map([
  ['-D', PROPERTIES],
  ['--property', PROPERTIES],
  ['-x', 'in MQTT 3.1.1 no session expires; --disable-clean-session keeps it'],
  ['--proxy', 'no way leads through SOCKS; a tunnel does, such as ssh -L'],
  ['--tls-engine', ENGINE],
  ['--tls-engine-kpass-sha1', ENGINE],
]);
