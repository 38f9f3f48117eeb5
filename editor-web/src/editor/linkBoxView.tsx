import { useSignal } from '@preact/signals';
import { ExternalLink, Pencil, Unlink } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import { Icon } from '../ui/icon';
import type { LinkBox, LinkBoxState } from './linkBox';
import { allowedLink } from './links';

const WIDTH_PX = 320;
const GAP_PX = 8;

/** Draws the link box where the link is; it stays inside the window. */
export function LinkBoxView({ box }: { box: LinkBox }) {
  const state = box.state.value;
  if (!state) return null;
  const left = Math.max(GAP_PX, Math.min(state.left, innerWidth - WIDTH_PX - GAP_PX));
  return (
    <div ref={rise} class="link-box" style={{ left: `${left}px`, top: `${state.bottom + GAP_PX}px` }}>
      {state.mode === 'edit' ? <Form box={box} state={state} /> : <Shown box={box} href={state.href} />}
    </div>
  );
}

/** On a page of others it lies over everything: what holds the editor there may clip it, or be moved. */
function rise(box: HTMLElement | null): void {
  if (!(box?.getRootNode() instanceof ShadowRoot) || box.popover) return;
  box.popover = 'manual';
  box.showPopover();
}

function Shown({ box, href }: { box: LinkBox; href: string }) {
  const { editor } = words.value;
  const safe = allowedLink(href);
  return (
    <>
      {safe ? (
        <a class="link-box-address" href={safe} target="_blank" rel="noopener noreferrer" data-tip={editor.linkOpen}>
          <span>{href.replace(/^https?:\/\//, '')}</span>
          <Icon of={ExternalLink} size={14} />
        </a>
      ) : (
        <span class="link-box-address">{href}</span>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={editor.link}
        data-tip={editor.link}
        onClick={() => box.edit()}
      >
        <Icon of={Pencil} size={16} />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={editor.linkRemove}
        data-tip={editor.linkRemove}
        onClick={() => box.remove()}
      >
        <Icon of={Unlink} size={16} />
      </button>
    </>
  );
}

function Form({ box, state }: { box: LinkBox; state: LinkBoxState }) {
  const { editor } = words.value;
  const input = useRef<HTMLInputElement>(null);
  const invalid = useSignal(false);
  useLayoutEffect(() => input.current?.select(), []);

  function submit(event: Event): void {
    event.preventDefault();
    invalid.value = !box.apply(input.current?.value ?? '');
  }

  function leave(event: FocusEvent): void {
    const form = event.currentTarget as HTMLElement;
    if (event.relatedTarget instanceof Node && !form.contains(event.relatedTarget)) box.close();
  }

  return (
    <form
      class="link-form"
      aria-label={editor.link}
      onSubmit={submit}
      onFocusOut={leave}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        box.close();
      }}
    >
      <input
        ref={input}
        class="field"
        type="text"
        inputMode="url"
        autocomplete="off"
        spellcheck={false}
        aria-label={editor.linkUrl}
        aria-invalid={invalid.value}
        aria-describedby={invalid.value ? 'link-invalid' : undefined}
        placeholder={editor.linkPlaceholder}
        defaultValue={state.href}
      />
      <button type="submit" class="button button-small button-primary">
        {editor.linkApply}
      </button>
      {invalid.value && (
        <p id="link-invalid" class="field-problem" role="alert">
          {editor.linkInvalid}
        </p>
      )}
    </form>
  );
}
