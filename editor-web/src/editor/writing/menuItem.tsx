import type { IconNode } from 'lucide';
import { Icon } from '../../ui/icon';

interface Props {
  readonly icon: IconNode;
  readonly label: string;
  readonly keys?: string | undefined;
  /** For what is on or off. */
  readonly checked?: boolean | undefined;
  /** One of several that exclude each other. */
  readonly radio?: boolean;
  readonly danger?: boolean;
  readonly onPress: () => void;
}

/** An item of a menu: its sign, its name, its keys. */
export function MenuItem({ icon, label, keys, checked, radio = false, danger = false, onPress }: Props) {
  const state =
    checked === undefined
      ? ({ role: 'menuitem' } as const)
      : ({ role: radio ? 'menuitemradio' : 'menuitemcheckbox', 'aria-checked': checked } as const);
  return (
    <button type="button" {...state} class={`menu-item ${danger ? 'menu-danger' : ''}`} onClick={onPress}>
      <span class="menu-label">
        <Icon of={icon} />
        {label}
      </span>
      {keys && <kbd>{keys}</kbd>}
    </button>
  );
}
