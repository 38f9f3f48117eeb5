import { useSignal } from '@preact/signals';
import { Trash2 } from 'lucide';
import { trashWords } from '../i18n/trash';
import { Icon } from '../ui/icon';
import { TrashDialog } from './dialog';

export function TrashButton({ onRestored }: { onRestored: () => void }) {
  const open = useSignal(false);
  const { title } = trashWords.value;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={title}
        aria-haspopup="dialog"
        data-tip={title}
        onClick={() => (open.value = true)}
      >
        <Icon of={Trash2} />
      </button>
      {open.value && <TrashDialog onRestored={onRestored} onClose={() => (open.value = false)} />}
    </>
  );
}
