/** A choice among roles. */
import { sharingWords } from '../i18n/sharing';
import type { LinkRole, Role } from './api';

export const roles: readonly Role[] = ['view', 'comment', 'edit', 'admin'];
export const linkRoles: readonly LinkRole[] = ['view', 'comment', 'edit'];

interface Props<T extends Role> {
  readonly of: readonly T[];
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
  readonly onChange: (role: T) => void;
}

export function RoleSelect<T extends Role>({ of, value, label, disabled = false, onChange }: Props<T>) {
  return (
    <select
      class="field share-role"
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.currentTarget.value as T)}
    >
      {of.map((role) => (
        <option key={role} value={role}>
          {sharingWords.value.roles[role]}
        </option>
      ))}
    </select>
  );
}
