// Leavers: of a pasted list of addresses, who can still sign in.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { decode, parse } from '../addresses.ts';
import { download, list } from '../csv.ts';
import { amount, counted, timeOfDay } from '../format.ts';
import { findings, review, type Finding, type Leaver, type Review } from '../leavers.ts';
import { Badge, Login, UnknownLogins, type Tone } from '../parts/badges.tsx';
import { Icon } from '../parts/icons.tsx';
import { Incomplete, Skeleton } from '../parts/notices.tsx';
import { problemsOf } from '../problems.ts';
import { link, go, personLink, type Route } from '../route.ts';
import { store, stored, useCredentials } from '../session.ts';
import { Heading } from './heading.tsx';
import { LastSignIn } from './peopletable.tsx';

const words: Record<Finding, { label: string; tone: Tone }> = {
  CAN_SIGN_IN: { label: 'Can still sign in', tone: 'bad' },
  CAN_ACCEPT_INVITATION: { label: 'Can accept an invitation', tone: 'bad' },
  MAY_SIGN_IN: { label: 'May sign in', tone: 'warn' },
  NOT_KNOWN: { label: 'Not known', tone: 'warn' },
  CANNOT_SIGN_IN: { label: 'Cannot sign in', tone: 'ok' },
  NO_LOGIN: { label: 'No login', tone: 'ok' },
};

// inLogins are the findings whose evidence is in the column of logins.
const inLogins: Finding[] = ['CAN_SIGN_IN', 'CAN_ACCEPT_INVITATION', 'CANNOT_SIGN_IN'];

// kept is the last result of this page, for the back button.
let kept: { text: string; credentials: string; result: Review } | undefined;

export function LeaversView({ route }: { route: Route }) {
  const credentials = useCredentials();
  const [text, setText] = useState(stored('leavers'));
  const [result, setResult] = useState(kept?.text === text && kept.credentials === credentials ? kept.result : undefined);
  const [done, setDone] = useState<number>();
  const [failure, setFailure] = useState('');
  const running = useRef<AbortController | undefined>(undefined);
  const pasted = useMemo(() => parse(text), [text]);
  useEffect(() => () => running.current?.abort(), []);

  const change = (changed: string) => {
    setText(changed);
    store('leavers', changed);
    running.current?.abort();
    setResult(undefined);
    setFailure('');
  };
  const open = async (file: File) => {
    try {
      change(decode(await file.arrayBuffer()));
    } catch {
      change('');
      setFailure(`${file.name} is not a text in UTF-8. Save it as CSV UTF-8, or paste the addresses.`);
    }
  };
  const check = async () => {
    const controller = new AbortController();
    running.current?.abort();
    running.current = controller;
    setDone(0);
    setFailure('');
    setResult(undefined);
    try {
      const found = await review(pasted.addresses, setDone, controller.signal);
      kept = { text, credentials, result: found };
      setResult(found);
    } catch (problem) {
      if (!controller.signal.aborted) setFailure(problem instanceof Error ? problem.message : String(problem));
    } finally {
      if (running.current === controller) setDone(undefined);
    }
  };

  return (
    <>
      <Heading title="Leavers" lead="Paste the addresses of people who left. See who can still sign in, and where." />
      <form
        class="paste"
        onSubmit={(event) => {
          event.preventDefault();
          void check();
        }}
      >
        <label for="addresses">Addresses</label>
        <textarea
          id="addresses"
          rows={result ? 3 : 8}
          spellcheck={false}
          value={text}
          placeholder={'anna@acme.example\nJan.Kowalski@acme.example, li@acme.example'}
          onInput={(event) => change(event.currentTarget.value)}
          aria-describedby="pasted"
        />
        <div class="between">
          <p id="pasted" class="quiet">
            {text.trim() ? counted(pasted.addresses.length, 'address', 'addresses') : 'One a line, a column of a spreadsheet, or separated by commas. The list stays in this tab.'}
          </p>
          <div class="row">
            <label class="button file">
              Open a file
              <input
                type="file"
                accept=".csv,.txt,text/plain,text/csv"
                onChange={(event) => {
                  const file = event.currentTarget.files?.[0];
                  event.currentTarget.value = '';
                  if (file) void open(file);
                }}
              />
            </label>
            {done === undefined ? (
              <button type="submit" class="button primary" disabled={pasted.addresses.length === 0}>
                Check
              </button>
            ) : (
              <button type="button" class="button" onClick={() => running.current?.abort()}>
                <Icon name="close" />
                Stop, {amount(done)} checked
              </button>
            )}
          </div>
        </div>
      </form>
      {pasted.without.length > 0 && (
        <div class="notice warn" role="status">
          <Icon name="warning" />
          <div>
            <strong>{counted(pasted.without.length, 'line has', 'lines have')} no address and will not be checked</strong>
            <ul>
              {pasted.without.slice(0, 5).map(({ line, text: words }) => (
                <li key={line}>
                  Line {line}: {words.slice(0, 80)}
                </li>
              ))}
              {pasted.without.length > 5 && <li>and {amount(pasted.without.length - 5)} more</li>}
            </ul>
          </div>
        </div>
      )}
      {done !== undefined && <Skeleton />}
      {failure && (
        <div class="notice bad" role="alert" data-notice="failed">
          <Icon name="warning" />
          <div>
            <strong>The addresses could not be checked</strong>
            <p>{failure}</p>
            <p>Nothing is known of any of them.</p>
          </div>
        </div>
      )}
      {result && <Findings result={result} skipped={pasted.without.length} route={route} reload={() => void check()} />}
    </>
  );
}

