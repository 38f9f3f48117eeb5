/** Images that came inside a paste, as `data:`: they must not get into the document with all their bytes. */
import type { Attrs, Slice } from '@tiptap/pm/model';
import type { Transaction } from '@tiptap/pm/state';

const LOCAL = /^data:(image\/[a-z]+)((?:;[^;,]*)*),(.*)$/is;
/** What only the program that it was copied from has, or what is no image that may be sent. */
const OUT_OF_REACH = /<img\b[^>]*?\ssrc=["']?(?:file:|cid:|blob:|data:(?!image\/(?:png|jpe?g|gif|webp)[;,]))/i;

export interface Lifted {
  readonly file: File;
  /** What else is known of the image: its description, its width. */
  readonly attrs: Attrs;
  /** In the empty paragraph that keeps its place. */
  readonly pos: number;
}

export function holdsImages(slice: Slice): boolean {
  let found = false;
  slice.content.descendants((node) => {
    found ||= node.type.name === 'image' && isLocal(node.attrs.src);
    return !found;
  });
  return found;
}

/** Whether this HTML names images that cannot be had from it. */
export function losesImages(html: string): boolean {
  return OUT_OF_REACH.test(html);
}

/** Take the images out of what a transaction puts in; each leaves an empty paragraph for when it has been sent. */
export function lift(tr: Transaction): Lifted[] {
  const { paragraph } = tr.doc.type.schema.nodes;
  const found = new Map<number, { readonly file: File; readonly attrs: Attrs }>();
  tr.mapping.maps.forEach((map, at) => {
    const rest = tr.mapping.slice(at + 1);
    map.forEach((_from, _to, from, to) => {
      tr.doc.nodesBetween(rest.map(from, -1), rest.map(to, 1), (node, pos) => {
        const file = node.type.name === 'image' ? fileOf(node.attrs.src) : null;
        if (file) found.set(pos, { file, attrs: node.attrs });
      });
    });
  });
  const places = [...found.keys()].sort((a, b) => a - b);
  if (paragraph) for (const pos of places.toReversed()) tr.replaceWith(pos, pos + 1, paragraph.create());
  return places.map((pos, before) => ({ ...(found.get(pos) as Omit<Lifted, 'pos'>), pos: pos + before + 1 }));
}

function isLocal(src: unknown): src is string {
  return typeof src === 'string' && LOCAL.test(src);
}

/** Read by hand: the policy lets nothing be fetched but from the server. */
function fileOf(src: unknown): File | null {
  const [, type = '', parameters = '', data = ''] = (isLocal(src) && LOCAL.exec(src)) || [];
  if (!type) return null;
  try {
    const text = /;\s*base64\s*$/i.test(parameters) ? atob(data.replace(/\s+/g, '')) : decodeURIComponent(data);
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    return new File([bytes], `image.${type.slice('image/'.length)}`, { type: type.toLowerCase() });
  } catch {
    return null; // cut off, or made up
  }
}
