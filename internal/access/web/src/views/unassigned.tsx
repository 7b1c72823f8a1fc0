// Logins without an address, which belong to no person.
import type { GraphError } from '../api.ts';
import { list, wholeSeconds, type Table } from '../csv.ts';
import { counted } from '../format.ts';
import { UnassignedDocument, type UnassignedQuery } from '../operations.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { ExportButton } from '../parts/export.tsx';
import { Empty, Failed, Freshness, Incomplete, Refused, Skeleton } from '../parts/notices.tsx';
import { Pager } from '../parts/pager.tsx';
import { missingOf, pages } from '../people.ts';
import { refusalOf, unread } from '../problems.ts';
import { useOperation } from '../query.ts';
import { link, type Route } from '../route.ts';
import { tellsLastSignIn } from '../vendors.ts';
import { Heading } from './heading.tsx';
import { Time } from './peopletable.tsx';

const perPage = 50;

export function UnassignedView({ route }: { route: Route }) {
  const after = route.params.get('after') ?? '';
  const { data, errors, loading, retrying, reload } = useOperation(UnassignedDocument, { first: perPage, after: after || null });
  const users = data?.users;
  const refusal = refusalOf(data, errors);
  return (
    <>
      <Heading title="Without an address" lead="Logins that the vendor has no e-mail address of: shared screens, devices, or accounts of nobody. They belong to no person." />
      {refusal && <Refused refusal={refusal} />}
      {!refusal && !users && (loading ? <Skeleton /> : <Failed errors={errors} retrying={retrying} reload={reload} />)}
      {users && (
        <section aria-busy={loading} aria-label="Logins">
          <div class="toolbar">
            <ExportButton name="unassigned" shown={data} read={readTable} />
          </div>
          {(!users.complete || errors.length > 0) && (
            <Incomplete title="This list may not be complete" errors={errors} consequence="Logins may be missing." loading={loading} retrying={retrying} reload={reload} />
          )}
          <p class="status" role="status" data-complete={loading ? undefined : users.complete}>
            {users.totalCount !== null
              ? counted(users.totalCount, 'login')
              : `${counted(users.nodes.length, 'login')} on this page, in all not known`}
            {users.complete && errors.length === 0 && ' · complete'}
            {users.freshness && ' · '}
            <Freshness freshness={users.freshness} />
          </p>
          {users.nodes.length === 0 && <Empty title={users.complete ? 'Every login has an address' : 'None is known'} />}
          {users.nodes.length > 0 && (
            <table role="table" class="rows">
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader" scope="col">Login</th>
                  <th role="columnheader" scope="col">Provider</th>
                  <th role="columnheader" scope="col">Status</th>
                  <th role="columnheader" scope="col">Last sign-in</th>
                </tr>
              </thead>
              <tbody role="rowgroup">
                {users.nodes.map((user, i) =>
                  user ? (
                    <tr role="row" key={user.id}>
                      <td role="cell" class="who">
                        <span class="name">{user.name ?? user.login ?? user.id}</span>
                        <span class="address">{user.login ?? user.id}</span>
                      </td>
                      <td role="cell">{user.provider.name}</td>
                      <td role="cell">
                        <StatusBadge status={user.status} />
                      </td>
                      <td role="cell">
                        {user.lastLoginAt ? (
                          <Time at={user.lastLoginAt} />
                        ) : unread(errors, 'users', 'nodes', i, 'lastLoginAt') ? (
                          <span class="quiet">Could not be read</span>
                        ) : (
                          <span class="quiet">{tellsLastSignIn(user.provider.vendor) ? 'None known' : 'Vendor does not tell'}</span>
                        )}
                      </td>
                    </tr>
                  ) : (
                    <tr role="row" key={i}>
                      <td role="cell" colSpan={4} class="quiet">
                        One login could not be read.
                      </td>
                    </tr>
                  ),
                )}
              </tbody>
            </table>
          )}
          <Pager pageInfo={users.pageInfo} after={after} to={(cursor) => link('unassigned', cursor ? new URLSearchParams({ after: cursor }) : undefined)} />
        </section>
      )}
    </>
  );
}

// columns are those of `accountgraph export users`.
const columns = ['id', 'provider', 'vendor', 'email', 'login', 'name', 'status', 'lastLoginAt', 'createdAt', 'readAt', 'unread'];

async function readTable(progress: (rows: number) => void, signal: AbortSignal): Promise<Table> {
  const rows: string[][] = [];
  const errors: GraphError[] = [];
  let complete = true;
  for await (const page of pages(UnassignedDocument, {}, (data: UnassignedQuery) => data.users, signal)) {
    errors.push(...page.errors);
    complete &&= page.list.complete && page.errors.length === 0;
    page.list.nodes.forEach((user, i) => {
      if (!user) return;
      const missing = ['login', 'name', 'lastLoginAt', 'createdAt'].filter((field) => unread(page.errors, 'users', 'nodes', i, field));
      rows.push([
        user.id, user.provider.name, user.provider.vendor, user.email ?? '', user.login ?? '', user.name ?? '', user.status,
        user.lastLoginAt ?? '', user.createdAt ?? '', wholeSeconds(page.list.freshness?.fetchedAt), list(missing),
      ]);
    });
    progress(rows.length);
  }
  return { columns, rows, complete, missing: missingOf(errors, complete) };
}
