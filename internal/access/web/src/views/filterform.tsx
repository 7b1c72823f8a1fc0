// The form of all filters of PersonFilter.
import { useEffect, useRef } from 'preact/hooks';
import { date, label } from '../format.ts';
import { none, type Filters } from '../filters.ts';
import { Icon } from '../parts/icons.tsx';

interface FormProps {
  filters: Filters;
  providers: string[];
  change: (filters: Filters) => void;
}

const licenses = ['FULL', 'BASIC', 'NONE', 'OTHER'];
const roles = ['OWNER', 'ADMIN', 'STAFF', 'DEVELOPER', 'CONTENT_CONTRIBUTOR', 'CUSTOM', 'MEMBER', 'OTHER'];
const logins: [string, string][] = [
  ['', 'Any time'],
  ['30d', 'More than 30 days ago'],
  ['90d', 'More than 90 days ago'],
  ['180d', 'More than 180 days ago'],
  ['365d', 'More than a year ago'],
  ['never', 'Never'],
  ['ever', 'At least once'],
];

export function FilterForm({ filters, providers, change }: FormProps) {
  const set = (part: Partial<Filters>) => change({ ...filters, ...part });
  const isDate = /^\d{4}-/.test(filters.login);
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <Select name="Can sign in" value={filters.signIn} options={[['', 'Any'], ['yes', 'Yes'], ['no', 'No: no active login']]} change={(signIn) => set({ signIn })} />
      <Select
        name="Last sign-in"
        value={isDate ? 'date' : filters.login}
        options={[...logins, ['date', 'Before a date']]}
        change={(login) => set({ login: login === 'date' ? new Date().toISOString().slice(0, 10) : login })}
      />
      {isDate && (
        <label class="field">
          <span>Before</span>
          <input type="date" value={filters.login} onChange={(event) => event.currentTarget.value && set({ login: event.currentTarget.value })} />
        </label>
      )}
      <label class="field">
        <span>Domain of the address</span>
        <input
          type="text"
          value={filters.domain}
          placeholder="acme.example"
          spellcheck={false}
          onChange={(event) => set({ domain: event.currentTarget.value.trim() })}
        />
      </label>
      <Select
        name="Logins at"
        value={filters.atLeast}
        options={[['', 'Any number of providers'], ...[2, 3, 4].map((n): [string, string] => [String(n), `${n} providers or more`])]}
        change={(atLeast) => set({ atLeast })}
      />
      <Select
        name="Conflict"
        value={filters.conflict}
        options={[['', 'Any'], ['yes', 'With a conflict'], ['no', 'Without']]}
        change={(conflict) => set({ conflict })}
      />
      <Choices name="Provider" values={providers} labels={(name) => name} chosen={filters.providers} change={(chosen) => set({ providers: chosen })} />
      <Choices name="License" values={licenses} labels={label} chosen={filters.licenses} change={(chosen) => set({ licenses: chosen })} />
      <Choices name="Role" values={roles} labels={label} chosen={filters.roles} change={(chosen) => set({ roles: chosen })} />
    </form>
  );
}

// conditionsOf returns each condition in words, with the filters without it.
function conditionsOf(filters: Filters): { text: string; without: Filters }[] {
  const conditions: { text: string; without: Filters }[] = [];
  const add = (text: string, without: Partial<Filters>) => conditions.push({ text, without: { ...filters, ...without } });
  if (filters.search) add(`“${filters.search}”`, { search: '' });
  if (filters.signIn) add(filters.signIn === 'yes' ? 'Can sign in' : 'No active login', { signIn: '' });
  if (filters.login) {
    const words = logins.find(([value]) => value === filters.login)?.[1].toLowerCase();
    add(`Last sign-in ${words ?? `before ${isDay(filters.login) ? date(filters.login) : filters.login}`}`, { login: '' });
  }
  if (filters.domain) add(`Address at ${filters.domain}`, { domain: '' });
  if (filters.atLeast) add(`At ${filters.atLeast} providers or more`, { atLeast: '' });
  if (filters.conflict) add(filters.conflict === 'yes' ? 'With a conflict' : 'Without a conflict', { conflict: '' });
  if (filters.providers.length > 0) add(`At ${filters.providers.join(' or ')}`, { providers: [] });
  if (filters.licenses.length > 0) add(`License ${filters.licenses.map(label).join(' or ')}`, { licenses: [] });
  if (filters.roles.length > 0) add(`Role ${filters.roles.map(label).join(' or ')}`, { roles: [] });
  return conditions;
}

// Conditions shows what a list is restricted to.
export function Conditions({ filters, change }: { filters: Filters; change: (filters: Filters) => void }) {
  const conditions = conditionsOf(filters);
  const listed = useRef<HTMLUListElement>(null);
  const removed = useRef<number | undefined>(undefined);
  const words = conditions.map(({ text }) => text).join('\n');
  // The button that had the focus is gone: the next condition has it, or the search field.
  useEffect(() => {
    if (removed.current === undefined) return;
    const buttons = [...(listed.current?.querySelectorAll('button') ?? [])].slice(0, conditions.length);
    (buttons[Math.min(removed.current, buttons.length - 1)] ?? document.getElementById('search'))?.focus();
    removed.current = undefined;
  }, [words]);
  const remove = (i: number, without: Filters) => {
    removed.current = i;
    change(without);
  };
  if (conditions.length === 0) return null;
  return (
    <ul ref={listed} class="conditions" aria-label="Conditions">
      {conditions.map(({ text, without }, i) => (
        <li key={text}>
          <button type="button" onClick={() => remove(i, without)}>
            <span class="hidden">Remove: </span>
            {text}
            <Icon name="close" />
          </button>
        </li>
      ))}
      {conditions.length > 1 && (
        <li>
          <button type="button" class="all" onClick={() => remove(0, { ...none, order: filters.order })}>
            Remove all
          </button>
        </li>
      )}
    </ul>
  );
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

interface SelectProps {
  name: string;
  value: string;
  options: [string, string][];
  change: (value: string) => void;
}

export function Select({ name, value, options, change }: SelectProps) {
  return (
    <label class="field">
      <span>{name}</span>
      <select value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoicesProps {
  name: string;
  values: string[];
  labels: (value: string) => string;
  chosen: string[];
  change: (chosen: string[]) => void;
}

function Choices({ name, values, labels, chosen, change }: ChoicesProps) {
  return (
    <fieldset class="choices">
      <legend>{name}</legend>
      {values.map((value) => (
        <label key={value} class="choice">
          <input
            type="checkbox"
            checked={chosen.includes(value)}
            onChange={(event) => change(event.currentTarget.checked ? [...chosen, value] : chosen.filter((other) => other !== value))}
          />
          <span>{labels(value)}</span>
        </label>
      ))}
    </fieldset>
  );
}
