import { parseYamlFile, type YamlShape } from '@magpie/broker/server';
import { scenarioProblems } from './scenario-problems.js';
import { knownScenarioKeys, scenarioSchema, type ScenarioValues } from './scenario-schema.js';

/** A scenario that can be run, or everything that is wrong with its file, one line each. */
export type ParsedScenario =
  | { readonly scenario: ScenarioValues }
  | { readonly problems: readonly string[] };

/**
 * Reads the text of a scenario file: YAML, of which JSON is a part.
 *
 * @param name How messages name the file.
 */
export function parseScenario(text: string, name: string): ParsedScenario {
  const { values, problems, locate } = parseYamlFile(text, name, SHAPE);
  if (values === undefined) return { problems: atMost(problems, name) };
  const found = scenarioProblems(values);
  if (found.length === 0) return { scenario: values };
  const lines = found.map(({ path, text: what }) => `${locate(path)} ${what}`);
  return { problems: atMost(lines, name) };
}

/** A file that is no YAML at all has something wrong at each word. */
function atMost(problems: readonly string[], name: string): readonly string[] {
  if (problems.length <= PROBLEMS_MAX) return problems;
  const more = problems.length - PROBLEMS_MAX;
  return [...problems.slice(0, PROBLEMS_MAX), `${name}: ${more} more problems`];
}

const PROBLEMS_MAX = 10;
const SHAPE: YamlShape<ScenarioValues> = {
  schema: scenarioSchema,
  knownKeys: knownScenarioKeys,
};
