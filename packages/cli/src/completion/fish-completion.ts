import type { CompletionPlace } from './completion-places.js';

/** The script for fish. */
export function fishCompletion(places: readonly CompletionPlace[]): string {
  return `# Completion of magpie for fish.
function __magpie_at
    set -l place magpie
    for word in (commandline -opc)[2..-1]
        if contains -- "$place $word" ${places.map(({ path }) => quote(path)).join(' ')}
            set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c magpie -e
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, commands, flags, values }: CompletionPlace): string[] {
  const at = `complete -c magpie -n ${quote(`__magpie_at ${quote(path)}`)}`;
  return [
    ...commands.map(({ word, about }) => `${at} -f -a ${quote(word)} -d ${quote(about)}`),
    ...flags.map(({ word, about }) => {
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`;
      const taken = values.find(({ flag }) => flag === word);
      const choices = taken?.choices ?? [];
      // With choices nothing else makes sense; without, fish offers files.
      const value =
        choices.length > 0 ? ` -x -a ${quote(choices.join(' '))}` : taken ? ' -r -F' : '';
      return `${at} ${name}${value} -d ${quote(about)}`;
    }),
  ];
}

/** fish knows two escapes between single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
