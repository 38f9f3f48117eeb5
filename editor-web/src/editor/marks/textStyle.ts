/** The colour of letters: Tiptap's `textStyle` with the one attribute that documents of ours have. */
import { Mark } from '@tiptap/core';
import { allowedColour } from './colour';

export const TextStyle = Mark.create({
  name: 'textStyle',
  priority: 101,
  addAttributes: () => ({
    color: {
      default: null,
      parseHTML: (element: HTMLElement) => allowedColour(element.style.color),
      renderHTML: ({ color }: Record<string, unknown>) => {
        const allowed = allowedColour(color);
        // The style sheet fits the colour to a dark page by the second property.
        return allowed === null ? {} : { style: `color: ${allowed}; --written: ${allowed}` };
      },
    },
  }),
  parseHTML: () => [
    {
      tag: 'span',
      consuming: false,
      getAttrs: (element) => (allowedColour(element.style.color) === null ? false : null),
    },
  ],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
});
