import { silentLogger } from '@magpie/broker';
import type { LogLevel } from '@magpie/broker/server';
import type { CommandContext, ProgressBar } from './command-context.js';
import type { Log } from './log.js';
import { runProgram } from './program.js';

/** A log line as a test sees it. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string };

/** What a command said, without a process. */
export interface Said {
  readonly code: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

export interface CommandRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What is typed where a secret is asked for, line by line. */
  readonly secrets?: readonly string[];
  /** Standard input. */
  readonly stdin?: readonly string[];
  /** Whether a person types them. */
  readonly typed?: boolean;
  /** Gets what asks the command to read its configuration again. */
  readonly onReload?: CommandContext['onReload'];
  /** Size of the terminal that stdout is; without it, it is none. */
  readonly screen?: { readonly columns: number; readonly rows: number };
  /** The bar that stands on the terminal; without it, there is none. */
  readonly bar?: ProgressBar;
  /** Told what was printed. */
  readonly onPrint?: (text: string) => void;
  /** Told each line that is logged. */
  readonly onLog?: (line: LogLine) => void;
}

/** Runs the program in this process, with arrays for its streams. */
export async function runInProcess(args: readonly string[], run: CommandRun = {}): Promise<Said> {
  const { env = {}, signal = new AbortController().signal, onLog = () => {}, typed = false } = run;
  const secrets = [...(run.secrets ?? [])];
  const out: string[] = [];
  const err: string[] = [];
  const context: CommandContext = {
    version: '1.2.3',
    env,
    signal,
    readSecret: async () => secrets.shift(),
    typesSecrets: typed,
    out: (line) => void out.push(line),
    write: (bytes) =>
      void out.push(
        ...Buffer.from(bytes)
          .toString()
          .split(/(?<=\n)/),
      ),
    colors: false,
    screen: () => run.screen,
    stdin: () => chunksOf(run.stdin ?? []),
    print: async (text) => {
      out.push(...text.trimEnd().split('\n'));
      run.onPrint?.(text);
    },
    err: (line) => void err.push(line),
    onReload: run.onReload ?? (() => () => {}),
    openBar: async () => run.bar,
    openLog: async () => arrayLog(onLog),
  };
  const code = await runProgram(args, context);
  return { code, out, err };
}

async function* chunksOf(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** A log that hands each line, warnings and errors too, to the test. */
export function arrayLog(onLog: (line: LogLine) => void): Log {
  let level: LogLevel = 'info';
  const write = (of: string) => (fields: object, msg: string) =>
    onLog({ ...fields, level: of, msg });
  return {
    ...silentLogger,
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    packets: silentLogger,
    level: () => level,
    setLevel: (wanted) => {
      level = wanted;
    },
    isLevelEnabled: () => true,
    flush: () => {},
  };
}
