import { availableParallelism } from 'node:os';

import { runChecks } from './checks.mjs';
import { reportFailure, run } from './command.mjs';
import { prepare } from './prepare.mjs';
import { installCommand, provideSystemNeeds } from './system-packages.mjs';
import { testFiles } from './test-files.mjs';
import { groupTests } from './test-groups.mjs';

/** Longest time of one process: a test file, or a group of them. It only ends what hangs. */
const TEST_TIMEOUT_MS = 300_000;

/**
 * Sets up what is missing, then runs the checks (house rules, lint, format) and the tests.
 *
 *     npm test                                      everything
 *     npm test -- packages/protocol                 the tests below a path, without the checks
 *     npm test -- --no-checks                       every test, without the checks
 *     npm test -- --test-name-pattern=Framer        other options go to `node --test`
 */
export async function runTests(args) {
  try {
    const { paths, options, checks } = parseArguments(args);
    await prepare();
    const tests = await testFiles(paths);
    const leftOut = await leaveOut(tests);
    const failedChecks = checks ? await runChecks() : [];
    const chosen = tests.filter((test) => !leftOut.tests.includes(test));
    const passed = await runNodeTests(chosen, options, leftOut.needs);
    const { code, lines } = verdict({ passed, failedChecks, leftOut }, process.env.CI === 'true');
    for (const line of lines) console.error(line);
    process.exitCode = code;
  } catch (error) {
    reportFailure(error);
  }
}

/** Paths, options for `node --test`, and whether the checks run. */
export function parseArguments(args) {
  const paths = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-') && arg !== '--no-checks');
  return { paths, options, checks: paths.length === 0 && !args.includes('--no-checks') };
}

async function leaveOut(tests) {
  const needs = [...new Set(tests.flatMap((test) => test.needs))];
  const missing = await provideSystemNeeds(needs);
  return {
    needs: missing,
    tests: tests.filter((test) => test.needs.some((need) => missing.includes(need))),
  };
}

async function runNodeTests(tests, options, missingNeeds) {
  if (tests.length === 0) return true;
  const { code } = await run(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${availableParallelism()}`,
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      // The default differs between versions of Node.js when the output is not a terminal.
      `--test-reporter=${process.stdout.isTTY ? 'spec' : 'tap'}`,
      '--test-reporter-destination=stdout',
      `--test-reporter=${new URL('failed-tests.mjs', import.meta.url)}`,
      '--test-reporter-destination=stdout',
      ...options,
      ...(await groupTests(tests)),
    ],
    { show: true, env: { MAGPIE_TESTS_LEFT_OUT: missingNeeds.join(',') } },
  );
  return code === 0;
}

/**
 * The exit code and the closing lines.
 *
 * @param ci whether leaving out a test is a failure
 */
export function verdict({ passed, failedChecks, leftOut }, ci) {
  const lines = [];
  if (leftOut.tests.length > 0) {
    const names = leftOut.tests.map((test) => test.source).join(', ');
    lines.push(`Left out: ${names}; get what they need by: ${installCommand(leftOut.needs)}`);
  }
  for (const { output } of failedChecks) lines.push(output);
  if (failedChecks.length > 0) {
    lines.push(`Failed checks: ${failedChecks.map(({ name }) => name).join(', ')}`);
  }
  const complete = leftOut.tests.length === 0 || !ci;
  return { code: passed && failedChecks.length === 0 && complete ? 0 : 1, lines };
}
