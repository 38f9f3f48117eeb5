/** A block set apart with a reason: GitHub's alerts, as their Markdown knows them. */
import { Node } from '@tiptap/core';

export const CALLOUT_KINDS = ['note', 'tip', 'important', 'warning', 'caution'] as const;

/** What is drawn for a kind; one that this version does not know is drawn as a note and stays what it is. */
function drawn(kind: unknown): CalloutKind {
  return CALLOUT_KINDS.find((known) => known === kind) ?? 'note';
}

export type CalloutKind = (typeof CALLOUT_KINDS)[number];

interface Options {
  /** What a kind is called in the person's language. */
  readonly labels: Readonly<Partial<Record<CalloutKind, string>>>;
}

export const Callout = Node.create<Options>({
  name: 'callout',
  group: 'block',
  content: 'block+',
  defining: true,
  addOptions: () => ({ labels: {} }),
  addAttributes: () => ({
    kind: {
      default: 'note',
      parseHTML: (element: HTMLElement) => drawn(element.getAttribute('data-kind')),
      renderHTML: ({ kind }: Record<string, unknown>) => ({ 'data-kind': drawn(kind) }),
    },
  }),
  parseHTML: () => [{ tag: '[data-type="callout"]' }],
  renderHTML({ HTMLAttributes, node }) {
    const label = this.options.labels[drawn(node.attrs.kind)];
    const named = label === undefined ? {} : { role: 'note', 'aria-label': label, 'data-label': label };
    return ['div', { 'data-type': 'callout', class: 'callout', dir: 'auto', ...named, ...HTMLAttributes }, 0];
  },
});
