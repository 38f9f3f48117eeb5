/** The signs that a keyboard lacks: dashes, ellipses, and quotation marks of the person's language. */
import { Extension, textInputRule } from '@tiptap/core';

export interface Quotes {
  readonly open: string;
  readonly close: string;
  readonly openSingle: string;
  readonly closeSingle: string;
}

export const Punctuation = Extension.create<{ quotes: Quotes }>({
  name: 'punctuation',
  addInputRules() {
    const { open, close, openSingle, closeSingle } = this.options.quotes;
    return [
      textInputRule({ find: /--$/, replace: '—' }),
      textInputRule({ find: /\.\.\.$/, replace: '…' }),
      textInputRule({ find: /(?:^|[\s{[(<'"\u2018\u201C])(")$/, replace: open }),
      textInputRule({ find: /"$/, replace: close }),
      textInputRule({ find: /(?:^|[\s{[(<'"\u2018\u201C])(')$/, replace: openSingle }),
      textInputRule({ find: /'$/, replace: closeSingle }),
    ];
  },
});
