/**
 * Finds what a schema does not know, before the editor does: names of nodes and marks, and their attributes.
 *
 * The binding to ProseMirror deletes a node that it cannot build, for everybody, already by opening the document, and
 * an attribute without a place when its node is next changed. So a document is looked through first, and so is every
 * change from outside before the binding sees it; whoever finds something must take the editor away, and may open it
 * again with placeholders. Known nodes in wrong places are not looked for: two honest edits can make them, and the
 * binding's repair is the same in every client.
 */
import type { AttributeSpec } from '@tiptap/pm/model';
import * as Y from 'yjs';
import type { Facts } from '../collab/schema';

/** Overlapping marks carry a hash of their attributes behind their name. */
const HASH = /--[a-zA-Z0-9+/=]{8}$/;

interface Specs {
  readonly [name: string]: { readonly spec: { readonly attrs?: Readonly<Record<string, AttributeSpec>> } };
}

export interface Known {
  readonly nodes: Specs;
  readonly marks: Specs;
}

/** The name of a mark as the schema has it. */
export function markName(key: string): string {
  return key.replace(HASH, '');
}

/** Whether the server knows something that `known` has no place for. */
export function lacks(known: Known, served: Facts): boolean {
  const lacking = (specs: Specs, facts: Facts['nodes'] | Facts['marks']) =>
    Object.entries(facts).some(([name, { attrs }]) => unknownOf(specs, name, Object.keys(attrs ?? {})) !== null);
  return lacking(known.nodes, served.nodes) || lacking(known.marks, served.marks);
}

/** The first thing in a document that the schema has no place for, or `null`; only elements may stand in the root. */
export function foreignRoot(fragment: Y.XmlFragment, known: Known): string | null {
  for (const structs of fragment.doc?.store.clients.values() ?? []) {
    for (const struct of structs) {
      const name = struct instanceof Y.Item && !struct.deleted ? foreignItem(struct, fragment, known) : null;
      if (name !== null && isBelow((struct as Y.Item).parent, fragment)) return name;
    }
  }
  return null;
}

/** Call `found` once, before the binding sees it, when a change brings something unknown; returns how to stop. */
export function watchForeign(fragment: Y.XmlFragment, known: Known, found: (name: string) => void): () => void {
  const doc = fragment.doc;
  if (!doc) return () => undefined;
  const look = (transaction: Y.Transaction): void => {
    if (transaction.local) return;
    for (const item of newItems(transaction)) {
      const name = foreignItem(item, fragment, known);
      if (name === null || !isBelow(item.parent, fragment)) continue;
      stop();
      found(name);
      return;
    }
  };
  const stop = () => doc.off('beforeObserverCalls', look);
  doc.on('beforeObserverCalls', look);
  return stop;
}

function foreignMark(key: string, value: unknown, known: Known): string | null {
  const attributes = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return unknownOf(known.marks, markName(key), attributes);
}

function foreignItem({ content, parent, parentSub }: Y.Item, root: Y.XmlFragment, known: Known): string | null {
  if (parentSub !== null) {
    return parent instanceof Y.XmlElement ? unknownOf(known.nodes, parent.nodeName, [parentSub]) : null;
  }
  if (content instanceof Y.ContentFormat) {
    return content.value === null ? null : foreignMark(content.key, content.value, known);
  }
  if (content instanceof Y.ContentEmbed) return 'embed';
  if (!(content instanceof Y.ContentType)) return null;
  const { type } = content;
  if (type instanceof Y.XmlElement) return unknownOf(known.nodes, type.nodeName, []);
  if (type instanceof Y.XmlText) return (parent as unknown) === root ? 'text' : null;
  return 'unknown type';
}

/** The name or the attribute that is not in the schema. */
function unknownOf(specs: Specs, name: string, attributes: readonly string[]): string | null {
  if (!Object.hasOwn(specs, name)) return name;
  const attrs = specs[name]?.spec.attrs ?? {};
  const unknown = attributes.find((attribute) => !Object.hasOwn(attrs, attribute));
  return unknown === undefined ? null : `${name}.${unknown}`;
}

function* newItems({ doc, beforeState, afterState }: Y.Transaction): Iterable<Y.Item> {
  for (const [client, clock] of afterState) {
    const before = beforeState.get(client) ?? 0;
    const structs = doc.store.clients.get(client) ?? [];
    if (before >= clock || structs.length === 0) continue;
    for (let at = Y.findIndexSS(structs, before); at < structs.length; at += 1) {
      const struct = structs[at];
      if (struct instanceof Y.Item && !struct.deleted) yield struct;
    }
  }
}

function isBelow(type: unknown, root: unknown): boolean {
  for (let at = type as { parent: unknown } | null; at; at = at.parent as { parent: unknown } | null) {
    if (at === root) return true;
  }
  return false;
}
