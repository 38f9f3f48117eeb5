import type { Session } from '../collab/session';
import { followed } from '../documents/followed';
import { toolsWords } from '../i18n/tools';
import { personName } from '../ui/person';
import type { Following } from './following';

/** Whom one follows, as a frame in their colour, and how to stop. */
export function FollowBanner({ following, session }: { following: Following; session: Session }) {
  const person = session.presence.others.value.find(({ id }) => id === followed.value);
  const { following: say } = toolsWords.value;
  if (!person) return <div role="status" />;
  const name = personName(person);
  return (
    <div class="following" role="status" style={{ '--person': person.color }}>
      <span class="following-words">{following.elsewhere.value ? say.elsewhere(name) : say.following(name)}</span>
      <button type="button" class="button button-small" onClick={() => (followed.value = null)}>
        {say.stop}
      </button>
    </div>
  );
}
