/** The document as a file: a menu of the formats that the server can write. */
import { useSignal } from '@preact/signals';
import { Download } from 'lucide';
import { type ExportFormat, exportDocument, exportFormats } from '../api/files';
import { Problem } from '../api/http';
import type { Session } from '../collab/session';
import { filesWords } from '../i18n/files';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { fileName, saveBlob } from '../ui/saveFile';
import { say } from '../ui/toast';

export function ExportMenu({ session }: { session: Session }) {
  const formats = useSignal<readonly ExportFormat[]>([]);
  const { export: label, loading, names } = filesWords.value;

  const nameOf = (format: string) => names[format] ?? format;
  const reasonOf = (error: unknown) => (error instanceof Problem ? error.message : filesWords.peek().unreachable);

  async function open(): Promise<void> {
    if (formats.peek().length > 0) return;
    try {
      formats.value = await exportFormats();
    } catch (error) {
      say(filesWords.peek().exportFailed(label, reasonOf(error)));
    }
  }

  async function download(format: string): Promise<void> {
    const { exporting, exportFailed } = filesWords.peek();
    const slow = setTimeout(() => say(exporting(nameOf(format))), 400);
    try {
      saveBlob(
        fileName(session.title.text.peek(), session.id, format),
        await exportDocument(session.id, format, session.site),
      );
    } catch (error) {
      clearTimeout(slow);
      say(exportFailed(nameOf(format), reasonOf(error)));
    } finally {
      clearTimeout(slow);
    }
  }

  return (
    <Popover kind="menu" class="icon-button" label={label} trigger={<Icon of={Download} />} onOpen={() => void open()}>
      {(close) =>
        formats.value.length === 0 ? (
          <p class="menu-item">{loading}</p>
        ) : (
          formats.value.map(({ format }) => (
            <button
              key={format}
              type="button"
              role="menuitem"
              class="menu-item"
              onClick={() => {
                close();
                void download(format);
              }}
            >
              <span class="menu-label">{nameOf(format)}</span>
              <kbd>.{format}</kbd>
            </button>
          ))
        )
      }
    </Popover>
  );
}
