// Forward and back in a list whose cursors only lead forward.
import { go } from '../route.ts';
import { Icon } from './icons.tsx';

// before has the cursor of the page before each page that was opened from it.
const before = new Map<string, string>();

interface PagerProps {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  after: string;
  // to is the URL of the page after a cursor; '' is the first page.
  to: (after: string) => string;
}

export function Pager({ pageInfo, after, to }: PagerProps) {
  const { hasNextPage, endCursor } = pageInfo;
  if (!after && !hasNextPage) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {after && (
        <button type="button" class="button" onClick={() => go(to(before.get(to(after)) ?? ''))}>
          <Icon name="back" />
          {before.has(to(after)) ? 'Previous' : 'First page'}
        </button>
      )}
      {hasNextPage && endCursor && (
        <button
          type="button"
          class="button"
          onClick={() => {
            before.set(to(endCursor), after);
            go(to(endCursor));
          }}
        >
          Next
          <Icon name="next" />
        </button>
      )}
    </nav>
  );
}
