// Short values with a color and a word; no value is told by its color alone.
import { joined, label } from '../format.ts';
import type { UserStatus } from '../operations.ts';
import { signIn, type SignIn } from '../people.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'plain' | 'accent';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: preact.ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

const statusTones: Partial<Record<UserStatus, Tone>> = {
  ACTIVE: 'ok',
  INVITED: 'warn',
  INVITATION_EXPIRED: 'warn',
};

export const statusTone = (status: UserStatus): Tone => statusTones[status] ?? 'plain';

// StatusBadge has the vendor's word for a status that the graph does not know.
export function StatusBadge({ status, vendorStatus }: { status: UserStatus; vendorStatus?: string | null }) {
  return <Badge tone={statusTone(status)}>{status === 'OTHER' && vendorStatus ? `Other: ${vendorStatus}` : label(status)}</Badge>;
}

const signIns: Record<SignIn, { text: string; tone: Tone }> = {
  can: { text: 'Can sign in', tone: 'ok' },
  may: { text: 'May sign in', tone: 'warn' },
  invited: { text: 'Invited', tone: 'warn' },
  invitationExpired: { text: 'Invitation expired', tone: 'warn' },
  cannot: { text: 'Cannot sign in', tone: 'plain' },
  notKnown: { text: 'Not known', tone: 'warn' },
};

// SignInBadge tells whether a person can sign in now. An invitation is no login yet.
export function SignInBadge({ person }: { person: Parameters<typeof signIn>[0] }) {
  const { text, tone } = signIns[signIn(person)];
  return <Badge tone={tone}>{text}</Badge>;
}

// Login is a user at a provider, as part of a row.
export function Login({ provider, status }: { provider: string; status: UserStatus | undefined }) {
  const words = status ? label(status).toLowerCase() : 'could not be read';
  return (
    <span class={`login ${status ? statusTone(status) : 'bad'}`}>
      <span class="dot" aria-hidden="true" />
      {provider}
      {status === 'ACTIVE' ? <span class="hidden">, active</span> : <span class="quiet"> {words}</span>}
    </span>
  );
}

// UnknownLogins names the providers that may have another login of a person.
export function UnknownLogins({ providers }: { providers: { name: string }[] }) {
  if (providers.length === 0) return null;
  return <span class="login unknown">{joined(providers.map(({ name }) => name))} not known</span>;
}
