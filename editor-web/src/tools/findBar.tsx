import { useSignal } from '@preact/signals';
import {
  ArrowDown,
  ArrowUp,
  CaseSensitive,
  ChevronDown,
  ChevronRight,
  type IconNode,
  Regex,
  WholeWord,
  X,
} from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../i18n';
import { toolsWords } from '../i18n/tools';
import { Icon } from '../ui/icon';
import { say } from '../ui/toast';
import { type Find, MATCH_LIMIT } from './find/find';

/** Find and replace: a small card in the corner; the text stays free to read and to write in. */
export function FindBar({ find, writable }: { find: Find; writable: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const mode = find.mode.value;
  const { find: names } = toolsWords.value;

  // Each opening puts the keyboard here, also when it is open already, before the next letter is typed.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [mode, find.opened.value]);

  function keys(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'Escape') find.close();
    else if (event.key === 'Enter' && event.target === field.current) void find.step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  return (
    <search class="find" aria-label={names.title} onKeyDown={keys}>
      {writable && (
        <button
          type="button"
          class="icon-button find-more"
          aria-label={names.showReplace}
          data-tip={names.showReplace}
          aria-expanded={mode === 'replace'}
          onClick={() => find.show(mode === 'replace' ? 'find' : 'replace')}
        >
          <Icon of={mode === 'replace' ? ChevronDown : ChevronRight} size={16} />
        </button>
      )}
      <div class="find-rows">
        <div class="find-row">
          <input
            ref={field}
            class="field find-field"
            type="text"
            dir="auto"
            autocomplete="off"
            spellcheck={false}
            aria-label={names.find}
            placeholder={names.find}
            aria-invalid={find.problem.value !== null}
            value={find.query.value.text}
            onInput={(event) => find.look({ text: event.currentTarget.value })}
          />
          <Result find={find} />
          <Option find={find} name="matchCase" icon={CaseSensitive} />
          <Option find={find} name="wholeWord" icon={WholeWord} />
          {find.patterns && <Option find={find} name="regex" icon={Regex} />}
          <span class="find-gap" />
          <Step label={names.previous} icon={ArrowUp} run={() => void find.step(-1)} />
          <Step label={names.next} icon={ArrowDown} run={() => void find.step(1)} />
          <Step label={words.value.close} icon={X} run={() => find.close()} />
        </div>
        {mode === 'replace' && writable && <Replace find={find} />}
      </div>
    </search>
  );
}

function Replace({ find }: { find: Find }) {
  const { find: names } = toolsWords.value;
  const busy = useSignal(false);

  async function all(): Promise<void> {
    busy.value = true;
    const count = await find.replaceAll();
    busy.value = false;
    say(names.replaced(count));
  }

  return (
    <div class="find-row">
      <input
        class="field find-field"
        type="text"
        dir="auto"
        autocomplete="off"
        aria-label={names.replaceWith}
        placeholder={names.replaceWith}
        value={find.replacement.value}
        onInput={(event) => (find.replacement.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.isComposing) return;
          event.preventDefault();
          void find.replace();
        }}
      />
      <button
        type="button"
        class="button button-small"
        disabled={find.count.value === 0}
        onClick={() => void find.replace()}
      >
        {names.replace}
      </button>
      <button
        type="button"
        class="button button-small"
        disabled={busy.value || find.count.value === 0}
        onClick={() => void all()}
      >
        {names.replaceAll}
      </button>
    </div>
  );
}

function Result({ find }: { find: Find }) {
  const { find: names } = toolsWords.value;
  const count = find.count.value;
  const problem = find.problem.value;
  const asked = find.query.value.text !== '';
  const none = problem ? names[problem] : names.none;
  return (
    <span class={problem ? 'find-result find-problem' : 'find-result'} role="status">
      {asked && (count === 0 ? none : names.position(find.at.value + 1, count, count >= MATCH_LIMIT))}
    </span>
  );
}

function Option({ find, name, icon }: { find: Find; name: 'matchCase' | 'wholeWord' | 'regex'; icon: IconNode }) {
  const label = toolsWords.value.find[name];
  const on = find.query.value[name];
  return (
    <button
      type="button"
      class="icon-button find-option"
      aria-label={label}
      data-tip={label}
      aria-pressed={on}
      onClick={() => find.look({ [name]: !on })}
    >
      <Icon of={icon} size={16} />
    </button>
  );
}

function Step({ label, icon, run }: { label: string; icon: IconNode; run: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} data-tip={label} onClick={run}>
      <Icon of={icon} size={16} />
    </button>
  );
}
