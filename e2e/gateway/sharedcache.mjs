// A shared HTTP cache between gateways and accountgraph. It stores every response that
// Cache-Control lets it store, by the request body alone.
import { once } from 'node:events';
import { createServer } from 'node:http';

const forwardedHeaders = ['content-type', 'accept', 'authorization', 'router-authorization'];

export async function startBefore(origin) {
  const stored = new Map();
  const counts = { responses: 0, stored: 0 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    counts.responses++;
    if (!stored.has(body)) {
      const headers = Object.fromEntries(forwardedHeaders.filter((name) => request.headers[name]).map((name) => [name, request.headers[name]]));
      const upstream = await fetch(origin, { method: request.method, headers, body });
      const whole = { status: upstream.status, type: upstream.headers.get('content-type'), text: await upstream.text() };
      if (/\b(private|no-store)\b/.test(upstream.headers.get('cache-control'))) {
        respond(response, whole);
        return;
      }
      stored.set(body, whole);
      counts.stored++;
    }
    respond(response, stored.get(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    counts,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const respond = (response, { status, type, text }) => response.writeHead(status, { 'content-type': type }).end(text);
