/**
 * Gives each new empty block a text to write into, in the moment in which it is made.
 *
 * The binding makes a block's text only with its first letter. When two people begin to write in the same empty
 * paragraph at once, each makes a text of their own, and the binding's joining of the two doubles and displaces
 * letters. With the text there beforehand both write into the same one, which merges as any other words do.
 */
import { Extension } from '@tiptap/core';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { ySyncPluginKey } from '@tiptap/y-tiptap';
import * as Y from 'yjs';

export const Seats = Extension.create<{ fragment: Y.XmlFragment }>({
  name: 'seats',
  addProseMirrorPlugins() {
    const { fragment } = this.options;
    const { schema } = this.editor;
    const isTextblock = (name: string) => schema.nodes[name]?.isTextblock ?? false;
    return [new Plugin({ key: new PluginKey('seats'), view: () => ({ destroy: watchSeats(fragment, isTextblock) }) })];
  },
});

/** Prepare the empty blocks that the binding makes of one's own edits; returns how to stop. */
export function watchSeats(fragment: Y.XmlFragment, isTextblock: (name: string) => boolean): () => void {
  const doc = fragment.doc;
  if (!doc) return () => undefined;
  const prepare = (transaction: Y.Transaction): void => {
    if (!transaction.local || transaction.origin !== ySyncPluginKey) return;
    const empty = newBlocks(transaction).filter((block) => block.length === 0 && isTextblock(block.nodeName));
    if (empty.length === 0) return;
    // Under the binding's own name: undo takes it back together with the block.
    doc.transact(() => {
      for (const block of empty) block.insert(0, [new Y.XmlText()]);
    }, ySyncPluginKey);
  };
  doc.on('afterTransaction', prepare);
  return () => doc.off('afterTransaction', prepare);
}

/** All elements that this transaction made, at any depth. */
function newBlocks(transaction: Y.Transaction): Y.XmlElement[] {
  const { clientID } = transaction.doc;
  const before = transaction.beforeState.get(clientID) ?? 0;
  const isNew = (element: Y.XmlElement) => {
    const id = element._item?.id;
    return id !== undefined && id.client === clientID && id.clock >= before;
  };
  const found: Y.XmlElement[] = [];
  const visit = (element: Y.XmlElement): void => {
    found.push(element);
    for (const child of element.toArray()) if (child instanceof Y.XmlElement) visit(child);
  };
  for (const type of transaction.changed.keys()) {
    if (!((type as unknown) instanceof Y.XmlFragment)) continue;
    for (const child of (type as unknown as Y.XmlFragment).toArray()) {
      if (child instanceof Y.XmlElement && isNew(child)) visit(child);
    }
  }
  return found;
}
