import { contrastOf } from '../collab/identity';
import type { Person, Present } from '../collab/presence';
import { words } from '../i18n';

export function personName(person: Person): string {
  return person.name || words.value.people.guest;
}

/** The name, and whether they are at their window. */
export function presentName(person: Present): string {
  const { activity } = person;
  return activity === 'active' ? personName(person) : words.value.people[activity](personName(person));
}

/** A round initial in the person's colour. */
export function Avatar({ person, you = false }: { person: Person; you?: boolean }) {
  const name = personName(person);
  const label = you ? `${name} (${words.value.people.you})` : name;
  return (
    <span
      class="avatar"
      role="img"
      aria-label={label}
      data-tip={label}
      style={{ '--person': person.color, '--person-ink': contrastOf(person.color) }}
    >
      {[...name][0]?.toLocaleUpperCase(words.value.language)}
    </span>
  );
}
