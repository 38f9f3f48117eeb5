/** The language that a page asks for, said before the words are fetched; nothing where the person's own choice counts. */
export const wish: { language?: string } = {};
