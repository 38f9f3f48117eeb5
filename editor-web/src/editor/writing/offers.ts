/** What each sign offers for what is typed behind it. */
import { writingWords } from '../../i18n/writing';
import { matching } from './blocks';
import { emojiMatching } from './emoji';
import type { Offer, Suggestion } from './suggestions';
import type { Tools } from './writing';

export function offers(tools: Tools): Offer {
  return (kind, query) => {
    if (kind === 'block') return blockOffers(tools, query);
    return kind === 'person' ? personOffers(tools, query) : emojiOffers(query);
  };
}

function blockOffers(tools: Tools, query: string): readonly Suggestion[] {
  const words = writingWords.peek();
  return matching(query, words).map((block) => ({
    key: block.id,
    label: words.blocks[block.id],
    icon: block.icon,
    hint: block.typed,
    ...(query ? {} : { group: words.groups[block.group] }),
    run: (tiptap) => block.run(tiptap, tools.blockTools),
  }));
}

function personOffers(tools: Tools, query: string): readonly Suggestion[] {
  return tools.people.matching(query).map((person) => ({
    key: person.id,
    label: person.name,
    person,
    run: (tiptap) => {
      const mention = { type: 'mention', attrs: { id: person.id, label: person.name } };
      tiptap
        .chain()
        .focus()
        .insertContent([mention, { type: 'text', text: ' ' }])
        .run();
    },
  }));
}

function emojiOffers(query: string): readonly Suggestion[] {
  return emojiMatching(query).map(({ emoji, name }) => ({
    key: name,
    label: name.replaceAll('_', ' '),
    emoji,
    run: (tiptap) => void tiptap.chain().focus().insertContent(emoji).run(),
  }));
}
