import type { Plugin } from 'vite';

const VIEW = /prosemirror-view[\\/]dist[\\/]index\.js/;
const PLACES: ReadonlyArray<readonly [wrong: string, right: string]> = [
  ['caretFromPoint(doc, coords.left, coords.top)', 'caretFromPoint(doc, coords.left, coords.top, view.root)'],
  ['function caretFromPoint(doc, x, y) {', 'function caretFromPoint(doc, x, y, root) {'],
  ['doc.caretPositionFromPoint(x, y)', 'doc.caretPositionFromPoint(x, y, { shadowRoots: root.host ? [root] : [] })'],
];

/** Lets ProseMirror find where the pointer is in a shadow tree: a page does not look into one unless it is told to. */
export function openTrees(): Plugin {
  return {
    name: 'open-trees',
    transform(code, id) {
      if (!VIEW.test(id)) return null;
      return PLACES.reduce((text, [wrong, right]) => {
        if (!text.includes(wrong))
          throw new Error(`ProseMirror has changed: look for "${wrong}" in build/openTrees.ts.`);
        return text.replace(wrong, right);
      }, code);
    },
  };
}
