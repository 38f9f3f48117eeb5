import { useSignal } from '@preact/signals';
import { NodeSelection } from '@tiptap/pm/state';
import { Accessibility, Captions, Link, Maximize, Trash2 } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../../../i18n';
import { writingWords } from '../../../i18n/writing';
import { allowedLink } from '../../links';
import { Bar, BarButton } from '../bar';
import { put } from '../places';
import type { Tools } from '../writing';

type Field = 'alt' | 'caption' | 'href';

const NARROWEST_PX = 40;
const STEP_PX = 24;

/** What one can do to the selected image: its words, its link, its size. */
export function ImageBar({ tools }: { tools: Tools }) {
  const { state, focused } = tools.seen.value;
  const { selection } = state;
  const field = useSignal<Field | null>(null);
  const isImage = selection instanceof NodeSelection && selection.node.type.name === 'image';
  if (!focused || !isImage) {
    field.value = null;
    return null;
  }
  const dom = tools.tiptap.view.nodeDOM(selection.from);
  const picture = dom instanceof HTMLElement ? (dom.querySelector('img') ?? dom) : null;
  if (!picture) return null;
  const say = writingWords.value.image;
  const { attrs } = selection.node;
  const press = (name: Field) => () => (field.value = field.peek() === name ? null : name);
  return (
    <>
      <Grips tools={tools} pos={selection.from} picture={picture} />
      <Bar tools={tools} label={say.tools} anchor={picture.getBoundingClientRect()} class="image-bar">
        <BarButton icon={Accessibility} label={say.alt} pressed={field.value === 'alt'} onPress={press('alt')} />
        <BarButton icon={Captions} label={say.caption} pressed={field.value === 'caption'} onPress={press('caption')} />
        <BarButton
          icon={Link}
          label={words.value.editor.link}
          pressed={field.value === 'href'}
          onPress={press('href')}
        />
        <BarButton
          icon={Maximize}
          label={say.naturalSize}
          onPress={() => set(tools, selection.from, { width: null, height: null })}
        />
        <BarButton
          icon={Trash2}
          label={say.remove}
          onPress={() => tools.tiptap.chain().focus().deleteSelection().run()}
        />
        {field.value && (
          <FieldForm
            key={field.value}
            tools={tools}
            pos={selection.from}
            field={field.value}
            value={String(attrs[field.value] ?? '')}
            onDone={() => {
              field.value = null;
              tools.tiptap.view.focus();
            }}
          />
        )}
      </Bar>
    </>
  );
}

interface FormProps {
  readonly tools: Tools;
  readonly pos: number;
  readonly field: Field;
  readonly value: string;
  readonly onDone: () => void;
}

function FieldForm({ tools, pos, field, value, onDone }: FormProps) {
  const input = useRef<HTMLInputElement>(null);
  const invalid = useSignal(false);
  const say = writingWords.value.image;
  const { editor } = words.value;
  useLayoutEffect(() => input.current?.select(), []);

  function submit(event: Event): void {
    event.preventDefault();
    const typed = input.current?.value.trim() ?? '';
    const next = field === 'href' && typed ? allowedLink(typed) : typed || null;
    invalid.value = typed !== '' && next === null;
    if (invalid.value) return;
    set(tools, pos, { [field]: next });
    onDone();
  }

  return (
    <form
      class="float-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onDone();
      }}
    >
      <input
        ref={input}
        class="field"
        dir="auto"
        maxLength={2_000}
        defaultValue={value}
        aria-label={field === 'href' ? editor.linkUrl : say[field]}
        aria-invalid={invalid.value}
        placeholder={field === 'href' ? editor.linkPlaceholder : say[`${field}Hint`]}
      />
      <button type="submit" class="button button-small button-primary">
        {editor.linkApply}
      </button>
      {invalid.value && (
        <p class="field-problem" role="alert">
          {editor.linkInvalid}
        </p>
      )}
    </form>
  );
}

/** The handles at both sides: dragged by the pointer, moved by the arrow keys. */
function Grips({ tools, pos, picture }: { tools: Tools; pos: number; picture: HTMLElement }) {
  return (
    <>
      <Grip tools={tools} pos={pos} picture={picture} side="left" />
      <Grip tools={tools} pos={pos} picture={picture} side="right" />
    </>
  );
}

interface GripProps {
  readonly tools: Tools;
  readonly pos: number;
  readonly picture: HTMLElement;
  readonly side: 'left' | 'right';
}

function Grip({ tools, pos, picture, side }: GripProps) {
  const grip = useRef<HTMLDivElement>(null);
  const { view } = tools.tiptap;
  const widest = Math.round(view.dom.getBoundingClientRect().width);
  const width = Math.round(picture.getBoundingClientRect().width);
  const fitting = (value: number) => Math.round(Math.min(widest, Math.max(NARROWEST_PX, value)));

  useLayoutEffect(() => {
    const box = picture.getBoundingClientRect();
    if (grip.current) put(grip.current, box[side], (box.top + box.bottom) / 2);
  });

  function drag(down: PointerEvent): void {
    const target = down.currentTarget as HTMLElement;
    const start = picture.getBoundingClientRect().width;
    const at = (event: PointerEvent) => fitting(start + (event.clientX - down.clientX) * (side === 'right' ? 1 : -1));
    down.preventDefault();
    target.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) =>
      tools.previews.show(view, [{ pos, size: 1, style: `--preview-width: ${at(event)}px` }]);
    const stop = (event: PointerEvent) => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', stop);
      target.removeEventListener('pointercancel', stop);
      tools.previews.show(view, []);
      if (event.type === 'pointerup' && at(event) !== Math.round(start)) resize(at(event));
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', stop);
    target.addEventListener('pointercancel', stop);
  }

  const resize = (to: number) => set(tools, pos, { width: fitting(to), height: null });

  function key(event: KeyboardEvent): void {
    const step = { ArrowRight: STEP_PX, ArrowUp: STEP_PX, ArrowLeft: -STEP_PX, ArrowDown: -STEP_PX }[event.key];
    if (event.key === 'Escape') view.focus();
    else if (step !== undefined) resize(width + step);
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={grip}
      class="image-grip"
      role="slider"
      tabIndex={side === 'right' ? 0 : -1}
      aria-label={writingWords.value.image.width}
      aria-valuemin={NARROWEST_PX}
      aria-valuemax={widest}
      aria-valuenow={width}
      onPointerDown={drag}
      onKeyDown={key}
    />
  );
}

function set({ tiptap }: Tools, pos: number, attrs: Readonly<Record<string, unknown>>): void {
  const node = tiptap.state.doc.nodeAt(pos);
  if (node?.type.name !== 'image') return;
  const { tr } = tiptap.state;
  for (const [name, value] of Object.entries(attrs)) tr.setNodeAttribute(pos, name, value);
  tiptap.view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, pos)));
}
