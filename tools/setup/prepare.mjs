import { build } from './build.mjs';
import { installDependencies } from './install.mjs';

/** Installs and builds what is missing. Says something only when there is something to do. */
export async function prepare({ projects, noticeAfterMs } = {}) {
  await installDependencies();
  await build(projects, noticeAfterMs);
}
