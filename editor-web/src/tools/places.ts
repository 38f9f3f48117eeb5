/** Between the text's positions and the screen. */
import type { EditorView } from '@tiptap/pm/view';
import { boxOf } from '../editor/stretches';

/** What is this near to the window, in its heights, counts as seen. */
const MARGIN = 1;

/** The part of the text that is on the screen, and a screen above and below. */
export function seenRange(view: EditorView): { from: number; to: number } {
  const blocks = view.dom.children;
  const first = firstBelow(blocks, -innerHeight * MARGIN);
  const last = firstBelow(blocks, innerHeight * (1 + MARGIN));
  const { size } = view.state.doc.content;
  const start = blocks[first];
  const end = blocks[last];
  return { from: start ? view.posAtDOM(start, 0) : size, to: end ? view.posAtDOM(end, 0) : size };
}

/** The first of the blocks whose lower edge lies below this height of the window; they stand one below the other. */
export function firstBelow(blocks: ArrayLike<Element>, height: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block && boxOf(block).bottom > height) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Scroll so that this position is well in sight; it stays where it is when it is already. */
export function reveal(view: EditorView, position: number): void {
  const { top, bottom } = view.coordsAtPos(position);
  const sight = sightOf(view.dom);
  const height = sight.bottom - sight.top;
  if (top < sight.top + height * 0.15 || bottom > sight.top + height * 0.75) scrollTo(view, position, 0.4);
}

/** Between which heights of the window something is seen, with all that it scrolls in. */
function sightOf(seen: Element): { top: number; bottom: number } {
  const sight = { top: 0, bottom: innerHeight };
  for (let around = outside(seen); around && around !== document.body; around = outside(around)) {
    if (around.scrollHeight <= around.clientHeight) continue;
    if (!/auto|scroll/.test(getComputedStyle(around).overflowY)) continue;
    const { top, bottom } = around.getBoundingClientRect();
    sight.top = Math.max(sight.top, top);
    sight.bottom = Math.min(sight.bottom, bottom);
  }
  return sight;
}

function outside(element: Element): Element | null {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

/** Scroll so that this position stands this far down the window. */
export function scrollTo(view: EditorView, position: number, part: number): void {
  const { node } = view.domAtPos(position);
  const element = node instanceof Element ? node : node.parentElement;
  element?.scrollIntoView({ block: 'center' });
  scrollBy({ top: view.coordsAtPos(position).top - innerHeight * part });
}
