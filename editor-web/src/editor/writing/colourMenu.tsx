import type { Editor as Tiptap } from '@tiptap/core';
import { Baseline, Highlighter } from 'lucide';
import { writingWords } from '../../i18n/writing';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';

/** Stored as plain CSS colours, so that every format knows them; the style sheet fits them to a dark page. */
export const TEXT_COLOURS = [
  '#78716c',
  '#b91c1c',
  '#c2410c',
  '#a16207',
  '#15803d',
  '#0f766e',
  '#1d4ed8',
  '#7e22ce',
  '#be185d',
];
export const HIGHLIGHTS = [
  '#e7e5e4',
  '#fecaca',
  '#fed7aa',
  '#fef08a',
  '#bbf7d0',
  '#99f6e4',
  '#bfdbfe',
  '#e9d5ff',
  '#fbcfe8',
];

type Kind = 'text' | 'highlight';

/** A menu of nine colours and none. */
export function ColourMenu({ tiptap, kind }: { tiptap: Tiptap; kind: Kind }) {
  const say = writingWords.value;
  return (
    <Popover
      kind="menu"
      class="tool"
      label={kind === 'text' ? say.textColour : say.highlightColour}
      trigger={<Icon of={kind === 'text' ? Baseline : Highlighter} />}
      tabIndex={0}
    >
      {(close) => <Colours tiptap={tiptap} kind={kind} onDone={close} />}
    </Popover>
  );
}

/** The colours themselves, as items of a menu. */
export function Colours({ tiptap, kind, onDone }: { tiptap: Tiptap; kind: Kind; onDone: () => void }) {
  const say = writingWords.value;
  const current = tiptap.getAttributes(kind === 'text' ? 'textStyle' : 'highlight').color ?? null;
  const colours = kind === 'text' ? TEXT_COLOURS : HIGHLIGHTS;
  const choose = (colour: string | null) => {
    onDone();
    setColour(tiptap, kind, colour);
  };
  return (
    <>
      <p class="panel-title">{kind === 'text' ? say.textColour : say.highlightColour}</p>
      <div class="colours" role="presentation">
        {colours.map((colour, at) => (
          <button
            key={colour}
            type="button"
            role="menuitemradio"
            aria-checked={current === colour}
            aria-label={say.colours[at]}
            class={`colour colour-${kind}`}
            style={{ '--written': colour }}
            onClick={() => choose(colour)}
          >
            A
          </button>
        ))}
      </div>
      <button type="button" role="menuitem" class="menu-item" onClick={() => choose(null)}>
        <span class="menu-label">{say.noColour}</span>
      </button>
    </>
  );
}

function setColour(tiptap: Tiptap, kind: Kind, color: string | null): void {
  const mark = kind === 'text' ? 'textStyle' : 'highlight';
  const chain = tiptap.chain().focus();
  if (color === null) chain.unsetMark(mark).run();
  else chain.setMark(mark, { color }).run();
}
