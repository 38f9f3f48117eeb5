/** With more blocks than that, only what is near the window is laid out (see `prose.css`). */
const LONG = 150;

export function isLong(blocks: number): boolean {
  return blocks > LONG;
}
