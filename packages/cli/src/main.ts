import { runProgram } from './program.js';
import { runProcess } from './run-process.js';

// What bin/magpie.js loads for a command that has no bundle.
await runProcess(process.argv.slice(2), runProgram);
