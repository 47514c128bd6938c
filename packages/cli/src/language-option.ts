import { Option } from 'commander';
import { LANGUAGES } from './language.js';

/**
 * `--lang`, of every command that speaks a {@link LANGUAGES language} of people.
 *
 * @param of What of it speaks, if not all.
 */
export function languageOption(of = ''): Option {
  const text = ['language', of, '(default: of LANG)'].filter((part) => part !== '').join(' ');
  return new Option('--lang <LANGUAGE>', text).choices(LANGUAGES);
}