interface FindingsProps {
  result: Review;
  skipped: number;
  route: Route;
  reload: () => void;
}

function Findings({ result, skipped, route, reload }: FindingsProps) {
  const chosen = route.params.get('finding') ?? '';
  const counts = new Map<Finding, number>();
  for (const { finding } of result.leavers) counts.set(finding, (counts.get(finding) ?? 0) + 1);
  const sorted = [...result.leavers].sort((a, b) => findings.indexOf(a.finding) - findings.indexOf(b.finding));
  const shown = chosen ? sorted.filter(({ finding }) => finding === chosen) : sorted;
  const show = (finding: string) => go(link('leavers', finding ? new URLSearchParams({ finding }) : undefined));
  return (
    <section aria-label="Findings">
      {!result.complete && (
        <Incomplete
          title="Not all providers could be searched"
          errors={result.errors}
          consequence="“Not known” are addresses that may still have a login. Nobody is called gone who may not be."
          retrying={false}
          reload={reload}
        />
      )}
      <div class="between findings">
        <div class="tiles" role="group" aria-label="Findings">
          {findings
            .filter((finding) => counts.has(finding))
            .map((finding) => (
              <button
                key={finding}
                type="button"
                class={`tile ${words[finding].tone}`}
                aria-pressed={chosen === finding}
                onClick={() => show(chosen === finding ? '' : finding)}
              >
                <span class="figure">{amount(counts.get(finding)!)}</span>
                {words[finding].label}
              </button>
            ))}
        </div>
        <button type="button" class="button" onClick={() => write(shown, result, skipped)}>
          <Icon name="download" />
          CSV
        </button>
      </div>
      <p class="status" role="status" data-complete={result.complete}>
        {counted(shown.length, 'address', 'addresses')}
        {result.complete && ' · all providers were searched'}
        {result.readAt && ` · read from the vendors at ${timeOfDay(result.readAt)}`}
      </p>
      <table role="table" class="rows leavers">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">Address</th>
            <th role="columnheader" scope="col">Finding</th>
            <th role="columnheader" scope="col">Logins</th>
            <th role="columnheader" scope="col">Last sign-in</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map(({ address, finding, evidence, person }) => (
            <tr role="row" key={address}>
              <td role="cell" class="who">
                {person ? <a href={personLink(person.email)}>{person.name ?? address}</a> : <span class="name">{address}</span>}
                {person && <span class="address">{address}</span>}
              </td>
              <td role="cell">
                <Badge tone={words[finding].tone}>{words[finding].label}</Badge>
                {!inLogins.includes(finding) && <span class="address">{evidence}</span>}
              </td>
              <td role="cell" class="logins">
                {person?.users.map((user, i) => (
                  <Login key={user?.id ?? i} provider={user?.provider.name ?? 'a login'} status={user?.status} />
                ))}
                <UnknownLogins providers={person?.unavailableProviders ?? []} />
              </td>
              <td role="cell" class="last">{person && <LastSignIn person={person} unread={false} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function write(leavers: Leaver[], result: Review, skipped: number) {
  const missing = problemsOf(result.errors).map(({ text }) => text);
  if (!result.complete && missing.length === 0) missing.push('Not everything could be read.');
  if (skipped > 0) missing.push(`${counted(skipped, 'line')} of the list had no address.`);
  download('leavers', {
    columns: ['finding', 'email', 'name', 'providers', 'statuses', 'lastLoginAt', 'evidence', 'readAt'],
    rows: leavers.map(({ address, finding, evidence, person }) => [
      finding,
      address,
      person?.name ?? '',
      list(person?.users.flatMap((user) => (user ? [user.provider.name] : [])) ?? []),
      list(person?.users.flatMap((user) => (user ? [user.status] : [])) ?? []),
      person?.lastLoginAt ?? '',
      evidence,
      result.readAt,
    ]),
    complete: result.complete && skipped === 0,
    missing: missing.join(' '),
  });
}
