import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run conformance -- --url mqtt://HOST [--ws-url ws://HOST/mqtt]

Runs the conformance tests of MQTT 3.1.1 against a broker and says what it does otherwise.

  --url [NAME=]URL     the broker: mqtt, mqtts, ws or wss; user and password may stand in the URL.
                       Repeat it to compare brokers; NAME is the heading of the column
  --ws-url URL         the same broker over WebSocket; without it (and without a ws URL above)
                       the WebSocket chapter is skipped. Repeat it in the order of --url
  --only WORD          only the tests of that chapter, of that statement (MQTT-3.1.2-24), or whose
                       name contains the words; can be repeated
  --list               print the tests, not run them
  --timeout SECONDS    longest wait for anything (default 5)
  --concurrency N      tests under way at once (default 16)
  --strict             recommendations and extensions count for the exit code too
  --json               print the results as JSON
  --markdown           print the results as tables in Markdown
  --into FILE          write these tables between the marks of a page
  --update-clauses     write into clauses.json which tests show which statement
  --help               print this

Exit code: 0 all passed, 1 a test a broker must pass failed or a broker was not reached, 2 usage`;

export interface BrokerOption {
  readonly name: string;
  readonly url: string;
  readonly wsUrl: string | undefined;
}

export interface Options {
  readonly brokers: readonly BrokerOption[];
  readonly only: readonly string[];
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly strict: boolean;
  readonly task: 'run' | 'list' | 'help' | 'update-clauses';
  readonly format: 'text' | 'json' | 'markdown';
  /** Page that takes the Markdown tables. */
  readonly into: string | undefined;
}

const SCHEMES = ['mqtt:', 'tcp:', 'mqtts:', 'tls:', 'ws:', 'wss:'];

/** @throws {TypeError | RangeError} for an unknown option and for a bad value. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', multiple: true, default: [] },
      'ws-url': { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '5' },
      concurrency: { type: 'string', default: '16' },
      strict: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      into: { type: 'string' },
      'update-clauses': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const brokers = values.url.map((url, n) => readBroker(url, values['ws-url'][n]));
  const task = values.help
    ? 'help'
    : values.list
      ? 'list'
      : values['update-clauses'] && 'update-clauses';
  if (!task && brokers.length === 0) throw new RangeError('A broker is needed: --url mqtt://HOST');
  return {
    brokers,
    only: values.only,
    timeoutMs: readNumber('--timeout', values.timeout, 0.1, 600) * 1000,
    concurrency: Math.trunc(readNumber('--concurrency', values.concurrency, 1, 1000)),
    strict: values.strict,
    task: task || 'run',
    format: values.json
      ? 'json'
      : values.markdown || values.into !== undefined
        ? 'markdown'
        : 'text',
    into: values.into,
  };
}

function readBroker(value: string, wsValue: string | undefined): BrokerOption {
  const [, name, rest] = /^(?:([^=:/]+)=)?(.*)$/.exec(value) ?? [];
  const url = readUrl('--url', rest ?? '');
  const isWeb = url.protocol === 'ws:' || url.protocol === 'wss:';
  const own = isWeb ? url.href : undefined;
  const wsUrl = wsValue === undefined ? own : readUrl('--ws-url', wsValue).href;
  return { name: name ?? url.host, url: url.href, wsUrl };
}

function readUrl(option: string, text: string): URL {
  if (!URL.canParse(text) || !SCHEMES.includes(new URL(text).protocol)) {
    throw new RangeError(
      `${option} must be a URL of mqtt, mqtts, ws or wss: current value is ${text}`,
    );
  }
  return new URL(text);
}

function readNumber(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new RangeError(
    `${option} must be a number from ${min} to ${max}: current value is ${text}`,
  );
}
