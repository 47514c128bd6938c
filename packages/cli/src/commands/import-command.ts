import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import {
  loadTextFile,
  parseConfigFile,
  parseRuleFile,
  parseUserFile,
  resolveConfig,
} from '@magpie/broker/server';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import type { CommandContext } from '../command-context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ConversionNote } from '../mosquitto/conversion-note.js';
import { convertMosquittoAcl } from '../mosquitto/convert-mosquitto-acl.js';
import {
  type ConvertedConf,
  convertMosquittoConf,
  type WrittenConfig,
} from '../mosquitto/convert-mosquitto-conf.js';
import { parseMosquittoConf } from '../mosquitto/parse-mosquitto-conf.js';

/** `magpie import mosquitto FILE`: makes magpie.yaml and acl.yaml of mosquitto.conf. */
export function importCommand(
  command: Command,
  context: CommandContext,
  finish: (code: ExitCode) => void,
): void {
  command
    .description('Make the files of Magpie from those of another broker')
    .addHelpText('after', EXAMPLES);
  command
    .command('mosquitto')
    .summary('Make magpie.yaml and acl.yaml of mosquitto.conf')
    .description(
      'Make magpie.yaml and acl.yaml of mosquitto.conf and the file of access rules it names. The '
        + 'password file is used as it is. What could not be converted is listed with its line. '
        + 'Relative paths are seen from the folder of FILE.',
    )
    .argument('<FILE>', 'the configuration of mosquitto')
    .option('--out <DIR>', 'where the files are written', '.')
    .option('--force', 'overwrite files that are there')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { out, force }: { out: string; force?: true }) => {
      finish(await importMosquitto({ file, out, force: force === true }, context));
    });
}

const EXAMPLES = `
Examples:
  magpie import mosquitto /etc/mosquitto/mosquitto.conf
  magpie import mosquitto mosquitto.conf --out /etc/magpie`;

interface Wish {
  readonly file: string;
  readonly out: string;
  readonly force: boolean;
}

/** What will be written, by its name in the folder. */
type Files = Readonly<Record<string, string>>;

async function importMosquitto(wish: Wish, { out, err }: CommandContext): Promise<ExitCode> {
  const { file } = wish;
  const text = await readText(file);
  if ('problem' in text) return failed(err, [`Cannot read ${file}: ${text.problem}`]);
  const converted = convertMosquittoConf(parseMosquittoConf(text.text, basename(file)));
  if (converted.problems.length > 0) return failed(err, converted.problems.map(line));
  const notes = [...converted.notes];
  const rules = await convertRules(converted, wish, notes);
  if ('problem' in rules) return failed(err, [rules.problem]);
  const config = configText(converted.config, rules.text !== undefined, wish);
  await checkUsers(converted.config, wish, notes);
  const files: Files = {
    'magpie.yaml': `${HEAD} ${basename(file)}\n${config}`,
    ...(rules.text !== undefined && { 'acl.yaml': `${HEAD} ${rules.from}\n${rules.text}` }),
  };
  const refused = await writeAll(files, wish);
  if (refused !== undefined) return failed(err, [refused]);
  for (const name of Object.keys(files)) out(`${join(wish.out, name)} is written`);
  for (const note of notes) out(line(note));
  for (const problem of problemsOf(config, wish)) out(problem);
  return EXIT.ok;
}

const HEAD = '# Made by magpie import mosquitto of';

/** What `magpie config check` would say. */
function problemsOf(config: string, { out }: Wish): string[] {
  const file = parseConfigFile(config, join(out, 'magpie.yaml'));
  const resolved = resolveConfig({ flags: {}, env: {}, file });
  return resolved.ok ? [] : resolved.problems.map(({ message }) => message);
}

async function convertRules(
  { aclFile }: ConvertedConf,
  wish: Wish,
  notes: ConversionNote[],
): Promise<{ problem: string } | { text: string | undefined; from: string }> {
  if (aclFile === undefined) return { text: undefined, from: '' };
  const { value, place } = aclFile;
  const loaded = await readText(besideConf(value, wish));
  if ('problem' in loaded) return { problem: `${place}: cannot read ${value}: ${loaded.problem}` };
  const from = basename(value);
  const converted = convertMosquittoAcl(loaded.text, from);
  notes.push(...converted.notes);
  const text = stringify({ rules: converted.rules }, YAML);
  const parsed = parseRuleFile(text, 'acl.yaml');
  if ('problems' in parsed) return { problem: `${from}: ${parsed.problems.join('; ')}` };
  return { text, from };
}

function configText(config: WrittenConfig, hasRules: boolean, wish: Wish): string {
  const path = (value: string) => besideOut(value, wish);
  const { listeners, authentication, ...rest } = config;
  const users = authentication?.users;
  return stringify(
    {
      listeners: listeners.map((listener) => {
        const files = (['cert', 'key', 'ca', 'crl'] as const).map((key) => {
          const value = listener[key];
          return value === undefined ? {} : { [key]: path(value) };
        });
        return Object.assign({}, listener, ...files) as typeof listener;
      }),
      ...(authentication && {
        authentication: { ...authentication, ...(users !== undefined && { users: path(users) }) },
      }),
      ...(hasRules && { authorization: 'acl.yaml' }),
      ...rest,
    },
    YAML,
  );
}

async function checkUsers(
  { authentication }: WrittenConfig,
  wish: Wish,
  notes: ConversionNote[],
): Promise<void> {
  const users = authentication?.users;
  if (users === undefined) return;
  const loaded = await readText(besideConf(users, wish));
  const problems =
    'problem' in loaded
      ? [`password_file ${users}: ${loaded.problem}`]
      : parseUserFile(loaded.text, basename(users)).problems;
  for (const text of problems) notes.push({ place: '', text });
}

function readText(path: string) {
  return loadTextFile(path, FILE_BYTES_MAX);
}

function besideConf(path: string, { file }: Wish): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

/** As magpie.yaml, which is there, has to name it. */
function besideOut(path: string, wish: Wish): string {
  return isAbsolute(path) ? path : relative(resolve(wish.out), resolve(besideConf(path, wish)));
}

/** All, or none. @returns Why not. */
async function writeAll(files: Files, { out, force }: Wish): Promise<string | undefined> {
  const names = Object.keys(files);
  try {
    await mkdir(out, { recursive: true });
    for (const name of force ? [] : names) {
      const path = join(out, name);
      if (await exists(path)) return `${path} is there already: --force overwrites it`;
    }
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(out, name), text, { flag: force ? 'w' : 'wx' });
    }
    return undefined;
  } catch (error) {
    return `Cannot write to ${out}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function line({ place, text }: ConversionNote): string {
  return place === '' ? text : `${place}: ${text}`;
}

function failed(err: (line: string) => void, lines: readonly string[]): ExitCode {
  for (const one of lines) err(one);
  return EXIT.failure;
}

/** One line for each text, and everything written out. */
const YAML = { lineWidth: 0, aliasDuplicateObjects: false };
const FILE_BYTES_MAX = 64 * 1024 * 1024;
