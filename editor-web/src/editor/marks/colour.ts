/** Which colours a document may name: what CSS calls a colour and nothing that could carry anything else. */

const HEX = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const RGB = /^rgba?\(\s*\d{1,3}%?(\s*[\s,/]\s*[\d.]{1,5}%?){2,3}\s*\)$/i;
const NAME = /^[a-z]{3,20}$/i;
/** Words that every property takes; none of them is a colour. */
const KEYWORD = /^(inherit|initial|unset|revert|none|auto|transparent|currentcolor|windowtext)$/i;

/** The colour as it may be stored and drawn, or `null`. */
export function allowedColour(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const colour = value.trim();
  return (HEX.test(colour) || RGB.test(colour) || NAME.test(colour)) && !KEYWORD.test(colour) ? colour : null;
}
