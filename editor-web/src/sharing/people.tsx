/** Who has access of their own, and what they may do. */
import { useSignal } from '@preact/signals';
import { X } from 'lucide';
import { useRef } from 'preact/hooks';
import { sharingWords } from '../i18n/sharing';
import { Icon } from '../ui/icon';
import { Avatar } from '../ui/person';
import { Sure } from '../ui/sure';
import type { Member, Members, Who } from './api';
import { RoleSelect, roles } from './roleSelect';
import { nameOf, type Sharing } from './sharing';

const NO_COLOR = '#7a7368';

export function People({ sharing, members }: { sharing: Sharing; members: Members }) {
  const say = sharingWords.value.people;
  const heading = useRef<HTMLHeadingElement>(null);
  const next = useSignal<Who | null>(null);
  return (
    <section>
      <h3 ref={heading} tabIndex={-1}>
        {say.title}
      </h3>
      {members.members.length === 0 && <p class="hint">{say.none}</p>}
      <ul class="share-list">
        {members.members.map((member) => (
          <Row
            key={member.user.id}
            member={member}
            you={member.user.id === members.you}
            sharing={sharing}
            onHandOn={members.hands_on ? () => (next.value = member.user) : undefined}
            onGone={() => heading.current?.focus()}
          />
        ))}
      </ul>
      {next.value && (
        <SureToHandOn
          who={next.value}
          sharing={sharing}
          onDone={() => heading.current?.focus()}
          onClose={() => (next.value = null)}
        />
      )}
    </section>
  );
}

interface RowProps {
  readonly member: Member;
  readonly you: boolean;
  readonly sharing: Sharing;
  /** To make this person the owner, where one may. */
  readonly onHandOn: (() => void) | undefined;
  /** The line with the focus in it is gone. */
  readonly onGone: () => void;
}

function Row({ member, you, sharing, onHandOn, onGone }: RowProps) {
  const { people: say, owner, you: youWord } = sharingWords.value;
  const { user, role } = member;
  const name = nameOf(user);
  return (
    <li class="share-row">
      <Face who={user} />
      <span class="share-name">
        <bdi>{name}</bdi>
        {you && <span class="hint"> ({youWord})</span>}
      </span>
      {member.owner ? (
        <span class="share-owner">{owner}</span>
      ) : (
        <>
          <RoleSelect
            of={roles}
            value={role}
            label={say.roleOf(name)}
            disabled={sharing.busy.value}
            onChange={(next) => void sharing.put(user, next)}
            more={onHandOn && { label: say.makeOwner, onChoose: onHandOn }}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={say.remove(name)}
            onClick={async () => (await sharing.drop(user)) && onGone()}
          >
            <Icon of={X} size={16} />
          </button>
        </>
      )}
    </li>
  );
}

interface SureProps {
  readonly who: Who;
  readonly sharing: Sharing;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what one gives away, and asks once more. */
function SureToHandOn({ who, sharing, onDone, onClose }: SureProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { sure } = sharingWords.value.people;

  async function handOn(): Promise<void> {
    const done = await sharing.handOn(who);
    dialog.current?.close();
    if (done) onDone();
  }

  return (
    <Sure
      dialog={dialog}
      class="share-sure"
      title={sure.title(nameOf(who))}
      body={sure.body}
      cancel={sure.cancel}
      onClose={onClose}
    >
      <button type="button" class="button button-primary" disabled={sharing.busy.value} onClick={() => void handOn()}>
        {sure.make}
      </button>
    </Sure>
  );
}

/** Beside the name it tells nothing more. */
export function Face({ who }: { who: Who }) {
  return (
    <span aria-hidden="true" class="share-face">
      <Avatar person={{ id: who.id, name: nameOf(who), color: who.color || NO_COLOR }} />
    </span>
  );
}
