// Prism, a library that knows OpenAPI documents, as a vendor and as a judge of the simulator of
// SoftwareOne.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import prism from '@stoplight/prism-http';

const { createInstance, getHttpOperationsFromSpec } = prism;

const quiet = Object.assign(
  Object.fromEntries(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'success'].map((level) => [level, () => {}])),
  { child: () => quiet },
);

const config = { validateRequest: true, validateResponse: true, checkSecurity: false, errors: true, mock: { dynamic: false } };

// operations returns those of SoftwareOne's OpenAPI document, as openapi.mjs reduced it.
const operations = async () => getHttpOperationsFromSpec(JSON.parse(await readFile(new URL('softwareone-openapi.json', import.meta.url), 'utf8')));

// input is a request as Prism describes it.
function input(request) {
  const { pathname, searchParams } = new URL(request.url, 'http://vendor.example');
  return { method: 'get', url: { path: pathname, query: Object.fromEntries(searchParams) }, headers: request.headers };
}

// mock runs a vendor whose responses are made from the document alone.
export async function mock() {
  const all = await operations();
  return await serve(async (request, response) => {
    const { right, left } = await createInstance({ ...config, isProxy: false }, { logger: quiet }).request(input(request), all)();
    const status = right?.output.statusCode ?? left.status ?? 500;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(right?.output.body ?? { title: left.message }));
  });
}

// judge runs a server in front of the vendor at origin, which passes requests and responses on
// as they are. verdict compares all of them with the document: it returns how many responses each
// path had, and the differences, each once, without the indices of lists.
export async function judge(origin) {
  const received = [];
  const server = await serve(async (request, response) => {
    const answer = await fetch(origin + request.url, { headers: { authorization: request.headers.authorization, accept: 'application/json' } });
    const type = answer.headers.get('content-type');
    const text = await answer.text();
    received.push({ request: { url: request.url, headers: request.headers }, status: answer.status, type, text });
    response.writeHead(answer.status, { 'content-type': type }).end(text);
  });
  const verdict = async () => {
    const all = await operations();
    const responses = {};
    const differences = new Set();
    for (const { request, status, type, text } of received) {
      const output = { statusCode: status, headers: { 'content-type': type }, body: JSON.parse(text) };
      const forward = () => () => async () => ({ _tag: 'Right', right: output });
      const proxy = { ...config, isProxy: true, upstream: new URL('http://vendor.example') };
      const described = input(request);
      const { right, left } = await createInstance(proxy, { logger: quiet, forward }).request(described, all)();
      const path = all.find((each) => new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(described.url.path))?.path ?? described.url.path;
      responses[path] = (responses[path] ?? 0) + 1;
      const found = right ? [...right.validations.input, ...right.validations.output] : [{ message: left.message }];
      for (const { message } of found) differences.add(`${path}: ${message.replace(/\.\d+\b/g, '[]')}`);
    }
    return { responses, differences: [...differences].sort() };
  };
  return { ...server, verdict };
}

async function serve(handler) {
  const server = createServer((request, response) => handler(request, response).catch((problem) => response.writeHead(502).end(String(problem))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
