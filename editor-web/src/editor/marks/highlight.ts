/** Tiptap's highlight in several colours, each checked before it is drawn. */
import { Highlight as TiptapHighlight } from '@tiptap/extension-highlight';
import { allowedColour } from './colour';

export const Highlight = TiptapHighlight.extend({
  addAttributes: () => ({
    color: {
      default: null,
      parseHTML: (element: HTMLElement) =>
        allowedColour(element.getAttribute('data-color') ?? element.style.backgroundColor),
      renderHTML: ({ color }: Record<string, unknown>) => {
        const allowed = allowedColour(color);
        return allowed === null
          ? {}
          : { 'data-color': allowed, style: `background-color: ${allowed}; --marked: ${allowed}` };
      },
    },
  }),
});
