import { join } from 'node:path';

/** The folder of the whole repository; this file runs from quality/bench/dist. */
export const REPOSITORY = join(import.meta.dirname, '../../..');
