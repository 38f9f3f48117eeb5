/**
 * Lays the layer of the writing tools over everything on a page of others.
 *
 * What holds the editor there may scroll, clip or be moved: inside it, a menu at the caret would be cut off.
 */
export function afloat(layer: HTMLElement, text: HTMLElement, look: () => void): () => void {
  layer.popover = 'manual';
  layer.classList.add('is-afloat');
  layer.showPopover();
  let rising = 0;
  const rise = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof Node && text.contains(relatedTarget)) return;
    cancelAnimationFrame(rising);
    // A menu that closes gives the focus back before it is closed, and until then no popover may be shown.
    rising = requestAnimationFrame(() => {
      // A dialog of the page that has been opened since would lie above.
      layer.hidePopover();
      layer.showPopover();
    });
  };
  const follow = ({ target }: Event) => {
    if (target instanceof Element && target.contains(text)) hideOutside(layer, target);
    look();
  };
  text.addEventListener('focusin', rise);
  addEventListener('scroll', follow, { capture: true, passive: true });
  addEventListener('resize', look);
  return () => {
    cancelAnimationFrame(rising);
    text.removeEventListener('focusin', rise);
    removeEventListener('scroll', follow, { capture: true });
    removeEventListener('resize', look);
  };
}

/** What hangs at words that were scrolled out of sight goes with them. */
function hideOutside(layer: HTMLElement, scroller: Element): void {
  const selection = (layer.getRootNode() as ShadowRoot & Partial<Pick<Document, 'getSelection'>>).getSelection?.();
  if (!selection?.rangeCount) return;
  const caret = selection.getRangeAt(0).getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  layer.classList.toggle('is-outside', caret.height > 0 && (caret.bottom < frame.top || caret.top > frame.bottom));
}
