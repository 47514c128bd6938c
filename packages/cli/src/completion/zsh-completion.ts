import type { CompletionPlace, CompletionWord } from './completion-places.js';
import { pathPattern } from './path-pattern.js';
import { quoteWord } from './quote-word.js';

/** The script for zsh: to be sourced behind `compinit`, or as the file `_magpie` in `$fpath`. */
export function zshCompletion(places: readonly CompletionPlace[]): string {
  return `#compdef magpie
# Completion of magpie for zsh.
_magpie() {
  local place=magpie i
  local -a commands flags
  for ((i = 2; i < CURRENT; i++)); do
    case "$place \${words[i]}" in
      ${pathPattern(places)}) place="$place \${words[i]}" ;;
    esac
  done
  case "$place \${words[CURRENT-1]}" in
${valueCases(places)}
  esac
  case "$place" in
${places.map(wordCase).join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o flag flags
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == _magpie ]]; then
  _magpie "$@"
else
  compdef _magpie magpie
fi
`;
}

function valueCases(places: readonly CompletionPlace[]): string {
  return places
    .flatMap(({ path, values }) =>
      values.map(({ flag, choices }) => {
        const offer =
          choices.length === 0 ? '_files' : `compadd -- ${choices.map(quoteWord).join(' ')}`;
        return `    ${quoteWord(`${path} ${flag}`)}) ${offer}; return ;;`;
      }),
    )
    .join('\n');
}

function wordCase({ path, commands, flags }: CompletionPlace): string {
  return `    ${quoteWord(path)})
      commands=(${commands.map(described).join(' ')})
      flags=(${flags.map(described).join(' ')})
      ;;`;
}

/** `_describe` cuts at the first colon that has no backslash. */
function described({ word, about }: CompletionWord): string {
  return quoteWord(`${word.replaceAll(':', '\\:')}:${about}`);
}
