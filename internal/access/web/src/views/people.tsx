// A list of people: the view of everybody, and the saved views.
import { useState } from 'preact/hooks';
import { fromURL, toFilter, toOrder, toURL, type Filters } from '../filters.ts';
import { counted } from '../format.ts';
import { PeopleDocument, type ProvidersQuery } from '../operations.ts';
import { ExportButton } from '../parts/export.tsx';
import { Icon } from '../parts/icons.tsx';
import { Empty, Failed, Freshness, Incomplete, Refused, Skeleton } from '../parts/notices.tsx';
import { Pager } from '../parts/pager.tsx';
import { readTable } from '../people.ts';
import { refusalOf } from '../problems.ts';
import { useOperation } from '../query.ts';
import { go, link, type Route } from '../route.ts';
import { emptyText, views } from './catalog.ts';
import { Conditions, FilterForm, Select } from './filterform.tsx';
import { Heading } from './heading.tsx';
import { PeopleTable } from './peopletable.tsx';

const perPage = 50;

const orders: [string, string][] = [
  ['NAME', 'By name'],
  ['-NAME', 'By name, descending'],
  ['EMAIL', 'By address'],
  ['-EMAIL', 'By address, descending'],
  ['LAST_LOGIN_AT', 'By last sign-in, oldest first'],
  ['-LAST_LOGIN_AT', 'By last sign-in, newest first'],
  ['-PROVIDERS', 'By providers, most first'],
  ['PROVIDERS', 'By providers, fewest first'],
];

export function PeopleView({ route, providers }: { route: Route; providers: ProvidersQuery['providers'] }) {
  const name = route.view in views ? route.view : 'people';
  const view = views[name]!;
  const filters = fromURL(route.params, view.filters);
  const after = route.params.get('after') ?? '';
  const [open, setOpen] = useState(false);
  const withLicenses = filters.licenses.length > 0;
  const selection = { filter: toFilter(filters, new Date()), orderBy: toOrder(filters.order), withLicenses };
  const { data, errors, loading, retrying, reload } = useOperation(PeopleDocument, { ...selection, first: perPage, after: after || null });

  const change = (changed: Filters) => go(link(name, toURL(changed)));
  const page = (cursor: string) => {
    const params = route.params.has('filter') ? toURL(filters) : new URLSearchParams();
    if (cursor) params.set('after', cursor);
    return link(name, params);
  };
  const people = data?.people;
  const isVariant = (other: Filters) => toURL(other).toString() === toURL({ ...filters, search: '' }).toString();

  const hint = filters.search && !filters.search.startsWith('@') && (
    <p>A part of an address finds nobody: search by the whole address, by name, or by @domain.</p>
  );

  const refusal = refusalOf(data, errors);
  // A cursor belongs to one filter, and a link may be older than today's number of days.
  const isGone = !loading && after !== '' && errors.some(({ extensions }) => extensions?.code === 'BAD_USER_INPUT');
  if (refusal) {
    return (
      <>
        <Heading title={view.title} lead={view.lead} />
        <Refused refusal={refusal} />
      </>
    );
  }
  return (
    <>
      <Heading title={view.title} lead={view.lead} />
      {view.variants && (
        <nav class="tabs" aria-label="Variants">
          {view.variants.map((variant) => (
            <a key={variant.label} href={link(name, toURL(variant.filters))} aria-current={isVariant(variant.filters) ? 'page' : undefined}>
              {variant.label}
            </a>
          ))}
        </nav>
      )}
      <div class="toolbar">
        <Search key={filters.search} value={filters.search} search={(search) => change({ ...filters, search })} />
        <button type="button" class="button" aria-expanded={open} aria-controls="filters" onClick={() => setOpen(!open)}>
          <Icon name="filter" />
          Filters
        </button>
        <Select name="Order" value={filters.order} options={orders} change={(order) => change({ ...filters, order })} />
        <ExportButton key={JSON.stringify(selection)} name={name} disabled={!people} shown={data} read={(progress, signal) => readTable(selection, progress, signal)} />
      </div>
      <div id="filters" hidden={!open}>
        <FilterForm filters={filters} providers={providers.map((provider) => provider.name)} change={change} />
      </div>

      <Conditions filters={filters} change={change} />
      {!people && isGone && (
        <Empty title="This page of the list has changed">
          <p>
            <a href={page('')}>Open its first page</a>
          </p>
        </Empty>
      )}
      {!people && !isGone && (loading ? <Skeleton /> : <Failed errors={errors} retrying={retrying} reload={reload} />)}
      {people && (
        <section aria-busy={loading} aria-label="People">
          {(!people.complete || errors.length > 0) && (
            <Incomplete
              title={people.complete ? 'Some values could not be read' : 'This list may not be complete'}
              errors={errors}
              consequence={
                people.complete
                  ? 'All people are here. What could not be read is marked.'
                  : 'People may be missing, and people who are here may have more logins.'
              }
              loading={loading}
              retrying={retrying}
              reload={reload}
            />
          )}
          <p class="status" role="status" data-complete={loading ? undefined : people.complete}>
            {people.totalCount !== null
              ? counted(people.totalCount, 'person', 'people')
              : `${counted(people.nodes.length, 'person', 'people')} on this page, in all not known`}
            {people.complete && errors.length === 0 && ' · complete'}
            {people.freshness && ' · '}
            <Freshness freshness={people.freshness} />
          </p>
          {people.nodes.length > 0 && <PeopleTable people={people} errors={errors} withLicenses={withLicenses} never={filters.login === 'never'} />}
          {people.nodes.length === 0 &&
            (people.complete ? (
              <Empty title={emptyText(view, filters)}>{hint}</Empty>
            ) : (
              <Empty title="Nobody is known to match">
                <p>That is not certain, because something could not be read.</p>
                {hint}
              </Empty>
            ))}
          <Pager pageInfo={people.pageInfo} after={after} to={page} />
        </section>
      )}
    </>
  );
}

function Search({ value, search }: { value: string; search: (text: string) => void }) {
  const [text, setText] = useState(value);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(text.trim());
      }}
    >
      <Icon name="search" />
      <input
        id="search"
        type="search"
        aria-label="Search by name, whole address or @domain"
        placeholder="Name, whole address or @domain"
        value={text}
        spellcheck={false}
        onInput={(event) => {
          setText(event.currentTarget.value);
          if (!event.currentTarget.value && value) search('');
        }}
      />
      <span role="status" class="quiet">
        {text.trim() !== value.trim() && 'Not searched yet: press Enter.'}
      </span>
    </form>
  );
}
