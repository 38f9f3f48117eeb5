import { useLayoutEffect, useRef } from 'preact/hooks';
import { writingWords } from '../../i18n/writing';
import { Icon } from '../../ui/icon';
import { Avatar } from '../../ui/person';
import { beside } from './places';
import { LIST_ID, optionId, type Suggestion } from './suggestions';
import type { Tools } from './writing';

/** The list at the caret; the keyboard stays in the text and points into the list. */
export function SuggestionsView({ tools }: { tools: Tools }) {
  const state = tools.suggestions.state.value;
  const list = useRef<HTMLDivElement>(null);
  const { suggestions: say } = writingWords.value;

  useLayoutEffect(() => {
    if (!state || !list.current) return;
    const backwards = getComputedStyle(list.current).direction === 'rtl';
    beside(list.current, tools.boxAt(state.from), 'below', backwards);
    list.current.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [state]);

  return (
    <>
      <span class="unseen" role="status">
        {state ? `${say[state.kind]}: ${say.found(state.items.length)}` : ''}
      </span>
      {state && (
        <div
          ref={list}
          class="float float-list"
          id={LIST_ID}
          role="listbox"
          tabIndex={0}
          aria-label={say[state.kind]}
          // The text keeps its caret.
          onMouseDown={(event) => event.preventDefault()}
        >
          {state.items.map((item, at) => (
            <Option
              key={item.key}
              item={item}
              at={at}
              heading={item.group !== state.items[at - 1]?.group ? item.group : undefined}
              chosen={at === state.chosen}
              tools={tools}
            />
          ))}
        </div>
      )}
    </>
  );
}

interface OptionProps {
  readonly item: Suggestion;
  readonly at: number;
  readonly heading: string | undefined;
  readonly chosen: boolean;
  readonly tools: Tools;
}

function Option({ item, at, heading, chosen, tools }: OptionProps) {
  return (
    <>
      {heading && (
        <p class="panel-title" role="presentation">
          {heading}
        </p>
      )}
      {/* biome-ignore lint/a11y: the keyboard chooses from the text, with aria-activedescendant */}
      <div
        id={optionId(at)}
        role="option"
        aria-selected={chosen}
        class="menu-item float-option"
        onPointerMove={() => tools.suggestions.point(at)}
        onClick={() => tools.suggestions.choose(at)}
      >
        <span class="menu-label">
          {item.icon && <Icon of={item.icon} />}
          {item.emoji && <span class="float-emoji">{item.emoji}</span>}
          {item.person && <Avatar person={item.person} />}
          {item.label}
        </span>
        {item.hint && <kbd>{item.hint}</kbd>}
      </div>
    </>
  );
}
