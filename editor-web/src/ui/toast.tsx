import { signal } from '@preact/signals';
import { X } from 'lucide';
import { words } from '../i18n';
import { Icon } from './icon';

const SHOWN_MS = 7_000;

interface Toast {
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const current = signal<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Say something for a few seconds, with one thing to do about it. */
export function say(text: string, action?: Toast['action']): void {
  current.value = action ? { text, action } : { text };
  hold();
}

function hold(): void {
  clearTimeout(timer);
  timer = setTimeout(dismiss, SHOWN_MS);
}

function dismiss(): void {
  clearTimeout(timer);
  current.value = null;
}

/** The place where it is said; stays in the page, so that screen readers hear what comes. */
export function Toasts() {
  const toast = current.value;
  return (
    <div
      class="toasts"
      role="status"
      aria-live="polite"
      onPointerEnter={() => clearTimeout(timer)}
      onPointerLeave={hold}
    >
      {toast && (
        <div class="toast">
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                toast.action?.run();
                dismiss();
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button type="button" class="icon-button" aria-label={words.value.close} onClick={dismiss}>
            <Icon of={X} size={16} />
          </button>
        </div>
      )}
    </div>
  );
}
