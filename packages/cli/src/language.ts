/** What commands speak that explain something to people. */
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGES = ['en', 'zh'] as const;

/** The language of the environment (`LC_ALL`, `LC_MESSAGES`, `LANG`); English unless Chinese. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}
