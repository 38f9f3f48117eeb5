/** A person or thing that is named in the text, with the attributes of Tiptap's own mention. */
import { Node } from '@tiptap/core';

interface MentionAttributes {
  readonly id: unknown;
  readonly label: unknown;
  readonly mentionSuggestionChar: unknown;
}

function stored(name: string, attribute: string, fallback: string | null) {
  return {
    default: fallback,
    parseHTML: (element: HTMLElement) => element.getAttribute(attribute) ?? fallback,
    renderHTML: (attributes: Record<string, unknown>) => (attributes[name] ? { [attribute]: attributes[name] } : {}),
  };
}

function text({ id, label, mentionSuggestionChar }: MentionAttributes): string {
  return `${mentionSuggestionChar ?? ''}${label ?? id ?? ''}`;
}

export const Mention = Node.create({
  name: 'mention',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => ({
    id: stored('id', 'data-id', null),
    label: stored('label', 'data-label', null),
    mentionSuggestionChar: stored('mentionSuggestionChar', 'data-mention-suggestion-char', '@'),
  }),
  parseHTML: () => [{ tag: 'span[data-type="mention"]' }],
  renderHTML: ({ HTMLAttributes, node }) => [
    'span',
    { 'data-type': 'mention', class: 'mention', ...HTMLAttributes },
    ['bdi', text(node.attrs as MentionAttributes)],
  ],
  renderText: ({ node }) => text(node.attrs as MentionAttributes),
});
