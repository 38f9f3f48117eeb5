/**
 * Learns from a document what no schema has told of it: names that another program has put there.
 *
 * What a node may hold and where it may stand is read off the places where it is met, and then tried; a document for
 * which that does not come out even must not be opened.
 */
import type { Schema } from '@tiptap/pm/model';
import * as Y from 'yjs';
import type { AttributeFacts, Facts, MarkFacts, NodeFacts } from '../collab/schema';
import { markName } from './foreign';

interface Met {
  inline: boolean;
  text: boolean;
  readonly children: Set<string>;
}

type Attributes = Record<string, Record<string, AttributeFacts>>;

/** What stands in the document beyond the schema, or `null` where that cannot be put into words. */
export function learned(fragment: Y.XmlFragment, schema: Schema): Facts | null {
  const visit = new Visit(schema);
  return fragment.toArray().every((child) => child instanceof Y.XmlElement && visit.element(child, false))
    ? visit.facts()
    : null;
}

/** Whether every node that was learned, and every node around one, can be built as it stands. */
export function fits(fragment: Y.XmlFragment, schema: Schema, names: ReadonlySet<string>): boolean {
  const build = (element: Y.XmlElement): ReturnType<Schema['node']> | null => {
    const inside = element.toArray();
    const content = inside.flatMap((child) => {
      if (child instanceof Y.XmlElement) return build(child) ?? [];
      return child instanceof Y.XmlText && child.length > 0 ? schema.text(plain(child)) : [];
    });
    try {
      return schema.node(element.nodeName, element.getAttributes(), content);
    } catch (error) {
      const concerned = [element, ...inside].some((one) => one instanceof Y.XmlElement && names.has(one.nodeName));
      if (concerned) throw error;
      return null; // not ours to judge: the binding repairs it in the same way everywhere
    }
  };
  try {
    for (const child of fragment.toArray()) if (child instanceof Y.XmlElement) build(child);
    return true;
  } catch {
    return false;
  }
}

class Visit {
  readonly #schema: Schema;
  readonly #nodes = new Map<string, Met>();
  readonly #overlapping = new Set<string>();
  readonly #nodeAttributes: Attributes = {};
  readonly #markAttributes: Attributes = {};

  constructor(schema: Schema) {
    this.#schema = schema;
  }

  /** Look at an element and all below; false where something can have no place in any schema. */
  element(element: Y.XmlElement, inline: boolean): boolean {
    const { nodeName } = element;
    const type = this.#schema.nodes[nodeName];
    const children = element.toArray();
    const holdsText = children.some((child) => child instanceof Y.XmlText);
    if (!type && !this.#meet(element, inline, holdsText)) return false;
    this.#note(this.#nodeAttributes, nodeName, type?.spec.attrs, element.getAttributes());
    const inlineInside = type?.inlineContent ?? holdsText;
    return children.every((child) => {
      if (child instanceof Y.XmlText) return this.#text(child);
      return child instanceof Y.XmlElement && this.element(child, inlineInside);
    });
  }

  facts(): Facts {
    const nodes: Record<string, NodeFacts> = {};
    const marks: Record<string, MarkFacts> = {};
    for (const [name, attrs] of Object.entries(this.#nodeAttributes)) nodes[name] = { ...this.#facts(name), attrs };
    for (const [name, attrs] of Object.entries(this.#markAttributes)) {
      marks[name] = { ...(this.#overlapping.has(name) ? { excludes: '' } : {}), attrs };
    }
    return { nodes, marks };
  }

  #facts(name: string): NodeFacts {
    const met = this.#nodes.get(name);
    if (!met) return {};
    const content = met.text ? 'inline*' : met.children.size > 0 ? `(${[...met.children].join(' | ')})*` : '';
    return { content, inline: met.inline, group: met.inline ? 'inline' : 'block' };
  }

  #meet(element: Y.XmlElement, inline: boolean, text: boolean): boolean {
    const met = this.#nodes.get(element.nodeName) ?? { inline, text: false, children: new Set() };
    this.#nodes.set(element.nodeName, met);
    met.text ||= text;
    for (const child of element.toArray()) if (child instanceof Y.XmlElement) met.children.add(child.nodeName);
    return met.inline === inline;
  }

  #text(text: Y.XmlText): boolean {
    for (const { insert, attributes } of text.toDelta() as Array<{ insert: unknown; attributes?: object }>) {
      if (typeof insert !== 'string') return false;
      for (const [key, value] of Object.entries(attributes ?? {})) {
        const name = markName(key);
        const type = this.#schema.marks[name];
        if (!type && name !== key) this.#overlapping.add(name);
        this.#note(this.#markAttributes, name, type?.spec.attrs, value);
      }
    }
    return true;
  }

  /** Enter an unknown name, and whatever attributes the schema does not have. */
  #note(into: Attributes, name: string, known: object | undefined, given: unknown): void {
    const isKnown = into === this.#nodeAttributes ? name in this.#schema.nodes : name in this.#schema.marks;
    const beyond = Object.keys(given ?? {}).filter((attribute) => !Object.hasOwn(known ?? {}, attribute));
    if (isKnown && beyond.length === 0) return;
    const attributes = into[name] ?? {};
    into[name] = attributes;
    for (const attribute of beyond) attributes[attribute] = { default: null };
  }
}

function plain(text: Y.XmlText): string {
  return (text.toDelta() as Array<{ insert: unknown }>).map(({ insert }) => String(insert)).join('');
}
