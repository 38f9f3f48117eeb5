/** Files become documents: chosen with a button, or dropped anywhere on the list. */
import { signal, useSignal } from '@preact/signals';
import { FileUp } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { importFile } from '../api/files';
import { Problem } from '../api/http';
import { filesWords } from '../i18n/files';
import { documentAddress } from '../ui/addresses';
import { Icon } from '../ui/icon';
import { go } from '../ui/router';
import { say } from '../ui/toast';
import '../styles/files.css';

const KINDS = '.docx,.odt,.html,.htm,.md,.markdown,.txt,.json,.yjs';

/** The file that is being read, or null. */
const reading = signal<string | null>(null);

/** Import one file after the other; a single one is opened, of several the list shows what they became. */
async function importAll(files: readonly File[], onDone: () => void): Promise<void> {
  if (reading.peek() !== null) return;
  const made: string[] = [];
  for (const file of files) {
    reading.value = file.name;
    try {
      made.push(await importFile(file));
    } catch (error) {
      const { failed, unreachable } = filesWords.peek();
      say(failed(file.name, error instanceof Problem ? error.message : unreachable));
    }
  }
  reading.value = null;
  const [first] = made;
  if (first !== undefined && files.length === 1) go(documentAddress(first));
  else if (made.length > 0) onDone();
}

export function ImportButton({ onDone }: { onDone: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const { import: label, importHint, importing } = filesWords.value;
  const busy = reading.value;
  return (
    <>
      <button
        type="button"
        class="button"
        data-tip={importHint}
        disabled={busy !== null}
        onClick={() => input.current?.click()}
      >
        <Icon of={FileUp} />
        {label}
      </button>
      <input
        ref={input}
        class="import-input"
        type="file"
        multiple
        accept={KINDS}
        tabIndex={-1}
        aria-label={importHint}
        onChange={(event) => {
          void importAll([...(event.currentTarget.files ?? [])], onDone);
          event.currentTarget.value = '';
        }}
      />
      <DropZone onDone={onDone} />
      <p class={busy === null ? 'unseen' : 'import-progress'} role="status">
        {busy === null ? '' : importing(busy)}
      </p>
    </>
  );
}

function DropZone({ onDone }: { onDone: () => void }) {
  const over = useSignal(false);

  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const move = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over.value = true;
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) over.value = false;
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over.value = false;
      void importAll([...(event.dataTransfer?.files ?? [])], onDone);
    };
    addEventListener('dragover', move);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', move);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onDone]);

  return over.value ? <div class="drop-zone">{filesWords.value.drop}</div> : null;
}
