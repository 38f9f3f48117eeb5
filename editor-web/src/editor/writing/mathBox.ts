/** Opens the small editor of a formula, by a click, by Enter on it, or right after it was put in. */
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Editor as Tiptap } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { NodeSelection, Plugin, Selection } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import type { Box } from './places';

export interface MathState {
  readonly latex: string;
  readonly display: boolean;
  readonly anchor: Box;
}

export class MathBox {
  readonly state: ReadonlySignal<MathState | null>;
  readonly plugin: Plugin;
  readonly #state = signal<MathState | null>(null);
  readonly #tiptap: Tiptap;

  constructor(tiptap: Tiptap) {
    this.#tiptap = tiptap;
    this.state = this.#state;
    this.plugin = new Plugin({
      props: {
        handleKeyDown: (_, event) => event.key === 'Enter' && !event.isComposing && this.open(),
        handleClickOn: (view, _pos, node, nodePos, _event, direct) => direct && this.#press(view, node, nodePos),
        handleDoubleClickOn: (view, _pos, node, nodePos, _event, direct) => direct && this.#press(view, node, nodePos),
      },
    });
  }

  /** Open it for the selected formula; false where none is selected. */
  open(): boolean {
    const node = this.#selected();
    const dom = node && this.#tiptap.view.nodeDOM(this.#tiptap.state.selection.from);
    if (!node || !(dom instanceof HTMLElement) || !this.#tiptap.isEditable) return false;
    this.#state.value = {
      latex: String(node.attrs.latex ?? ''),
      display: node.isBlock,
      anchor: dom.getBoundingClientRect(),
    };
    return true;
  }

  /** Give the formula this text; an empty one goes. The selection kept its place while others wrote. */
  apply(latex: string): void {
    const node = this.#selected();
    const { state, view } = this.#tiptap;
    this.#state.value = null;
    const { from, to } = state.selection;
    const { tr } = state;
    if (node && latex === '') tr.deleteSelection();
    else if (node && latex !== node.attrs.latex) tr.setNodeAttribute(from, 'latex', latex);
    // Writing goes on behind it.
    if (node && latex !== '') tr.setSelection(Selection.near(tr.doc.resolve(to)));
    view.dispatch(tr);
    view.focus();
  }

  close(): void {
    const node = this.#selected();
    if (node?.attrs.latex === '') this.apply('');
    else {
      this.#state.value = null;
      this.#tiptap.view.focus();
    }
  }

  #press(view: EditorView, node: Node, pos: number): boolean {
    if (!isMath(node.type.name) || !view.editable) return false;
    view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, pos)));
    return this.open();
  }

  #selected() {
    const { selection } = this.#tiptap.state;
    return selection instanceof NodeSelection && isMath(selection.node.type.name) ? selection.node : null;
  }
}

function isMath(name: string): boolean {
  return name === 'inlineMath' || name === 'blockMath';
}
