/** Which element of the page is which block of the document. */
import type { EditorView } from '@tiptap/pm/view';
import { boxOf } from '../stretches';

/** The block at a height of the window: a child of the document, or the innermost item of a list. */
export function elementAtHeight(view: EditorView, y: number): HTMLElement | null {
  const block = childAt(view.dom, y);
  return block && /^(UL|OL)$/.test(block.tagName) ? (itemAt(block, y) ?? block) : block;
}

/** The block that holds a position. */
export function blockOfPos(view: EditorView, pos: number): HTMLElement | null {
  const $pos = view.state.doc.resolve(Math.min(pos, view.state.doc.content.size));
  for (let depth = $pos.depth; depth > 0; depth -= 1) {
    const { name } = $pos.node(depth).type;
    if (depth > 1 && name !== 'listItem' && name !== 'taskItem') continue;
    const dom = view.nodeDOM($pos.before(depth));
    if (dom instanceof HTMLElement) return dom;
  }
  const atom = view.nodeDOM($pos.pos);
  return atom instanceof HTMLElement ? atom : null;
}

/** Where the block of an element begins, or `null` where it is gone. */
export function posOf(view: EditorView, element: HTMLElement): number | null {
  if (!view.dom.contains(element)) return null;
  const $inside = view.state.doc.resolve(view.posAtDOM(element, 0));
  if (view.nodeDOM($inside.pos) === element) return $inside.pos;
  for (let depth = $inside.depth; depth > 0; depth -= 1) {
    if (view.nodeDOM($inside.before(depth)) === element) return $inside.before(depth);
  }
  return null;
}

/** Blocks lie below each other, so half of them can be left out at each look. */
function childAt(parent: HTMLElement, y: number): HTMLElement | null {
  const { children } = parent;
  let low = 0;
  let high = children.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const child = children[middle];
    if (child && boxOf(child).bottom < y) low = middle + 1;
    else high = middle;
  }
  const found = children[low];
  if (!(found instanceof HTMLElement) || found.classList.contains('uploading')) return null;
  return y <= boxOf(found).bottom + 8 ? found : null;
}

function itemAt(list: HTMLElement, y: number): HTMLElement | null {
  for (const item of list.children) {
    if (!(item instanceof HTMLElement) || item.getBoundingClientRect().bottom < y) continue;
    for (const inner of item.querySelectorAll<HTMLElement>(':scope > :is(ul, ol), :scope > div > :is(ul, ol)')) {
      const { top, bottom } = inner.getBoundingClientRect();
      if (top <= y && y <= bottom) return itemAt(inner, y) ?? item;
    }
    return item;
  }
  return null;
}
