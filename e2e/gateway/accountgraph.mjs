// Runs the built binary.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = process.env.ACCOUNTGRAPH ?? fileURLToPath(new URL('../../accountgraph', import.meta.url));

// timeout bounds every wait for the program, in milliseconds.
const timeout = 20_000;

// start runs the program until its output matches the pattern. It returns the match, and
// stop, which ends the program.
async function start(args, stream, pattern) {
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise((resolve) => child.once('close', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  let text = '';
  const match = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${args[0]} not ready after ${timeout} ms: ${text}`)), timeout);
    const look = (chunk) => {
      text += chunk;
      const found = pattern.exec(text);
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    };
    child[stream].on('data', look);
    child[stream === 'stdout' ? 'stderr' : 'stdout'].resume();
    child.once('error', reject);
    child.once('close', () => reject(new Error(`${args[0]} exited: ${text}`)));
  }).catch(async (problem) => {
    child.kill('SIGKILL');
    throw problem;
  });
  return { match, stop };
}

// vendors runs the simulated vendors; providers is the configuration for them.
export async function vendors() {
  const { match, stop } = await start(['vendors', '--port', '0'], 'stdout', /^providers:\n(?:.*\n)*?(?=# Ctrl-C)/m);
  return { providers: match[0], stop };
}

// serve runs the server with a configuration file.
export async function serve(config) {
  const folder = await mkdtemp(join(tmpdir(), 'accountgraph-e2e-'));
  const file = join(folder, 'accountgraph.yaml');
  await writeFile(file, config);
  const { match, stop } = await start(['serve', '--listen', '127.0.0.1:0', '--config', file], 'stderr', /"address":"([^"]+)"/);
  return {
    url: `http://${match[1]}/graphql`,
    page: `http://${match[1]}/`,
    stop: async () => {
      await stop();
      await rm(folder, { recursive: true });
    },
  };
}

// command runs a command of the program to its end, and returns the exit code.
export function command(args) {
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

// without moves a provider to a port on which nothing listens.
export async function without(providers, name) {
  const port = await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  const target = new RegExp(`(- name: ${name}\\n(?:    .*\\n)*?    baseURL: http://127\\.0\\.0\\.1:)\\d+`);
  if (!target.test(providers)) throw new Error(`there is no provider ${name}`);
  return providers.replace(target, `$1${port}`);
}

// schema returns the SDL for a version of federation, by default the newest.
export const schema = (federation) => print(federation ? ['--federation', federation] : []);

// clientSchema returns the SDL for clients, without federation.
export const clientSchema = () => print(['--client']);

// print returns what the command schema prints.
async function print(flags) {
  const child = spawn(binary, ['schema', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  return text;
}

// execute sends a query and returns the response.
export async function execute(url, query, variables = {}, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return await response.json();
}
