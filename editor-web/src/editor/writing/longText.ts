/**
 * Makes up for what a browser cannot do in a long text, of which only what is near the window is laid out.
 *
 * It finds no line in a block that is not, so that the caret may land before the first word instead of behind the
 * last one, or pass over blocks when one has scrolled away from it. The blocks around the caret are therefore always
 * laid out, and the keys to both ends of the text are handled here.
 */
import { keymap } from '@tiptap/pm/keymap';
import type { Node, ResolvedPos } from '@tiptap/pm/model';
import { type Command, Plugin, PluginKey, Selection, TextSelection } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import { isLong } from '../length';
import { drawsStretches } from '../stretches';

/** So many on each side of the caret. */
const AROUND = 2;
const [FIRST, LAST] = /Mac|iPhone|iPad/.test(navigator.platform)
  ? ['Mod-ArrowUp', 'Mod-ArrowDown']
  : ['Mod-Home', 'Mod-End'];

interface Near {
  readonly at: number;
  readonly drawn: DecorationSet;
}

const key = new PluginKey<Near>('longText');

export const longText: readonly Plugin[] = [
  new Plugin<Near>({
    key,
    state: {
      init: (_, { doc, selection }) => near(doc, selection.$head),
      apply: (tr, last, before, { doc, selection }) => {
        const sameBlock = last.at === selection.$head.index(0) && before.doc.childCount === doc.childCount;
        if (!sameBlock) return near(doc, selection.$head);
        return tr.docChanged ? { at: last.at, drawn: last.drawn.map(tr.mapping, doc) } : last;
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  }),
  keymap({
    [FIRST]: goTo(false, false),
    [LAST]: goTo(true, false),
    [`Shift-${FIRST}`]: goTo(false, true),
    [`Shift-${LAST}`]: goTo(true, true),
  }),
];

function goTo(end: boolean, extend: boolean): Command {
  return ({ doc, selection, tr }, dispatch) => {
    const edge = end ? Selection.atEnd(doc) : Selection.atStart(doc);
    dispatch?.(tr.setSelection(extend ? TextSelection.between(selection.$anchor, edge.$head) : edge).scrollIntoView());
    return true;
  };
}

function near(doc: Node, $head: ResolvedPos): Near {
  const at = $head.index(0);
  if (drawsStretches || !isLong(doc.childCount)) return { at, drawn: DecorationSet.empty };
  const around: Decoration[] = [];
  let start = $head.depth > 0 ? $head.before(1) : $head.pos;
  for (let block = at; block > 0 && block > at - AROUND; block -= 1) start -= doc.child(block - 1).nodeSize;
  for (let block = Math.max(0, at - AROUND); block < doc.childCount && block <= at + AROUND; block += 1) {
    const end = start + doc.child(block).nodeSize;
    around.push(Decoration.node(start, end, { class: 'near-caret' }));
    start = end;
  }
  return { at, drawn: DecorationSet.create(doc, around) };
}
