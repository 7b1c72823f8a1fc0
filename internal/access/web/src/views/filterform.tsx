// The form of all filters of PersonFilter.
import { label } from '../format.ts';
import type { Filters } from '../filters.ts';

interface FormProps {
  filters: Filters;
  providers: string[];
  change: (filters: Filters) => void;
}

const licenses = ['FULL', 'BASIC', 'NONE'];
const roles = ['OWNER', 'ADMIN', 'STAFF', 'DEVELOPER', 'CONTENT_CONTRIBUTOR', 'CUSTOM', 'MEMBER'];
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
      <Select name="Can sign in" value={filters.signIn} options={[['', 'Any'], ['yes', 'Yes'], ['no', 'No']]} change={(signIn) => set({ signIn })} />
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
