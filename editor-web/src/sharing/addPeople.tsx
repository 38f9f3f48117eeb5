/** A field to look for people in, with a list of those found: the keys of a combobox. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { sharingWords } from '../i18n/sharing';
import type { Role, Who } from './api';
import { Face } from './people';
import { RoleSelect, roles } from './roleSelect';
import { nameOf, type Sharing } from './sharing';

/** How long somebody writes before the server is asked. */
const PAUSE_MS = 200;
const LIST = 'share-found';
const option = (index: number) => `${LIST}-${index}`;

export function AddPeople({ sharing }: { sharing: Sharing }) {
  const input = useRef<HTMLInputElement>(null);
  const text = useSignal('');
  const role = useSignal<Role>('edit');
  const found = useSignal<readonly Who[] | null>(null);
  const chosen = useSignal(0);
  const say = sharingWords.value.add;

  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const wanted = text.value.trim();
    found.value = null;
    if (!wanted) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(async () => {
      const people = await sharing.api.people(wanted, stop.signal).catch(() => null);
      if (stop.signal.aborted) return;
      found.value = people;
      chosen.value = 0;
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [sharing, text.value]);

  async function add(who: Who | undefined): Promise<void> {
    if (!who || !(await sharing.put(who, role.peek()))) return;
    text.value = '';
    input.current?.focus();
  }

  function keys(event: KeyboardEvent): void {
    const people = found.peek() ?? [];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && people.length > 0) {
      event.preventDefault();
      chosen.value = (chosen.peek() + step + people.length) % people.length;
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      void add(people[chosen.peek()]);
    } else if (event.key === 'Escape' && text.peek()) {
      event.preventDefault(); // the dialog stays
      text.value = '';
    }
  }

  const people = found.value;
  const open = people !== null && people.length > 0;
  return (
    <section class="share-add">
      <div class="share-fields">
        <input
          ref={input}
          class="field"
          type="text"
          role="combobox"
          autocomplete="off"
          aria-label={say.label}
          placeholder={say.placeholder}
          aria-expanded={open}
          aria-controls={open ? LIST : undefined}
          aria-autocomplete="list"
          aria-activedescendant={open ? option(chosen.value) : undefined}
          maxLength={200}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
          onKeyDown={keys}
        />
        <RoleSelect of={roles} value={role.value} label={say.role} onChange={(next) => (role.value = next)} />
      </div>
      {open && (
        <div id={LIST} class="share-found" role="listbox" aria-label={say.label}>
          {people.map((who, index) => (
            // biome-ignore lint/a11y: the field has the focus and its keys choose, as in every combobox
            <div
              key={who.id}
              id={option(index)}
              class="share-option"
              role="option"
              aria-selected={index === chosen.value}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => void add(who)}
            >
              <Face who={who} />
              <span class="share-name">
                <bdi>{nameOf(who)}</bdi>
                {who.name && (
                  <span class="hint share-id">
                    <bdi>{who.id}</bdi>
                  </span>
                )}
              </span>
            </div>
          ))}
        </div>
      )}
      <p class={people?.length === 0 ? 'hint' : 'unseen'} role="status">
        {people && (people.length === 0 ? say.none : say.found(people.length))}
      </p>
    </section>
  );
}
