// A cache for everybody, between gateways and accountgraph, that keeps whatever it
// may: what it hands out a second time, it hands to whoever asks.
import { once } from 'node:events';
import { createServer } from 'node:http';

const passed = ['content-type', 'accept', 'authorization', 'router-authorization'];

export async function before(origin) {
  const kept = new Map();
  const counts = { answers: 0, kept: 0 };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    counts.answers++;
    if (!kept.has(body)) {
      const headers = Object.fromEntries(passed.filter((name) => request.headers[name]).map((name) => [name, request.headers[name]]));
      const answer = await fetch(origin, { method: request.method, headers, body });
      const whole = { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
      if (/\b(private|no-store)\b/.test(answer.headers.get('cache-control'))) {
        respond(response, whole);
        return;
      }
      kept.set(body, whole);
      counts.kept++;
    }
    respond(response, kept.get(body));
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
