import { type ParsedRules, RuleCompiler } from './rule-compiler.js';
import { pieces } from './rule-pieces.js';

/**
 * Reads the text of a file of access rules (`authorization` of magpie.yaml). A file without rules
 * is wrong too: with it, nobody could do anything. Where clients are served, {@link RuleReader}
 * does it without keeping them waiting.
 *
 * @param file Its name, for messages.
 */
export function parseRuleFile(text: string, file: string): ParsedRules {
  const compiler = new RuleCompiler(file);
  for (const piece of pieces({ text, file })) compiler.add(piece);
  return compiler.finish();
}
