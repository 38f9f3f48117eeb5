import { useSignal } from '@preact/signals';
import { Ellipsis, Pencil, Trash2 } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { DocumentMeta } from '../api/documents';
import { language, words } from '../i18n';
import { documentAddress } from '../ui/addresses';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { ago } from '../ui/relativeTime';
import { follow } from '../ui/router';
import { say } from '../ui/toast';
import type { Library } from './library';

interface Props {
  readonly document: DocumentMeta;
  readonly library: Library;
  readonly now: number;
}

/** One document in the list: a link, its last change, and what else one can do to it. */
export function DocumentRow({ document, library, now }: Props) {
  const renaming = useSignal(false);
  const link = useRef<HTMLAnchorElement>(null);
  const { home, untitled } = words.value;
  const title = document.title || untitled;

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      say(home.failed(error instanceof Error ? error.message : String(error)));
    }
  }

  function remove(): void {
    void attempt(async () => {
      await library.remove(document.id);
      say(home.removed(title), {
        label: home.undo,
        run: () => void attempt(() => library.restore(document.id)),
      });
    });
  }

  function keys(event: KeyboardEvent): void {
    if (event.key === 'F2') renaming.value = true;
    else if (event.key === 'Delete') remove();
    else return;
    event.preventDefault();
  }

  function rename(next: string | null): void {
    renaming.value = false;
    if (next !== null && next !== document.title) void attempt(() => library.rename(document.id, next));
    requestAnimationFrame(() => link.current?.focus());
  }

  return (
    <li class="row">
      {renaming.value ? (
        <Rename title={document.title} onDone={rename} />
      ) : (
        <a ref={link} class="row-link" href={documentAddress(document.id)} onClick={follow} onKeyDown={keys}>
          <span class={document.title ? 'row-title' : 'row-title row-untitled'} dir="auto">
            {title}
          </span>
          <time class="row-time" dateTime={new Date(document.updated).toISOString()} title={fullTime(document.updated)}>
            {ago(document.updated, now, language.value)}
          </time>
          {document.snippet && document.snippet.length > 0 && (
            <span class="row-snippet" dir="auto">
              {document.snippet.map(({ text, match }) => (match ? <mark>{text}</mark> : text))}
            </span>
          )}
        </a>
      )}
      <Popover kind="menu" class="icon-button row-more" label={home.more(title)} trigger={<Icon of={Ellipsis} />}>
        {(close) => (
          <>
            <button
              type="button"
              role="menuitem"
              class="menu-item"
              onClick={() => {
                close();
                renaming.value = true;
              }}
            >
              <span class="menu-label">
                <Icon of={Pencil} /> {home.rename}
              </span>
              <kbd>F2</kbd>
            </button>
            <button
              type="button"
              role="menuitem"
              class="menu-item menu-danger"
              onClick={() => {
                close();
                remove();
              }}
            >
              <span class="menu-label">
                <Icon of={Trash2} /> {home.remove}
              </span>
              <kbd>Del</kbd>
            </button>
          </>
        )}
      </Popover>
    </li>
  );
}

/** The title as a field: Enter keeps it, Escape leaves it as it was. */
function Rename({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useLayoutEffect(() => input.current?.select(), []);

  function finish(next: string | null): void {
    if (done.current) return;
    done.current = true;
    onDone(next);
  }

  return (
    <input
      ref={input}
      class="row-rename"
      dir="auto"
      aria-label={words.value.home.renameLabel}
      placeholder={words.value.untitled}
      defaultValue={title}
      onBlur={(event) => finish(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(event.currentTarget.value.trim());
        if (event.key === 'Escape') finish(null);
      }}
    />
  );
}

function fullTime(time: number): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'full', timeStyle: 'short' }).format(time);
}
