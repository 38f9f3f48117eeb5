import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { focusedBeside } from './focused';

const GAP_PX = 6;
/** Preact's own ids are counted anew in each place that it draws into, and a page has several. */
let count = 0;
const nextId = () => `panel-${++count}`;

/** As long as a panel takes to fade. */
const FADE_MS = 250;

interface Props {
  /** What the button shows. */
  readonly trigger: ComponentChildren;
  /** The button's name. */
  readonly label: string;
  readonly class?: string;
  readonly kind?: 'menu' | 'dialog';
  readonly disabled?: boolean;
  /** Called when it opens. */
  readonly onOpen?: () => void;
  /** Called when it has closed. */
  readonly onClose?: () => void;
  /** What it holds; `close` closes it. */
  readonly children: (close: () => void) => ComponentChildren;
  readonly tabIndex?: number;
}

/**
 * A button with a panel in the top layer: the browser closes it on Escape and on a click elsewhere, and gives the
 * focus back. An arrow opens a menu as well. The panel hangs from the side of the button that has more room.
 */
export function Popover({ trigger, label, class: name = 'button', kind = 'dialog', children, ...rest }: Props) {
  const [id] = useState(nextId);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  /** What a closed panel holds need not be drawn. */
  const filled = useSignal(false);
  const close = () => panel.current?.hidePopover();

  function place(event: { readonly newState: string }): void {
    if (event.newState !== 'open' || !button.current || !panel.current) return;
    filled.value = true;
    hang(panel.current, button.current);
    rest.onOpen?.();
  }

  function closed(event: { readonly newState: string }): void {
    if (event.newState !== 'closed') return;
    rest.onClose?.();
    setTimeout(() => {
      if (!panel.current?.matches(':popover-open')) filled.value = false;
    }, FADE_MS);
  }

  /** Open or close it. What is pressed next is for the panel already: the focus does not wait for the browser. */
  function toggle(event: Event): void {
    event.preventDefault();
    const { current } = panel;
    current?.togglePopover();
    // Once what it holds is drawn; one that closes is still drawn while it fades.
    if (current?.matches(':popover-open')) queueMicrotask(() => enter(current));
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        class={name}
        popovertarget={id}
        aria-haspopup={kind}
        aria-label={label}
        data-tip={label}
        disabled={rest.disabled ?? false}
        tabIndex={rest.tabIndex}
        onClick={toggle}
        onKeyDown={(event) => {
          if (kind === 'menu' && /^Arrow(Down|Up)$/.test(event.key)) toggle(event);
        }}
      >
        {trigger}
      </button>
      {/* biome-ignore lint/a11y: it is a menu or a dialog, both take a name and keys */}
      <div
        ref={panel}
        id={id}
        popover="auto"
        class="panel"
        role={kind}
        aria-label={label}
        onBeforeToggle={place}
        onToggle={closed}
        onKeyDown={kind === 'menu' ? walk : undefined}
      >
        {filled.value && children(close)}
      </div>
    </>
  );
}

function hang(panel: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const { style } = panel;
  const rightHalf = box.left + box.width / 2 > innerWidth / 2;
  const lowerHalf = box.top + box.height / 2 > innerHeight / 2;
  style.left = rightHalf ? 'auto' : `${Math.max(GAP_PX, box.left)}px`;
  style.right = rightHalf ? `${Math.max(GAP_PX, innerWidth - box.right)}px` : 'auto';
  style.top = lowerHalf ? 'auto' : `${box.bottom + GAP_PX}px`;
  style.bottom = lowerHalf ? `${innerHeight - box.top + GAP_PX}px` : 'auto';
}

/** Focus what comes first, or where one of the first is chosen, that. */
function enter(panel: HTMLElement): void {
  const first = panel.querySelector<HTMLElement>('[autofocus], [role^="menuitem"], input');
  const chosen = first?.role === 'menuitemradio' && panel.querySelector<HTMLElement>('[aria-checked="true"]');
  (chosen || first)?.focus();
}

/** Arrow keys, Home and End move through the items of a menu. */
function walk(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  const at = items.indexOf(focusedBeside(event.currentTarget as Element) as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined || items.length === 0) return;
  event.preventDefault();
  items[next % items.length]?.focus();
}
