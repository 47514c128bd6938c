import { Option } from 'commander';
import { LANGUAGES } from './language.js';

/** `--lang`, of every command that speaks a {@link LANGUAGES language} of people. */
export function languageOption(): Option {
  return new Option('--lang <LANGUAGE>', 'language (default: of LANG)').choices(LANGUAGES);
}
