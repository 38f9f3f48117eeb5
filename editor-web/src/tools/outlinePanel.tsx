import { Link2, X } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import { toolsWords } from '../i18n/tools';
import { copy } from '../ui/clipboard';
import { Icon } from '../ui/icon';
import type { Outline } from './outline';
import type { Heading } from './survey';

interface Props {
  readonly outline: Outline;
  /** It was opened by the person just now, whose keys go to it. */
  readonly asked: boolean;
  readonly onClose: () => void;
}

/** The headings beside the text; where there is no room beside it, over it. */
export function OutlinePanel({ outline, asked, onClose }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const waits = useRef(asked);
  const { outline: names } = toolsWords.value;
  const headings = outline.headings.value ?? [];
  const current = outline.current.value;
  const top = headings.reduce((least, { level }) => Math.min(least, level), 6);

  useEffect(() => {
    const first = list.current?.querySelector<HTMLElement>('.outline-link'); // headings may be known later
    if (!waits.current || !first) return;
    waits.current = false;
    first.focus();
  }, [headings]);

  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  function go(event: MouseEvent, heading: Heading): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
    event.preventDefault();
    outline.go(heading);
    if (overlaid()) onClose();
  }

  return (
    <nav
      class="outline"
      aria-label={names.title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
        else walk(event);
      }}
    >
      <div class="outline-head">
        <h2>{names.title}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={words.value.close}
          data-tip={words.value.close}
          onClick={onClose}
        >
          <Icon of={X} size={16} />
        </button>
      </div>
      {headings.length === 0 && <p class="outline-empty">{names.empty}</p>}
      <ul ref={list}>
        {headings.map((heading, at) => (
          <li key={heading.slug} class="outline-item" style={{ '--depth': heading.level - top }}>
            <a
              class="outline-link"
              dir="auto"
              href={outline.address(heading)}
              aria-current={at === current ? 'location' : undefined}
              onClick={(event) => go(event, heading)}
            >
              {heading.text}
            </a>
            <button
              type="button"
              class="icon-button outline-copy"
              aria-label={names.copy(heading.text)}
              onClick={() => void copy(outline.address(heading), names)}
            >
              <Icon of={Link2} size={15} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The panel lies over the text. */
function overlaid(): boolean {
  return !matchMedia('(min-width: 72rem)').matches;
}

/** Up and down go from heading to heading. */
function walk(event: KeyboardEvent): void {
  const links = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('.outline-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (next === undefined || at < 0) return;
  event.preventDefault();
  links[next]?.focus();
}
