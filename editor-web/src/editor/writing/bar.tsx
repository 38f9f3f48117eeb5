import type { IconNode } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { focusedBeside } from '../../ui/focused';
import { Icon } from '../../ui/icon';
import { type Box, beside } from './places';
import type { Tools } from './writing';

interface BarProps {
  readonly tools: Tools;
  readonly label: string;
  readonly anchor: Box;
  readonly prefer?: 'above' | 'below';
  readonly class?: string;
  /** Line it up with the end of the box. */
  readonly end?: boolean;
  readonly children: ComponentChildren;
  /** Called on Escape, besides going back to the text. */
  readonly onEscape?: () => void;
}

/** A floating toolbar: Alt+F10 leads into it, arrow keys through it, Escape back to the text. */
export function Bar({
  tools,
  label,
  anchor,
  prefer = 'above',
  class: name = '',
  end = false,
  children,
  onEscape,
}: BarProps) {
  const bar = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (bar.current) beside(bar.current, anchor, prefer, end);
  });

  function key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.target instanceof HTMLInputElement || inPanel(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      onEscape?.();
      tools.tiptap.view.focus();
    } else walk(event, bar.current);
  }

  return (
    <div
      ref={bar}
      class={`float float-bar ${name}`}
      role="toolbar"
      aria-label={label}
      data-bar
      onKeyDown={key}
      // The text keeps its selection while a button is pressed.
      onMouseDown={(event) => {
        if (!(event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)) {
          event.preventDefault();
        }
      }}
    >
      {children}
    </div>
  );
}

interface ButtonProps {
  readonly icon: IconNode;
  readonly label: string;
  readonly keys?: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

export function BarButton({ icon, label, keys, pressed, disabled = false, onPress }: ButtonProps) {
  return (
    <button
      type="button"
      class="tool"
      aria-label={label}
      aria-pressed={pressed}
      aria-disabled={disabled || undefined}
      data-tip={keys ? `${label}\u2002${keys}` : label}
      onClick={() => !disabled && onPress()}
    >
      <Icon of={icon} />
    </button>
  );
}

function inPanel(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('[popover]') !== null;
}

function walk(event: KeyboardEvent, bar: HTMLElement | null): void {
  const items = [...(bar?.querySelectorAll<HTMLElement>(':scope > button, :scope > select') ?? [])];
  const at = items.indexOf(focusedBeside(event.currentTarget as Element) as HTMLElement);
  if (at < 0 || (event.target instanceof HTMLSelectElement && !['Home', 'End'].includes(event.key))) return;
  const forwards = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -1 : 1;
  const next = {
    ArrowRight: at + forwards,
    ArrowLeft: at - forwards,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[(next + items.length) % items.length]?.focus();
}
