/** A choice among roles. */
import { sharingWords } from '../i18n/sharing';
import type { LinkRole, Role } from './api';

export const roles: readonly Role[] = ['view', 'comment', 'edit', 'admin'];
export const linkRoles: readonly LinkRole[] = ['view', 'comment', 'edit'];

/** Stands for none of the roles. */
const MORE = 'more';

interface Props<T extends Role> {
  readonly of: readonly T[];
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
  readonly onChange: (role: T) => void;
  /** Something else to choose, which is no role. */
  readonly more?: { readonly label: string; readonly onChoose: () => void } | undefined;
}

export function RoleSelect<T extends Role>({ of, value, label, disabled = false, onChange, more }: Props<T>) {
  function choose(select: HTMLSelectElement): void {
    if (select.value === MORE) {
      select.value = value;
      more?.onChoose();
    } else {
      onChange(select.value as T);
    }
  }

  return (
    <select
      class="field share-role"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => choose(event.currentTarget)}
    >
      {of.map((role) => (
        <option key={role} value={role}>
          {sharingWords.value.roles[role]}
        </option>
      ))}
      {more && <option value={MORE}>{more.label}</option>}
    </select>
  );
}
