/**
 * Completes an editor's schema by what it lacks, so that the binding finds a place for everything and deletes nothing.
 *
 * What is added comes from the server's schema, and from the document itself for what even the server does not know.
 * A node becomes a box that says so and cannot be written in; a mark is carried along, and so is an attribute.
 */
import { Extension, type Extensions, getSchema, Mark, Node } from '@tiptap/core';
import { Fragment, type Schema } from '@tiptap/pm/model';
import { NodeSelection, Plugin, PluginKey } from '@tiptap/pm/state';
import type * as Y from 'yjs';
import type { AttributeFacts, Facts, MarkFacts, NodeFacts, ServedSchema } from '../collab/schema';
import { fits, learned } from './learn';

export interface PlaceholderWords {
  readonly content: string;
  readonly formatting: string;
}

type Attrs = Readonly<Record<string, AttributeFacts>>;

/** The extensions with a place for everything, or `null` where the document cannot be opened without loss. */
export function completed(
  own: Extensions,
  served: ServedSchema | null,
  fragment: Y.XmlFragment,
  words: PlaceholderWords,
): Extensions | null {
  const told = served ?? { nodes: {}, marks: {} };
  const found = learned(fragment, getSchema(supplemented(own, told, words)));
  if (found === null) return null;
  const all = supplemented(own, merged(told, found), words);
  const schema = schemaOf(all);
  return schema && fits(fragment, schema, new Set(Object.keys(found.nodes))) ? all : null;
}

/** The extensions with what the facts know beyond them. */
export function supplemented(own: Extensions, facts: Facts, words: PlaceholderWords): Extensions {
  const { nodes, marks } = getSchema(own);
  const missing: Record<string, Attrs> = {};
  const added: Extensions = [];
  for (const [name, node] of Object.entries(facts.nodes)) {
    const known = nodes[name];
    if (known) missing[name] = without(node.attrs, known.spec.attrs);
    else added.push(unknownNode(name, node, words.content));
  }
  for (const [name, mark] of Object.entries(facts.marks)) {
    const known = marks[name];
    if (known) missing[name] = without(mark.attrs, known.spec.attrs);
    else added.push(unknownMark(name, mark, words.formatting));
  }
  return [...own.map((extension) => widened(extension, facts)), ...added, keeper(missing, added)];
}

/** A known node may by now hold, or stand in, more than this version has a name for. */
function widened(extension: Extensions[number], facts: Facts): Extensions[number] {
  const node = extension instanceof Node ? facts.nodes[extension.name] : undefined;
  const mark = extension instanceof Mark ? facts.marks[extension.name] : undefined;
  if (node && extension instanceof Node)
    return extension.extend(defined({ content: node.content, group: node.group, marks: node.marks }));
  if (mark && extension instanceof Mark) return extension.extend(defined({ excludes: mark.excludes }));
  return extension;
}

function unknownNode(name: string, facts: NodeFacts, label: string): Node {
  const { content = '', group, marks, inline = false, code, defining, isolating, tableRole } = facts;
  return Node.create({
    name,
    priority: 1,
    // Nothing inside is drawn, so nothing inside can be written in.
    atom: true,
    inline,
    content,
    ...defined({ group, marks, code, defining, isolating, tableRole }),
    addAttributes: () => carried(facts.attrs ?? {}),
    parseHTML: () => [
      {
        tag: '[data-unknown-node]',
        getAttrs: (element) => (element.dataset.unknownNode === name ? (stored(element).attrs ?? {}) : false),
        getContent: (element, schema) => Fragment.fromJSON(schema, stored(element as HTMLElement).content ?? []),
      },
    ],
    renderHTML: ({ node }) => [
      inline ? 'span' : 'div',
      { class: 'unknown-content', 'data-unknown-node': name, 'data-node': JSON.stringify(node.toJSON()) },
      label,
    ],
  });
}

/** A stray key must not take the place of something that cannot be seen; deleting it is a wish. */
function typingBeside(names: ReadonlySet<string>): Plugin {
  return new Plugin({
    key: new PluginKey('typingBeside'),
    props: {
      handleTextInput: ({ state: { selection } }) =>
        selection instanceof NodeSelection && names.has(selection.node.type.name),
    },
  });
}

function unknownMark(name: string, facts: MarkFacts, label: string): Mark {
  const { excludes, inclusive, spanning, code } = facts;
  return Mark.create({
    name,
    priority: 1,
    ...defined({ excludes, inclusive, spanning, code }),
    addAttributes: () => carried(facts.attrs ?? {}),
    parseHTML: () => [
      {
        tag: '[data-unknown-mark]',
        getAttrs: (element) => (element.dataset.unknownMark === name ? (stored(element).attrs ?? {}) : false),
      },
    ],
    renderHTML: ({ mark }) => [
      'span',
      { class: 'unknown-mark', title: label, 'data-unknown-mark': name, 'data-node': JSON.stringify(mark.toJSON()) },
      0,
    ],
  });
}

function keeper(missing: Readonly<Record<string, Attrs>>, added: Extensions): Extension {
  const nodes = new Set(added.filter((one) => one instanceof Node).map(({ name }) => name));
  return Extension.create({
    name: 'keeper',
    priority: 2_000,
    addProseMirrorPlugins: () => [typingBeside(nodes)],
    addGlobalAttributes: () =>
      Object.entries(missing)
        .filter(([, attrs]) => Object.keys(attrs).length > 0)
        .map(([type, attrs]) => ({ types: [type], attributes: carried(attrs, true) })),
  });
}

/** Attributes that are kept as they are; those of known nodes also through a copy. */
function carried(attrs: Attrs, throughCopies = false) {
  const attribute = (name: string, { default: fallback = null }: AttributeFacts) => {
    // Tiptap lets what it finds itself win over what the rule has found, unless it finds nothing.
    if (!throughCopies) return { default: fallback, rendered: false, parseHTML: () => null };
    const key = `data-kept-${name}`;
    return {
      default: fallback,
      parseHTML: (element: HTMLElement) => {
        const value = element.getAttribute(key);
        return value === null ? fallback : parsed(value);
      },
      renderHTML: (given: Record<string, unknown>) =>
        given[name] === fallback || !/^[\w-]+$/.test(name) ? {} : { [key]: JSON.stringify(given[name]) },
    };
  };
  return Object.fromEntries(Object.entries(attrs).map(([name, facts]) => [name, attribute(name, facts)]));
}

function stored(element: HTMLElement): { attrs?: Record<string, unknown>; content?: unknown[] } {
  const value = parsed(element.dataset.node ?? '');
  return typeof value === 'object' && value !== null ? value : {};
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function schemaOf(extensions: Extensions): Schema | null {
  try {
    return getSchema(extensions);
  } catch {
    return null; // what was met in the document contradicts itself
  }
}

function merged(told: Facts, found: Facts): Facts {
  const both = <T extends NodeFacts | MarkFacts>(
    one: Readonly<Record<string, T>>,
    other: Readonly<Record<string, T>>,
  ) => {
    const all: Record<string, T> = { ...one };
    for (const [name, facts] of Object.entries(other)) {
      const known = one[name];
      all[name] = known ? { ...known, attrs: { ...known.attrs, ...facts.attrs } } : facts;
    }
    return all;
  };
  return { nodes: both(told.nodes, found.nodes), marks: both(told.marks, found.marks) };
}

function without(attrs: Attrs = {}, known: object = {}): Attrs {
  return Object.fromEntries(Object.entries(attrs).filter(([name]) => !Object.hasOwn(known, name)));
}

/** Leave out what is `undefined`: the types, rightly, tell it from what is absent. */
function defined<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
