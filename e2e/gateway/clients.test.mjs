import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assertValidSchema, buildClientSchema, buildSchema, getIntrospectionQuery } from 'graphql';
import * as accountgraph from './accountgraph.mjs';
import { figure } from './figures.mjs';

const run = promisify(execFile);

// genqlient is the version of the code generator for Go.
const genqlient = 'github.com/Khan/genqlient@v0.8.1';

// tools is the oldest version of a dependency of genqlient that this version of Go compiles.
const tools = 'golang.org/x/tools@v0.51.0';

// folder creates a folder with these files for one test.
async function folder(t, files) {
  const path = await mkdtemp(join(tmpdir(), 'accountgraph-client-'));
  t.after(() => rm(path, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true });
    await writeFile(join(path, name), text);
  }
  return path;
}

test('clients: the schema is valid, as SDL and by introspection', async (t) => {
  const sdl = buildSchema(await accountgraph.clientSchema());
  assertValidSchema(sdl);
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const query = getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, inputValueDeprecation: true });
  const introspected = buildClientSchema((await accountgraph.execute(server.url, query)).data);
  assertValidSchema(introspected);
  const names = (schema) => Object.keys(schema.getTypeMap()).filter((name) => !name.startsWith('_')).sort();
  assert.deepEqual(names(introspected), names(sdl));
});

test('clients: relay-compiler', async (t) => {
  const source = `import { graphql } from 'relay-runtime';

export const query = graphql\`
  query appQuery($filter: UserFilter, $orderBy: UserOrder) {
    ...app_users @arguments(filter: $filter, orderBy: $orderBy)
    node(id: "softwareone:User:USR-1000-1234") { ...app_user }
  }
\`;

export const user = graphql\`
  fragment app_user on User { id name status createdAt person { email } }
\`;

export const users = graphql\`
  fragment app_users on Query
  @argumentDefinitions(
    filter: { type: "UserFilter" }, orderBy: { type: "UserOrder" }, first: { type: "Int", defaultValue: 50 }, after: { type: "String" }
  )
  @refetchable(queryName: "appUsersQuery") {
    users(first: $first, after: $after, filter: $filter, orderBy: $orderBy) @connection(key: "app_users") {
      totalCount
      edges { node { ...app_user } }
    }
  }
\`;
`;
  const path = await folder(t, {
    'schema.graphql': await accountgraph.clientSchema(),
    'relay.config.json': JSON.stringify({ src: './src', schema: './schema.graphql', language: 'typescript' }),
    'src/app.ts': source,
  });
  await run(fileURLToPath(new URL('node_modules/.bin/relay-compiler', import.meta.url)), [], { cwd: path });
  assert.deepEqual((await readdir(join(path, 'src/__generated__'))).sort(), [
    'appQuery.graphql.ts', 'appUsersQuery.graphql.ts', 'app_user.graphql.ts', 'app_users.graphql.ts',
  ]);
  figure('client: relay-compiler: a query, a fragment and a list with pages');
});

test('clients: genqlient', async (t) => {
  const vendors = await accountgraph.vendors();
  t.after(vendors.stop);
  const server = await accountgraph.serve(vendors.providers);
  t.after(server.stop);
  const path = await folder(t, {
    'schema.graphql': await accountgraph.clientSchema(),
    'go.mod': 'module client\n\ngo 1.26\n',
    'genqlient.yaml': `schema: schema.graphql
operations: [operations.graphql]
generated: generated.go
package: main
optional: pointer
bindings:
  DateTime: { type: time.Time }
  URL: { type: string }
`,
    'main.go': `package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/Khan/genqlient/graphql"
)

func main() {
	client := graphql.NewClient(os.Args[1], http.DefaultClient)
	after := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	filter := &UserFilter{Status: []UserStatus{UserStatusActive}, CreatedAfter: &after}
	response, err := Users(context.Background(), client, filter, &UserOrder{Field: UserOrderFieldName, Direction: OrderDirectionDesc}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(len(response.Users.Nodes), response.Users.Nodes[0].Status)
}
`,
    'operations.graphql': `query Users($filter: UserFilter, $orderBy: UserOrder, $after: String) {
  users(first: 100, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { id status createdAt icon memberships(first: 10) { nodes { role tenant { __typename id name } } } }
  }
}

query Node($id: ID!) { node(id: $id) { __typename id } }

mutation Refresh($ids: [ID!]!) { refresh(ids: $ids) }
`,
  });
  const go = (...args) => run('go', args, { cwd: path, env: { ...process.env, GOFLAGS: '-mod=mod' } });
  await go('get', '-tool', genqlient, tools);
  await go('tool', 'genqlient');
  const { stdout } = await go('run', '.', server.url);
  assert.equal(stdout, '100 ACTIVE\n');
  figure('client: genqlient: a Go program against a server, with an input object, enums, times and an interface');
});
