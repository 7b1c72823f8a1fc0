// A token issuer with its keys in a file.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const issuer = 'https://login.example.com';
const audience = 'accountgraph';

// issue creates a key. It returns the configuration for it, and token, which signs a token
// with scopes.
export async function issue() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const folder = await mkdtemp(join(tmpdir(), 'accountgraph-e2e-'));
  const file = join(folder, 'jwks.json');
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
  await writeFile(file, JSON.stringify({ keys: [key] }));
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    config: `{issuer: '${issuer}', audience: '${audience}', jwksFile: '${file}'}`,
    token(scope) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: issuer, aud: audience, sub: 'someone', iat: now, exp: now + 600, scope };
      const text = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`;
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    stop: () => rm(folder, { recursive: true }),
  };
}
