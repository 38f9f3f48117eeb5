import type { ReadonlySignal } from '@preact/signals';
import { user } from '../account/known';
import { useAccount } from '../account/later';
import { PALETTE } from '../collab/identity';
import type { Present } from '../collab/presence';
import { words } from '../i18n';
import { Avatar, presentName } from '../ui/person';
import { Popover } from '../ui/popover';
import { followed } from './followed';
import { identity } from './me';

const SHOWN = 4;

type Others = ReadonlySignal<readonly Present[]>;

/** Who is here: round initials to follow somebody by, and a panel to change one's own name and colour. */
export function People({ others }: { others: Others }) {
  const { people } = words.value;
  const here = others.value;
  const rest = here.length - SHOWN;
  const me = identity.me.value;
  useAccount();
  return (
    <div class="people">
      <span class="unseen" role="status">
        {people.here(here.length + 1)}
      </span>
      <ul class="avatars" aria-label={people.here(here.length + 1)}>
        {here.slice(0, SHOWN).map((person) => (
          <li key={person.id}>
            <Follow person={person} class="avatar-button" />
          </li>
        ))}
        {rest > 0 && (
          <li>
            <span
              class="avatar avatar-rest"
              role="img"
              aria-label={people.more(rest)}
              data-tip={here.slice(SHOWN).map(presentName).join(', ')}
            >
              +{rest}
            </span>
          </li>
        )}
      </ul>
      <Popover
        class="me"
        label={people.edit}
        trigger={
          <>
            <Avatar person={me} you />
            {here.length > 0 && (
              <span class="me-count" aria-hidden="true">
                {here.length + 1}
              </span>
            )}
          </>
        }
      >
        {(close) => <Me others={here} close={close} />}
      </Popover>
    </div>
  );
}

interface FollowProps {
  readonly person: Present;
  readonly class: string;
  readonly named?: boolean;
  readonly onFollow?: () => void;
}

/** Somebody's initial, pressed in while one follows them. */
function Follow({ person, class: name, named = false, onFollow }: FollowProps) {
  const on = followed.value === person.id;
  const label = words.value.people.follow(presentName(person));
  return (
    <button
      type="button"
      class={`${name} is-${person.activity}`}
      aria-pressed={on}
      aria-label={named ? undefined : label}
      data-tip={named ? undefined : label}
      onClick={() => {
        followed.value = on ? null : person.id;
        if (!on) onFollow?.();
      }}
    >
      <span class="avatar-only" aria-hidden={named}>
        <Avatar person={person} />
      </span>
      {named && <span class="person-name">{label}</span>}
    </button>
  );
}

function Me({ others, close }: { others: readonly Present[]; close: () => void }) {
  const { people } = words.value;
  const me = identity.me.value;
  const account = useAccount();
  return (
    <div class="me-panel">
      <p class="panel-title">{people.here(others.length + 1)}</p>
      {others.length > 0 && (
        <ul class="present">
          {others.map((person) => (
            <li key={person.id}>
              <Follow person={person} class="menu-item person" named onFollow={close} />
            </li>
          ))}
        </ul>
      )}
      <label class="labelled">
        <span>{people.name}</span>
        <input
          class="field"
          maxLength={40}
          autocomplete="nickname"
          value={me.name}
          readOnly={user.value !== null}
          onInput={(event) => identity.change({ name: event.currentTarget.value })}
        />
      </label>
      <fieldset class="labelled">
        <legend>{people.color}</legend>
        <div class="swatches">
          {PALETTE.map((color, index) => (
            <label key={color} class="swatch" style={{ '--person': color }}>
              <input
                type="radio"
                name="color"
                aria-label={people.colorName(index + 1)}
                checked={me.color === color}
                onChange={() => identity.change({ color })}
              />
            </label>
          ))}
        </div>
      </fieldset>
      <p class="hint">{people.hint}</p>
      {account && <account.AccountPanel close={close} />}
    </div>
  );
}
