import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { MAGPIE } from '../brokers/magpie.js';
import { median } from '../statistics.js';
import { markdownTable } from '../text-table.js';

/** Named like a scenario; measured is how fast a command starts. */
export const START_UP = {
  name: 'start-up',
  title: 'magpie --version, magpie pub to its first byte, beside mosquitto_pub and bare Node.js',
} as const;

/** Runs of each program for one run asked for: each takes a moment only. */
export const STARTS_A_RUN = 10;

/** What is started. */
export type Starter = 'node' | 'mosquitto_pub' | 'version' | 'pub' | 'socket';

/** From the start of a process on, in ms: the medians. */
export type StartTimes = Readonly<Record<Starter, number>>;

interface Started {
  readonly file: string;
  /** `PORT` stands for the port where the first byte is waited for. */
  readonly args: readonly string[];
  /** What ends the time: the first byte that comes, or the end of the process. */
  readonly until: 'byte' | 'end';
}

const PUBLISH = ['-h', '127.0.0.1', '-p', 'PORT', '-t', 'a', '-m', 'b'];
/** The least that Node.js can do to send a byte. */
const SOCKET = "require('net').connect(PORT, '127.0.0.1').write('x')";

const STARTED: Readonly<Record<Starter, Started>> = {
  node: { file: process.execPath, args: ['-e', '0'], until: 'end' },
  mosquitto_pub: { file: 'mosquitto_pub', args: PUBLISH, until: 'byte' },
  version: { file: process.execPath, args: [MAGPIE, '--version'], until: 'end' },
  pub: { file: process.execPath, args: [MAGPIE, 'pub', ...PUBLISH], until: 'byte' },
  socket: { file: process.execPath, args: ['-e', SOCKET], until: 'byte' },
};

/**
 * Starts each program `starts` times, by turns.
 *
 * @throws {Error} if one cannot be started, or ends without a byte where one is waited for.
 */
export async function measureStartUp(starts: number): Promise<StartTimes> {
  const names = Object.keys(STARTED) as Starter[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let start = 0; start < starts; start++) {
    for (const name of names) times.get(name)?.push(await timeOf(STARTED[name]));
  }
  return Object.fromEntries(
    [...times].map(([name, values]) => [name, median(values)]),
  ) as unknown as StartTimes;
}

/** A table of the medians, and what the goals make of them. */
export function startUpReport(times: StartTimes): string[] {
  const { node, mosquitto_pub: mosquitto, version, pub, socket } = times;
  const pubMsMax = node + MOSQUITTO_TIMES * mosquitto;
  const row = (what: string, ms: number, goal?: [text: string, msMax: number]): string[] => [
    what,
    ms.toFixed(1),
    goal?.[0] ?? '–',
    goal === undefined ? '–' : ms <= goal[1] ? 'yes' : 'no',
  ];
  return markdownTable([
    ['', 'ms', 'target', 'met'],
    row('`node -e 0`, to its end', node),
    row('`mosquitto_pub`, to its first byte', mosquitto),
    row('`magpie --version`, to its end', version, [`≤ ${VERSION_MS_MAX}`, VERSION_MS_MAX]),
    row('`magpie pub`, to its first byte', pub, [
      `≤ ${pubMsMax.toFixed(1)}: node + ${MOSQUITTO_TIMES} × mosquitto_pub`,
      pubMsMax,
    ]),
    row('`node:net` alone, to its first byte', socket),
  ]);
}

const VERSION_MS_MAX = 80;
const MOSQUITTO_TIMES = 1.5;

async function timeOf({ file, args, until }: Started): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const byte = firstByteMs(server);
    const sinceMs = performance.now();
    const child = spawn(
      file,
      args.map((arg) => arg.replace('PORT', `${port}`)),
      {
        stdio: 'ignore',
        env: bareEnvironment(),
      },
    );
    const end = once(child, 'exit').then(() => performance.now());
    const atMs =
      until === 'byte' ? await Promise.race([byte, end.then(() => undefined)]) : await end;
    await end;
    if (atMs === undefined) throw new Error(`${file} ${args.join(' ')} sent nothing`);
    return atMs - sinceMs;
  } finally {
    server.close();
  }
}

/** When the first byte comes. Whoever sent it is hung up on: it has nothing more to do. */
function firstByteMs(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.on('connection', (socket) => {
      socket.on('error', () => {}); // hung up on while it writes
      socket.once('data', () => {
        resolve(performance.now());
        socket.destroy();
      });
    });
  });
}

/** Without what makes any Node.js slow to start, such as certificates to read. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME };
}
