/**
 * Lays a long text out by stretches of some dozens of blocks, those that are near the window.
 *
 * A browser that is told to lay out what is near (`content-visibility`) asks each block where it is, and stacks all of
 * them, with every key: in thousands of blocks that takes longer than a frame. The blocks stay where they are, children
 * of the text; a shadow tree says only which of them are drawn in one box, and of boxes there are few. In Chromium such
 * blocks are written in like others; elsewhere that is not known, and each block is a box of its own (`longText.ts`).
 */
import { Extension } from '@tiptap/core';
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { cut, deal } from './deal';
import { isLong } from './length';

/** On a phone the keyboard splits blocks by itself, of which the half that it makes would be in no box. */
export const drawsStretches: boolean =
  'slotAssignment' in (globalThis.ShadowRoot?.prototype ?? {}) &&
  /Chrome\/\d/.test(navigator.userAgent) &&
  !/Android/.test(navigator.userAgent);

/** What a line of text is taken to hold, and how high it is taken to be, until a stretch is laid out. */
const LETTERS = 70;
const LINE_REM = 1.9;
/** What these leave free below them ends within their stretch: they are not its last block. */
const WITH_MARGIN = new Set(['HR', 'FIGURE']);

export const Stretches = Extension.create({
  name: 'stretches',
  // Before all that measures where something stands.
  priority: 5_000,
  addProseMirrorPlugins: () => (drawsStretches ? [drawing] : []),
});

interface Stretch {
  /** The slot is the box: with an element around it, Chromium selects nothing that reaches into another one. */
  readonly box: HTMLSlotElement;
  blocks: readonly Node[];
}

const drawings = new WeakMap<HTMLElement, Drawing>();
const stretchOf = new WeakMap<Node, Stretch>();

/** Where a block is; one that is not laid out is taken to be where its stretch is: to ask it would lay it out. */
export function boxOf(element: Element): DOMRect {
  const block = element.closest('.prose > *');
  const stretch = block && stretchOf.get(block);
  const skipped = stretch && !element.checkVisibility({ contentVisibilityAuto: true });
  return (skipped ? stretch.box : element).getBoundingClientRect();
}

const drawing = new Plugin({
  key: new PluginKey('stretches'),
  view: (view) => {
    // When plugins come later, all views of plugins are made anew; what is drawn stays.
    const drawn = drawings.get(view.dom) ?? new Drawing(view.dom);
    drawings.set(view.dom, drawn);
    drawn.open(view);
    return drawn;
  },
  props: {
    handleDOMEvents: {
      /** A keyboard that tells of no Enter key: the browser would make the block by itself. */
      beforeinput: (view, event) => {
        if (event.inputType !== 'insertParagraph' || view.composing || !drawings.get(view.dom)?.isDrawn) return false;
        event.preventDefault();
        const enter = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', keyCode: 13 });
        return view.someProp('handleKeyDown', (handle) => handle(view, enter)) ?? true;
      },
    },
  },
});

class Drawing {
  readonly #text: HTMLElement;
  readonly #watch = new MutationObserver((records) => this.#follow(records));
  #stretches: readonly Stretch[] = [];
  #tree: ShadowRoot | null = null;
  /** The number of the block with the caret. */
  #caret = -1;

  constructor(text: HTMLElement) {
    this.#text = text;
  }

  get isDrawn(): boolean {
    return this.#tree !== null;
  }

  open(view: EditorView): void {
    if (this.#tree) this.#begin();
    this.update(view, null);
  }

  update(view: EditorView, before: EditorState | null): void {
    const { doc, selection } = view.state;
    if (!this.#tree) {
      if (!isLong(doc.childCount)) return;
      this.#tree = this.#text.attachShadow({ mode: 'closed', slotAssignment: 'manual' });
      this.#begin();
    }
    const records = this.#watch.takeRecords();
    if (records.length > 0) this.#follow(records);
    const caret = selection.$head.index(0);
    if (caret === this.#caret && doc.childCount === before?.doc.childCount) return;
    this.#caret = caret;
    this.#stayAround(view.nodeDOM(selection.$head.depth > 0 ? selection.$head.before(1) : selection.$head.pos));
  }

  destroy(): void {
    this.#watch.disconnect();
  }

  #begin(): void {
    this.#watch.observe(this.#text, { childList: true });
    this.#deal();
  }

  #follow(records: readonly MutationRecord[]): void {
    for (const { addedNodes } of records) for (const node of addedNodes) stretchOf.delete(node);
    this.#deal();
  }

  /** Deal the blocks out to the stretches anew, and draw those that others are in than before. */
  #deal(): void {
    const dealt = deal([...this.#text.childNodes], this.#stretches, (block) => stretchOf.get(block));
    const next: Stretch[] = [];
    for (const [stretch, blocks] of dealt) {
      if (blocks.length === 0) stretch?.box.remove();
      const parts = blocks.length === 0 ? [] : cut(blocks, (block) => WITH_MARGIN.has(block.nodeName));
      for (const [at, part] of parts.entries()) {
        const drawn = (at === 0 && stretch) || this.#added(part, next.at(-1));
        this.#draw(drawn, part);
        next.push(drawn);
      }
    }
    this.#stretches = next;
    this.#caret = -1;
  }

  #added(blocks: readonly Node[], after: Stretch | undefined): Stretch {
    const box = document.createElement('slot');
    box.part.value = 'stretch';
    box.style.containIntrinsicBlockSize = `auto ${heightOf(blocks)}rem`;
    if (after) after.box.after(box);
    else this.#tree?.prepend(box);
    return { box, blocks: [] };
  }

  #draw(stretch: Stretch, blocks: readonly Node[]): void {
    const { blocks: before, box } = stretch;
    if (blocks.length === before.length && blocks.every((block, at) => block === before[at])) return;
    stretch.blocks = blocks;
    for (const block of blocks) stretchOf.set(block, stretch);
    box.assign(...(blocks as Element[]));
  }

  /**
   * Keep the stretch with the caret, and those beside it, laid out also when they are scrolled away.
   *
   * A browser finds no line in a block that is not: the caret would pass over it, or land before its first word.
   */
  #stayAround(block: Node | null): void {
    const at = this.#stretches.findIndex((stretch) => stretch === (block && stretchOf.get(block)));
    for (const [number, { box }] of this.#stretches.entries()) {
      const near = at >= 0 && Math.abs(number - at) <= 1;
      box.part.toggle('near-caret', near);
    }
  }
}

function heightOf(blocks: readonly Node[]): number {
  let lines = 0;
  for (const block of blocks) lines += 0.5 + Math.ceil((block.textContent?.length ?? 0) / LETTERS);
  return Math.round(lines * LINE_REM);
}
