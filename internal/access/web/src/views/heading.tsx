// The heading of a view, which also is the title of the document and takes the focus when the
// view changes.
import { useEffect, useRef } from 'preact/hooks';

// shown is the title of the view that was rendered last; the first view leaves the focus alone.
let shown = '';

export function Heading({ title, lead, children }: { title: string; lead?: string; children?: preact.ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Who has access`;
    if (shown && shown !== title) {
      heading.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    shown = title;
  }, [title]);
  return (
    <header class="heading">
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children}
    </header>
  );
}
