/** How the lines of a paragraph or heading are aligned, with Tiptap's names, commands and keys. */
import { Extension } from '@tiptap/core';

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    textAlign: {
      setTextAlign: (alignment: Alignment | null) => ReturnType;
    };
  }
}

export type Alignment = 'left' | 'center' | 'right' | 'justify';

const TYPES = ['paragraph', 'heading'];
const ALIGNMENTS: readonly unknown[] = ['left', 'center', 'right', 'justify'] satisfies Alignment[];

export const TextAlign = Extension.create({
  name: 'textAlign',

  addGlobalAttributes: () => [
    {
      types: TYPES,
      attributes: {
        textAlign: {
          default: null,
          parseHTML: (element: HTMLElement) =>
            ALIGNMENTS.includes(element.style.textAlign) ? element.style.textAlign : null,
          renderHTML: ({ textAlign }: Record<string, unknown>) =>
            ALIGNMENTS.includes(textAlign) ? { style: `text-align: ${textAlign}` } : {},
        },
      },
    },
  ],

  addCommands: () => ({
    setTextAlign:
      (textAlign) =>
      ({ commands }) =>
        TYPES.map((type) => commands.updateAttributes(type, { textAlign })).some(Boolean),
  }),

  addKeyboardShortcuts() {
    const set = (alignment: Alignment) => () => this.editor.commands.setTextAlign(alignment);
    return {
      'Mod-Shift-l': set('left'),
      'Mod-Shift-e': set('center'),
      'Mod-Shift-r': set('right'),
      'Mod-Shift-j': set('justify'),
    };
  },
});
