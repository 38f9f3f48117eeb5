/** Where things float: inside the layer over the text, so that they scroll with it. */

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const GAP_PX = 6;
const EDGE_PX = 8;
/** The bar at the top of the page covers what lies below it. */
const BAR_PX = 56;
/** On a phone the tools lie at the bottom. */
const TOOLS_PX = 60;

/** Hang `element` below a box of the window, or above where there is more room; it never leaves the window. `end` lines it up with
 * the end of the box. */
export function beside(element: HTMLElement, box: Box, prefer: 'below' | 'above' = 'below', end = false): void {
  const layer = element.offsetParent?.getBoundingClientRect();
  if (!layer) return;
  const { offsetWidth: width, offsetHeight: height } = element;
  const floor = innerHeight - (innerWidth < 832 ? TOOLS_PX : EDGE_PX);
  const roomBelow = floor - box.bottom - GAP_PX;
  const roomAbove = box.top - BAR_PX - GAP_PX;
  const below = prefer === 'below' ? roomBelow >= height || roomBelow >= roomAbove : roomAbove < height;
  const top = below ? box.bottom + GAP_PX : box.top - GAP_PX - height;
  const wanted = end ? box.right - width : box.left;
  const left = Math.max(EDGE_PX, Math.min(wanted, innerWidth - EDGE_PX - width));
  element.style.top = `${top - layer.top}px`;
  element.style.left = `${left - layer.left}px`;
}

/** Lay `element` at a corner of a box, without asking for room. */
export function put(element: HTMLElement, left: number, top: number): void {
  const layer = element.offsetParent?.getBoundingClientRect();
  if (!layer) return;
  element.style.left = `${left - layer.left}px`;
  element.style.top = `${top - layer.top}px`;
}
