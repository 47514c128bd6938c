import { ServeFailure } from './serve-failure.js';

/**
 * Loads a package that is installed only where it is used.
 *
 * @param key The key of the configuration that asks for it.
 * @throws {ServeFailure} if it is not there.
 */
export async function optional<T>(name: string, key: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(name)) throw error;
    throw new ServeFailure(
      `${key} needs the package ${name}, which is not installed: ` + `npm install ${name}`,
      { cause: error },
    );
  }
}
