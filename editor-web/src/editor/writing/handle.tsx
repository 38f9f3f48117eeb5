import { useSignal } from '@preact/signals';
import { NodeSelection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { ArrowDown, ArrowUp, Copy, GripVertical, Link2, Trash2 } from 'lucide';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { writingWords } from '../../i18n/writing';
import { copy } from '../../ui/clipboard';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { blockOfPos, elementAtHeight, posOf } from './blockElements';
import { TurnIntoItems } from './bubble';
import { headingLink } from './headingLink';
import { beginStep } from './history';
import { MenuItem } from './menuItem';
import { deleteBlock, duplicateBlock, moveBlock, selectBlock } from './moveBlocks';
import { put } from './places';
import type { Tools } from './writing';

const WIDTH_PX = 28;
const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The grip beside the block under the pointer, or with the caret: drags the block, and opens its menu. */
export function Handle({ tools }: { tools: Tools }) {
  const { view } = tools.tiptap;
  const { state } = tools.seen.value;
  const pointed = useSignal<HTMLElement | null>(null);
  const open = useSignal(false);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const zone = view.dom.closest<HTMLElement>('.desk') ?? view.dom;
    const look = (event: PointerEvent) => {
      if (open.peek() || event.pointerType !== 'mouse' || event.buttons !== 0) return;
      if (root.current?.contains(event.target as Node)) return;
      pointed.value = elementAtHeight(view, event.clientY);
    };
    const leave = () => {
      if (!open.peek()) pointed.value = null;
    };
    // Whoever writes has left the pointer where it was.
    view.dom.addEventListener('keydown', leave);
    zone.addEventListener('pointermove', look);
    zone.addEventListener('pointerleave', leave);
    return () => {
      view.dom.removeEventListener('keydown', leave);
      zone.removeEventListener('pointermove', look);
      zone.removeEventListener('pointerleave', leave);
    };
  }, [view]);

  const shown = pointed.value?.isConnected ? pointed.value : null;
  const element = shown ?? blockOfPos(view, state.selection.from);

  useLayoutEffect(() => {
    if (!root.current || !element) return;
    const box = element.getBoundingClientRect();
    const backwards = getComputedStyle(element).direction === 'rtl';
    const outer = element.tagName === 'LI' ? WIDTH_PX + 16 : WIDTH_PX;
    put(root.current, backwards ? box.right + outer - WIDTH_PX : box.left - outer, box.top + lineOffset(element));
  });

  if (!element) return null;
  const at = () => posOf(view, element);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it has the menu, and the keys
    <div
      ref={root}
      class={`handle ${shown ? 'is-pointed' : ''}`}
      data-bar
      draggable
      onDragStart={(event) => drag(view, element, event)}
      onDragEnd={() => {
        view.dragging = null;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || open.peek()) return;
        event.preventDefault();
        view.focus();
      }}
    >
      <Popover
        kind="menu"
        class="tool handle-grip"
        label={writingWords.value.block.menu}
        trigger={<Icon of={GripVertical} />}
        tabIndex={-1}
        onOpen={() => (open.value = true)}
        onClose={() => (open.value = false)}
      >
        {(close) => open.value && <Menu tools={tools} at={at} close={close} />}
      </Popover>
    </div>
  );
}

function Menu({ tools, at, close }: { tools: Tools; at: () => number | null; close: () => void }) {
  const { tiptap } = tools;
  const say = writingWords.value;
  const withPos = (run: (pos: number) => void) => () => {
    const pos = at();
    close();
    beginStep(tiptap);
    if (pos !== null) run(pos);
  };
  const move = (step: -1 | 1) =>
    withPos((pos) => {
      selectBlock(tiptap, pos);
      moveBlock(tiptap, step);
      tiptap.view.focus();
    });
  const link = linkOf(tools, at());
  const arrows = mac ? '⌥⇧' : 'Alt+⇧+';
  return (
    <>
      <MenuItem icon={ArrowUp} label={say.block.up} keys={`${arrows}↑`} onPress={move(-1)} />
      <MenuItem icon={ArrowDown} label={say.block.down} keys={`${arrows}↓`} onPress={move(1)} />
      <MenuItem icon={Copy} label={say.block.duplicate} onPress={withPos((pos) => duplicateBlock(tiptap, pos))} />
      {link && (
        <MenuItem
          icon={Link2}
          label={say.block.link}
          onPress={() => {
            close();
            void copy(link, say.block);
          }}
        />
      )}
      <MenuItem icon={Trash2} label={say.block.remove} danger onPress={withPos((pos) => deleteBlock(tiptap, pos))} />
      <p class="panel-title">{say.turnInto}</p>
      <TurnIntoItems tools={tools} onDone={withPos((pos) => selectBlock(tiptap, pos))} />
    </>
  );
}

/** A page of others has no address for a heading. */
function linkOf({ tiptap, session }: Tools, pos: number | null): string | null {
  return pos === null || session.site.address !== '' ? null : headingLink(session.id, tiptap.state.doc, pos);
}

/** ProseMirror takes a drag over as soon as it knows what is dragged. */
function drag(view: EditorView, element: HTMLElement, event: DragEvent): void {
  const pos = posOf(view, element);
  if (pos === null || !event.dataTransfer) return;
  const selection = NodeSelection.create(view.state.doc, pos);
  view.dispatch(view.state.tr.setSelection(selection));
  const slice = selection.content();
  const { dom, text } = view.serializeForClipboard(slice);
  event.dataTransfer.clearData();
  event.dataTransfer.setData('text/html', dom.innerHTML);
  event.dataTransfer.setData('text/plain', text);
  event.dataTransfer.effectAllowed = 'copyMove';
  event.dataTransfer.setDragImage(element, 0, 0);
  view.dragging = { slice, move: true };
}

/** So that the grip stands at the middle of the first line. */
function lineOffset(element: HTMLElement): number {
  const { lineHeight, paddingTop } = getComputedStyle(element);
  const line = Number.parseFloat(lineHeight) || 24;
  const isText = /^(P|H\d|LI)$/.test(element.tagName);
  return isText ? (line - WIDTH_PX) / 2 : Math.min(8, Number.parseFloat(paddingTop) || 0);
}
