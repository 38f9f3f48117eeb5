/** The address of a heading: the document's own, and the heading's name in it. */
import type { Node } from '@tiptap/pm/model';
import { factsOf } from '../../tools/facts';
import { slugs } from '../../tools/slugs';
import { documentAddress } from '../../ui/addresses';

/** What leads to the heading at `pos`; `null` where there is none, or one without words. */
export function headingLink(id: string, doc: Node, pos: number): string | null {
  const found: Array<{ readonly at: number; readonly text: string }> = [];
  let start = 0;
  for (const block of doc.children) {
    for (const { offset, text } of factsOf(block).headings) found.push({ at: start + offset, text });
    start += block.nodeSize;
  }
  const index = found.findIndex(({ at }) => at === pos);
  const slug = slugs(found.map(({ text }) => text))[index];
  return slug === undefined ? null : `${location.origin}${documentAddress(id)}#${encodeURIComponent(slug)}`;
}
