/** Asks once more before something that cannot be taken back, and says what it does. */
import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import '../styles/dialog.css';

interface Props {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  /** What it looks like. */
  readonly class: string;
  readonly title: string;
  readonly body: string;
  readonly cancel: string;
  readonly onClose: () => void;
  /** The button that does it. */
  readonly children: ComponentChildren;
}

export function Sure({ dialog, class: look, title, body, cancel, onClose, children }: Props) {
  useLayoutEffect(() => dialog.current?.showModal(), [dialog]);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${look}`}
      role="alertdialog"
      aria-labelledby="sure-title"
      aria-describedby="sure-text"
      onClose={onClose}
    >
      <div class="dialog-inner">
        <h2 id="sure-title" dir="auto">
          {title}
        </h2>
        <p id="sure-text">{body}</p>
        <div class="sure-foot">
          <button type="button" class="button" autofocus onClick={() => dialog.current?.close()}>
            {cancel}
          </button>
          {children}
        </div>
      </div>
    </dialog>
  );
}
