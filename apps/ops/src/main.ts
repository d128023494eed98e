import 'reflect-metadata';
import process from 'node:process';
import { processConfig } from '#libs/platform';
import { runOps } from './run-ops.ts';
import { processTerminal } from './terminal.ts';

const terminal = processTerminal();
const warn = (variables: readonly string[]): void => terminal.err(`Nobody reads ${variables.join(', ')}\n`);
process.exitCode = await runOps(process.argv.slice(2), { terminal, config: () => processConfig('ops', warn) });
