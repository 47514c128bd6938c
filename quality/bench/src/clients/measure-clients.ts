import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BrokerProcess } from '../brokers/broker-process.js';
import { magpieArgs } from '../brokers/magpie.js';
import { median } from '../statistics.js';
import { markdownTable } from '../text-table.js';
import { type ClientFigures, type ClientTask, READY } from './client-task.js';

/** Named like a scenario; measured is not a broker but the client library in front of it. */
export const CLIENTS = {
  name: 'clients',
  title: '@magpie/client beside MQTT.js: publish, receive, 1,000 idle',
} as const;

/** What is compared, and how much of it. */
export interface ClientScenario extends Pick<ClientTask, 'act' | 'qos' | 'count' | 'warmup'> {
  readonly title: string;
  readonly unit: string;
  readonly figure: (figures: ClientFigures) => number;
  /** Most that Magpie may take of what MQTT.js takes. */
  readonly ratioMax: number;
}

const THIRD = 1 / 3;
/** One at QoS 0 is so cheap that fewer would measure the compiler as much as the client. */
const MESSAGES = [300_000, 60_000, 60_000] as const;
const QOS = [0, 1, 2] as const;
const cpuUs = (act: 'publish' | 'receive'): ClientScenario[] =>
  QOS.map((qos) => ({
    act,
    qos,
    count: MESSAGES[qos],
    warmup: MESSAGES[qos] / 2,
    title: `${act} at QoS ${qos}`,
    unit: 'CPU µs a message',
    figure: (figures) => figures.cpuUs / MESSAGES[qos],
    ratioMax: THIRD,
  }));
const memory = (title: string, figure: 'heapBytes' | 'residentBytes'): ClientScenario => ({
  act: 'idle',
  qos: 0,
  count: 1000,
  warmup: 0,
  title: '1,000 connected clients, idle',
  unit: title,
  figure: (figures) => figures[figure] / 1000 / 1024,
  ratioMax: THIRD,
});

export const CLIENT_SCENARIOS: readonly ClientScenario[] = [
  ...cpuUs('publish'),
  ...cpuUs('receive'),
  memory('KiB of heap and buffers each', 'heapBytes'),
  memory('KiB resident each', 'residentBytes'),
];

/** The median of each library in one scenario. */
export interface ClientComparison {
  readonly scenario: ClientScenario;
  readonly magpie: number;
  readonly mqttjs: number;
}

/** Measures both libraries by turns against one broker of ours. */
export async function measureClients(
  scenarios: readonly ClientScenario[],
  runs: number,
): Promise<ClientComparison[]> {
  const options = { profileFolder: undefined, args: [] };
  const broker = await BrokerProcess.start(process.execPath, (port) =>
    magpieArgs(port, CLIENTS.name, ['--memory'], options),
  );
  try {
    const compared: ClientComparison[] = [];
    for (const scenario of scenarios) compared.push(await compare(scenario, broker.port, runs));
    return compared;
  } finally {
    await broker.stop();
  }
}

export function clientsReport(compared: readonly ClientComparison[]): string[] {
  const rows = compared.map(({ scenario, magpie, mqttjs }) => {
    const ratio = magpie / mqttjs;
    return [
      `${scenario.title}: ${scenario.unit}`,
      magpie.toPrecision(3),
      mqttjs.toPrecision(3),
      ratio.toFixed(2),
      `≤ ${scenario.ratioMax.toFixed(2)}`,
      ratio <= scenario.ratioMax ? 'yes' : 'no',
    ];
  });
  return markdownTable([['', 'magpie', 'mqtt.js', 'ratio', 'target', 'met'], ...rows]);
}

async function compare(
  scenario: ClientScenario,
  port: number,
  runs: number,
): Promise<ClientComparison> {
  const magpie: number[] = [];
  const mqttjs: number[] = [];
  for (let run = 0; run < runs; run++) {
    magpie.push(scenario.figure(await measure('magpie', scenario, port)));
    mqttjs.push(scenario.figure(await measure('mqtt.js', scenario, port)));
  }
  return { scenario, magpie: median(magpie), mqttjs: median(mqttjs) };
}

async function measure(
  library: ClientTask['library'],
  { act, qos, count, warmup }: ClientScenario,
  port: number,
): Promise<ClientFigures> {
  const measured = start({ library, port, act, qos, count, warmup });
  let sender: ChildProcess | undefined;
  let last = '';
  try {
    for await (const line of createInterface({ input: measured.stdout! })) {
      // Whoever is measured, the messages come from the same sender.
      if (line === READY) {
        sender = start({ library: 'magpie', port, act: 'send', qos, count: 0, warmup: 0 });
      }
      last = line;
    }
    if (measured.exitCode === null) await once(measured, 'exit');
    if (measured.exitCode !== 0) throw new Error(`The process of ${library} failed: ${last}`);
    return JSON.parse(last) as ClientFigures;
  } finally {
    measured.kill();
    sender?.kill();
    if (sender !== undefined && sender.exitCode === null) await once(sender, 'exit');
  }
}

function start(task: ClientTask): ChildProcess {
  const args = ['--expose-gc', MAIN, JSON.stringify(task)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));
