/** The dialog with what is in the trash: back to the list, or gone for good. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { restoreDocument } from '../api/documents';
import { Problem } from '../api/http';
import { language, words } from '../i18n';
import { trashWords } from '../i18n/trash';
import { Dialog } from '../ui/dialog';
import { ago } from '../ui/relativeTime';
import { Sure } from '../ui/sure';
import { deleteForGood, listTrash, type Trashed, type TrashPage } from './api';
import '../styles/trash.css';

interface Props {
  readonly onRestored: () => void;
  readonly onClose: () => void;
}

type Content = TrashPage | 'loading' | 'unreachable' | 'not yours';

export function TrashDialog({ onRestored, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLElement>(null);
  const content = useSignal<Content>('loading');
  const asked = useSignal<Trashed | null>(null);
  const news = useSignal('');
  const busy = useSignal(false);
  const say = trashWords.value;

  async function load(before: TrashPage | null = null): Promise<void> {
    try {
      const page = await listTrash(before?.cursor ?? null);
      content.value = before ? { ...page, documents: [...before.documents, ...page.documents] } : page;
    } catch (error) {
      if (error instanceof Problem && error.status === 403) content.value = 'not yours';
      else if (before) news.value = say.unreachable;
      else content.value = 'unreachable';
    }
  }

  useEffect(() => void load(), []);

  /** Do something with a document that takes it out of here, and stay where one is in the list. */
  async function takeOut(one: Trashed, work: () => Promise<void>, done: string): Promise<void> {
    if (busy.peek()) return;
    busy.value = true;
    try {
      await work();
      news.value = done;
      const page = content.peek();
      if (typeof page === 'string') return;
      const at = page.documents.findIndex(({ id }) => id === one.id);
      content.value = { ...page, documents: page.documents.filter(({ id }) => id !== one.id) };
      requestAnimationFrame(() => {
        const rows = list.current?.querySelectorAll('li') ?? [];
        const next = rows[Math.min(at, rows.length - 1)]?.querySelector('button');
        (next ?? dialog.current?.querySelector('button'))?.focus();
      });
    } catch (error) {
      news.value = say.failed(error instanceof Error ? error.message : String(error));
    } finally {
      busy.value = false;
    }
  }

  async function restore(one: Trashed): Promise<void> {
    await takeOut(one, () => restoreDocument(one.id), say.restored(titleOf(one)));
    onRestored();
  }

  async function remove(one: Trashed): Promise<void> {
    asked.value = null;
    await takeOut(one, () => deleteForGood(one.id), say.removed(titleOf(one)));
  }

  const page = content.value;
  return (
    <Dialog dialog={dialog} class="trash" title={say.title} onClose={onClose}>
      {typeof page !== 'string' && (
        <p class="trash-hint">{page.trash_keep_days > 0 ? say.kept(page.trash_keep_days) : say.keptForEver}</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section ref={list} class="trash-body" tabIndex={0} aria-label={say.title}>
        {page === 'loading' && <p class="trash-empty">{say.loading}</p>}
        {page === 'not yours' && <p class="trash-empty">{say.noneForYou}</p>}
        {page === 'unreachable' && (
          <div class="trash-empty" role="alert">
            <p>{say.unreachable}</p>
            <button type="button" class="button" onClick={() => void load()}>
              {say.retry}
            </button>
          </div>
        )}
        {typeof page !== 'string' && page.documents.length === 0 && <p class="trash-empty">{say.none}</p>}
        {typeof page !== 'string' && page.documents.length > 0 && (
          <ul>
            {page.documents.map((one) => (
              <Row
                key={one.id}
                document={one}
                onRestore={() => void restore(one)}
                onRemove={() => (asked.value = one)}
              />
            ))}
          </ul>
        )}
        {typeof page !== 'string' && page.cursor !== null && (
          <button type="button" class="button more" onClick={() => void load(page)}>
            {say.more}
          </button>
        )}
      </section>
      <p class="trash-news" role="status">
        {news.value}
      </p>
      {asked.value && <SureToDelete document={asked.value} onDone={remove} onClose={() => (asked.value = null)} />}
    </Dialog>
  );
}

interface RowProps {
  readonly document: Trashed;
  readonly onRestore: () => void;
  readonly onRemove: () => void;
}

function Row({ document, onRestore, onRemove }: RowProps) {
  const say = trashWords.value;
  const title = titleOf(document);
  return (
    <li class="trash-row">
      <div class="trash-what">
        <span class={document.title ? 'trash-name' : 'trash-name row-untitled'} dir="auto">
          {title}
        </span>
        <time class="trash-time" dateTime={document.deleted}>
          {say.deleted(ago(Date.parse(document.deleted), Date.now(), language.value))}
        </time>
      </div>
      <button type="button" class="button button-small" aria-label={say.restoreOne(title)} onClick={onRestore}>
        {say.restore}
      </button>
      <button
        type="button"
        class="button button-small trash-forever"
        aria-label={say.removeOne(title)}
        onClick={onRemove}
      >
        {say.remove}
      </button>
    </li>
  );
}

interface SureProps {
  readonly document: Trashed;
  readonly onDone: (document: Trashed) => Promise<void>;
  readonly onClose: () => void;
}

/** Says what will be lost, and asks once more. */
function SureToDelete({ document, onDone, onClose }: SureProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { sure, remove } = trashWords.value;
  return (
    <Sure
      dialog={dialog}
      class="trash trash-sure"
      title={sure.title(titleOf(document))}
      body={sure.body}
      cancel={sure.cancel}
      onClose={onClose}
    >
      <button type="button" class="button trash-forever" onClick={() => void onDone(document)}>
        {remove}
      </button>
    </Sure>
  );
}

function titleOf(document: Trashed): string {
  return document.title || words.peek().untitled;
}
