/** The links that let whoever has them in: made, copied, changed and ended. */
import { useSignal } from '@preact/signals';
import { Copy, Link2, X } from 'lucide';
import { useRef } from 'preact/hooks';
import { language } from '../i18n';
import { sharingWords } from '../i18n/sharing';
import { Icon } from '../ui/icon';
import type { LinkRole } from './api';
import { linkRoles, RoleSelect } from './roleSelect';
import type { Sharing, ShownLink } from './sharing';

const DAY_S = 24 * 3600;
const ends = { never: undefined, day: DAY_S, week: 7 * DAY_S, month: 30 * DAY_S } as const;
type End = keyof typeof ends;

export function Links({ sharing, possible }: { sharing: Sharing; possible: boolean }) {
  const making = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const say = sharingWords.value.links;
  const done = () => {
    making.value = false;
    requestAnimationFrame(() => button.current?.focus());
  };
  return (
    <section>
      <h3>{say.title}</h3>
      <p class="hint">{possible ? say.hint : say.impossible}</p>
      <ul class="share-list">
        {sharing.links.value.map((link) => (
          <Row key={link.id} link={link} sharing={sharing} onGone={() => button.current?.focus()} />
        ))}
      </ul>
      {making.value ? (
        <NewLink sharing={sharing} onDone={done} />
      ) : (
        possible && (
          <button ref={button} type="button" class="button button-small" onClick={() => (making.value = true)}>
            <Icon of={Link2} size={16} />
            {say.create}
          </button>
        )
      )}
    </section>
  );
}

interface RowProps {
  readonly link: ShownLink;
  readonly sharing: Sharing;
  readonly onGone: () => void;
}

function Row({ link, sharing, onGone }: RowProps) {
  const say = sharingWords.value.links;
  const made = timeOf(link.created);
  const facts = [say.created(made)];
  if (link.expires) facts.push(say.until(timeOf(link.expires)));
  if (link.password) facts.push(say.locked);
  return (
    <li>
      <div class="share-row share-link-row">
        <span class="share-face share-link" aria-hidden="true">
          <Icon of={Link2} size={16} />
        </span>
        <span class="share-name hint">{facts.join(' · ')}</span>
        <RoleSelect
          of={linkRoles}
          value={link.role}
          label={say.roleOf(made)}
          disabled={sharing.busy.value}
          onChange={(role) => void sharing.change(link, role)}
        />
        <button
          type="button"
          class="icon-button"
          aria-label={say.revoke(made)}
          onClick={async () => (await sharing.revoke(link)) && onGone()}
        >
          <Icon of={X} size={16} />
        </button>
      </div>
      {link.address && (
        <div class="share-fields share-made">
          <input
            class="field"
            dir="ltr"
            readOnly
            aria-label={say.address}
            value={link.address}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button type="button" class="button" onClick={() => void sharing.copy(link.address ?? '')}>
            <Icon of={Copy} size={16} />
            {say.copy}
          </button>
        </div>
      )}
    </li>
  );
}

function NewLink({ sharing, onDone }: { sharing: Sharing; onDone: () => void }) {
  const role = useSignal<LinkRole>('view');
  const end = useSignal<End>('never');
  const password = useSignal('');
  const say = sharingWords.value.links;

  async function make(event: Event): Promise<void> {
    event.preventDefault();
    const ttl = ends[end.peek()];
    const wanted = {
      role: role.peek(),
      ...(ttl && { ttl }),
      ...(password.peek() && { password: password.peek() }),
    };
    if (await sharing.create(wanted)) onDone();
  }

  return (
    <form class="share-new" onSubmit={make}>
      <div class="labelled">
        <span aria-hidden="true">{say.role}</span>
        <RoleSelect of={linkRoles} value={role.value} label={say.role} onChange={(next) => (role.value = next)} />
      </div>
      <label class="labelled">
        <span>{say.ends}</span>
        <select class="field" value={end.value} onChange={(event) => (end.value = event.currentTarget.value as End)}>
          {(Object.keys(ends) as End[]).map((one) => (
            <option key={one} value={one}>
              {say[one]}
            </option>
          ))}
        </select>
      </label>
      <label class="labelled share-wide">
        <span>{say.password}</span>
        <input
          class="field"
          type="password"
          autocomplete="new-password"
          maxLength={200}
          value={password.value}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
      </label>
      <div class="card-actions share-wide">
        <button type="submit" class="button button-small button-primary" disabled={sharing.busy.value}>
          {say.make}
        </button>
        <button type="button" class="button button-small button-quiet" onClick={onDone}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

function timeOf(time: string): string {
  return new Date(time).toLocaleString(language.value, { dateStyle: 'medium', timeStyle: 'short' });
}
