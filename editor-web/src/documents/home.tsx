import { useSignal } from '@preact/signals';
import { FileText, Plus, Search, X } from 'lucide';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Account, SignIn } from '../account/later';
import { ownKeep } from '../account/whose';
import type { DocumentMeta } from '../api/documents';
import { words } from '../i18n';
import { Templates } from '../templates/later';
import { Trash } from '../trash/later';
import { documentAddress } from '../ui/addresses';
import { Appearance } from '../ui/appearance';
import { Icon } from '../ui/icon';
import { type Day, dayOf } from '../ui/relativeTime';
import { go } from '../ui/router';
import { say } from '../ui/toast';
import { Library } from './library';
import { DocumentRow } from './row';
import '../styles/home.css';

type ImportButtonType = typeof import('../files/importing').ImportButton;

const days: readonly Day[] = ['today', 'yesterday', 'week', 'earlier'];
/** Relative times grow old. */
const TICK_MS = 30_000;

/** The list of documents. */
export function Home() {
  const library = useMemo(() => new Library(ownKeep()), []);
  const now = useSignal(Date.now());
  const { home } = words.value;

  useEffect(() => {
    document.title = `${home.title} · Coscribe`;
    const timer = setInterval(() => {
      now.value = Date.now();
    }, TICK_MS);
    const again = () => document.visibilityState === 'visible' && void library.refresh();
    document.addEventListener('visibilitychange', again);
    addEventListener('online', again);
    return () => {
      clearInterval(timer);
      removeEventListener('online', again);
      document.removeEventListener('visibilitychange', again);
    };
  }, []);
  useEffect(() => () => library.destroy(), []);

  const [ImportButton, setImportButton] = useState<ImportButtonType | null>(null);
  const refresh = useCallback(() => void library.refresh(), [library]);
  useEffect(() => {
    // What cannot be fetched now is left out: without the server there is nothing to import into.
    import('../files/importing').then((module) => setImportButton(() => module.ImportButton)).catch(() => undefined);
  }, []);
  const desk = (
    <>
      <div class="home-title">
        <h1>{home.title}</h1>
        <div class="home-actions">
          {ImportButton && <ImportButton onDone={refresh} />}
          <NewDocument library={library} />
          <Templates />
        </div>
      </div>
      <SearchField library={library} />
      {library.stale.value && <p class="notice">{home.offline}</p>}
      <List library={library} now={now.value} />
    </>
  );
  return (
    <div class="home">
      <a class="skip" href="#documents">
        {home.skip}
      </a>
      <header class="home-head">
        <span class="wordmark">Coscribe</span>
        <div class="home-own">
          {!library.unknown.value && <Trash onRestored={refresh} />}
          <Account />
          <Appearance />
        </div>
      </header>
      <main class="home-main" id="documents" tabIndex={-1}>
        {library.unknown.value ? <SignIn>{desk}</SignIn> : desk}
      </main>
    </div>
  );
}

function NewDocument({ library }: { library: Library }) {
  const busy = useSignal(false);
  const { home } = words.value;

  async function create(): Promise<void> {
    busy.value = true;
    try {
      go(documentAddress((await library.create()).id), 'new');
    } catch {
      say(home.createOffline);
    } finally {
      busy.value = false;
    }
  }

  return (
    <button type="button" class="button button-primary" disabled={busy.value} onClick={() => void create()}>
      <Icon of={Plus} />
      {home.create}
    </button>
  );
}

function SearchField({ library }: { library: Library }) {
  const input = useRef<HTMLInputElement>(null);
  const { home } = words.value;

  // with the list itself, not after it is painted: whoever sees it may press the key
  useLayoutEffect(() => {
    const slash = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]');
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', slash);
    return () => removeEventListener('keydown', slash);
  }, []);

  function keys(event: KeyboardEvent): void {
    if (event.key === 'Escape') library.search('');
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('.row-link')?.focus();
  }

  return (
    <search class="search">
      <Icon of={Search} />
      <input
        ref={input}
        type="text"
        inputMode="search"
        enterkeyhint="search"
        autocomplete="off"
        aria-label={home.search}
        placeholder={home.search}
        value={library.query.value}
        onInput={(event) => library.search(event.currentTarget.value)}
        onKeyDown={keys}
      />
      {library.query.value ? (
        <button type="button" class="icon-button" aria-label={home.clear} onClick={() => library.search('')}>
          <Icon of={X} size={16} />
        </button>
      ) : (
        <kbd>/</kbd>
      )}
    </search>
  );
}

function List({ library, now }: { library: Library; now: number }) {
  const { home } = words.value;
  const documents = library.documents.value;
  const query = library.query.value.trim();
  if (library.loading.value) return <p class="unseen">{home.loading}</p>;
  if (documents.length === 0) return query ? <p class="empty-search">{home.noMatch(query)}</p> : <Nothing />;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys are heard here for the links inside
    <div onKeyDown={walk}>
      {query ? (
        <Rows {...{ documents, library, now }} />
      ) : (
        days.map((day) => (
          <Group
            key={day}
            day={day}
            documents={documents.filter((one) => dayOf(one.updated, now) === day)}
            {...{ library, now }}
          />
        ))
      )}
      {library.cursor.value !== null && (
        <button type="button" class="button more" onClick={() => void library.more()}>
          {home.loadMore}
        </button>
      )}
      <p class="unseen" role="status">
        {home.count(documents.length)}
      </p>
    </div>
  );
}

interface RowsProps {
  readonly documents: readonly DocumentMeta[];
  readonly library: Library;
  readonly now: number;
}

function Rows({ documents, library, now }: RowsProps) {
  return (
    <ul>
      {documents.map((one) => (
        <DocumentRow key={one.id} document={one} library={library} now={now} />
      ))}
    </ul>
  );
}

function Group({ day, documents, ...rest }: RowsProps & { readonly day: Day }) {
  if (documents.length === 0) return null;
  return (
    <section class="group" aria-label={words.value.home[day]}>
      <h2>{words.value.home[day]}</h2>
      <Rows documents={documents} {...rest} />
    </section>
  );
}

function Nothing() {
  const { home } = words.value;
  return (
    <div class="nothing">
      <Icon of={FileText} size={40} />
      <p class="nothing-title">{home.none}</p>
      <p>{home.noneHint}</p>
    </div>
  );
}

/** Up and down go from document to document, also over the groups. */
function walk(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...document.querySelectorAll<HTMLElement>('.row-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const target = links[at + step] ?? (step < 0 ? document.querySelector<HTMLElement>('.search input') : null);
  target?.focus();
}
