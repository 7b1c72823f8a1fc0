// Logins without an address, which belong to no person.
import { UnassignedDocument } from '../operations.ts';
import { StatusBadge } from '../parts/badges.tsx';
import { Empty, Failed, Freshness, Incomplete, Refused, Skeleton } from '../parts/notices.tsx';
import { Pager } from '../parts/pager.tsx';
import { refusalOf, unread } from '../problems.ts';
import { useOperation } from '../query.ts';
import { link, type Route } from '../route.ts';
import { tellsLastSignIn } from '../vendors.ts';
import { Heading } from './heading.tsx';
import { Time } from './peopletable.tsx';

export function UnassignedView({ route }: { route: Route }) {
  const after = route.params.get('after') ?? '';
  const { data, errors, loading, retrying, reload } = useOperation(UnassignedDocument, { after: after || null });
  const users = data?.users;
  const refusal = refusalOf(data, errors);
  return (
    <>
      <Heading title="Without an address" lead="Logins that the vendor has no e-mail address of: shared screens, devices, or accounts of nobody. They belong to no person." />
      {refusal && <Refused refusal={refusal} />}
      {!refusal && !users && (loading ? <Skeleton /> : <Failed errors={errors} retrying={retrying} reload={reload} />)}
      {users && (
        <section aria-busy={loading} aria-label="Logins">
          {(!users.complete || errors.length > 0) && (
            <Incomplete title="This list may not be complete" errors={errors} consequence="Logins may be missing." loading={loading} retrying={retrying} reload={reload} />
          )}
          <p class="status" role="status" data-complete={loading ? undefined : users.complete}>
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
