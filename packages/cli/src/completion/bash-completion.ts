import type { CompletionPlace } from './completion-places.js';
import { pathPattern } from './path-pattern.js';
import { quoteWord } from './quote-word.js';

/** The script for bash, from 3.2 on. Where it has nothing to offer, bash offers files. */
export function bashCompletion(places: readonly CompletionPlace[]): string {
  return `# Completion of magpie for bash.
_magpie() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local place=magpie commands='' flags='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$place \${COMP_WORDS[i]}" in
      ${pathPattern(places)}) place="$place \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$place $before" in
${valueCases(places)}
  esac
  case "$place" in
${places.map(wordCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -o default -F _magpie magpie
`;
}

function valueCases(places: readonly CompletionPlace[]): string {
  return places
    .flatMap(({ path, values }) =>
      values.map(({ flag, choices }) => {
        const offer = `COMPREPLY=($(compgen -W ${quoteWord(choices.join(' '))} -- "$current")); `;
        const does = choices.length === 0 ? '' : offer;
        return `    ${quoteWord(`${path} ${flag}`)}) ${does}return ;;`;
      }),
    )
    .join('\n');
}

function wordCase({ path, commands, flags }: CompletionPlace): string {
  const words = (list: CompletionPlace['flags']) =>
    quoteWord(list.map(({ word }) => word).join(' '));
  return `    ${quoteWord(path)}) commands=${words(commands)} flags=${words(flags)} ;;`;
}
