/** A dialog over the page: named, left by Escape, its cross or a click beside it. */
import { X } from 'lucide';
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { words } from '../i18n';
import { Icon } from './icon';
import '../styles/dialog.css';

interface Props {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  /** What it looks like. */
  readonly class: string;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

export function Dialog({ dialog, class: look, title, onClose, children }: Props) {
  useLayoutEffect(() => dialog.current?.showModal(), [dialog]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; the click is on its backdrop
    <dialog
      ref={dialog}
      class={`dialog ${look}`}
      aria-label={title}
      onClose={(event) => event.target === event.currentTarget && onClose()}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="dialog-inner">
        <div class="dialog-head">
          <h2 dir="auto">{title}</h2>
          <button
            type="button"
            class="icon-button"
            aria-label={words.value.close}
            onClick={() => dialog.current?.close()}
          >
            <Icon of={X} />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
